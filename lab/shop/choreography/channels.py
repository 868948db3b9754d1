"""Topics of its own: those with events, under a prefix that nobody else has. There are none for commands."""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Final

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError

from lab.shop.contracts import PARTITIONS, replies

FOREWORD: Final = "choreo-"
STALE_SECONDS: Final = 900
"""Topics of a run that was killed are deleted by the first run after this time."""


def new_prefix() -> str:
    """`choreo-<seconds, hex>-<random>.`: nobody else's, and it says when it was made."""
    return f"{FOREWORD}{int(time.time()):x}-{secrets.token_hex(3)}."


@asynccontextmanager
async def channels(kafka: str, prefix: str) -> AsyncIterator[None]:
    """Have the topics for as long as this lasts. Raises KafkaError."""
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka, client_id="orderlab-choreography")
    await admin.start()
    names = [prefix + name for name in replies()]
    try:
        await admin.create_topics([NewTopic(name, PARTITIONS, 1) for name in names])
        await _have_leaders(admin, names)
        yield
    finally:
        with suppress(KafkaError):  # Kafka has gone meanwhile; what is left over, a later run deletes
            await admin.delete_topics([*names, *filter(_is_stale, await admin.list_topics())])
        await admin.close()


async def _have_leaders(admin: AIOKafkaAdminClient, names: list[str]) -> None:
    """Wait until every partition has a leader: else clients meet NotLeaderForPartition, and wait long."""
    while True:
        described = await admin.describe_topics(names)
        parts = [part for topic in described for part in topic["partitions"]]
        if len(parts) == len(names) * PARTITIONS and all(part["leader"] >= 0 for part in parts):
            return
        await asyncio.sleep(0.02)


def _is_stale(topic: str) -> bool:
    if not topic.startswith(FOREWORD):
        return False
    try:
        return time.time() - int(topic.split("-")[1], 16) > STALE_SECONDS
    except (ValueError, IndexError):
        return False
