"""Where the running shop is, for commands that talk to it."""

import os
from dataclasses import dataclass

from lab.errors import NotRunning
from lab.shop.urls import ShopUrls


@dataclass(frozen=True, slots=True)
class Where:
    """Kafka's address, the prefix of the shop's topics and groups, and the units' URLs where they are known."""

    kafka: str
    prefix: str
    urls: ShopUrls | None

    def services(self) -> ShopUrls:
        """Return the units' URLs. Raises NotRunning where only a Kafka is known."""
        if self.urls is None:
            raise NotRunning("LAB_KAFKA names a Kafka, but no shop of this checkout is running.", "uv run lab up")
        return self.urls


def where() -> Where:
    """Return where the shop of this checkout runs; LAB_KAFKA alone is enough to watch a Kafka. Raises NotRunning."""
    from lab.running import other_kafka, running  # noqa: PLC0415  it brings the engines along

    try:
        found = running()
    except NotRunning:
        kafka = other_kafka()
        if kafka is None:
            raise
        port = os.environ.get("LAB_SERVICE_PORT", "")
        return Where(kafka, os.environ.get("LAB_PREFIX", ""), ShopUrls(int(port)) if port.isdigit() else None)
    return Where(found.kafka, found.prefix, ShopUrls(found.service_port))
