"""Where the services answer."""

from dataclasses import dataclass

from lab.shop.units import BY_NAME


@dataclass(frozen=True, slots=True)
class ShopUrls:
    """Where the units answer: a base port, and the offsets of the table of units."""

    base_port: int
    host: str = "127.0.0.1"

    def url(self, unit: str) -> str:
        """Return a unit's base URL."""
        return f"http://{self.host}:{self.base_port + BY_NAME[unit].port_offset}"
