"""What stands around a side: its topics, the orders that are fed to it, and what lies on Kafka afterwards."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Final

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from lab.bench.shop.raw import BATCH_BYTES
from lab.shop.contracts import PARTITIONS, TOPIC_OF, Body, OrderCreated, Record, ShippingInitiated
from lab.shop.runtime.topics import ensure_topics

HOPS: Final = 8
"""From order.created to shipping.initiated, one after the other: check, checked, process, processed, confirm,
confirmed, initiate, initiated."""


@asynccontextmanager
async def topics(kafka: str, prefix: str, phase: int) -> AsyncIterator[None]:
    """Make a side's topics; delete them at the end."""
    await ensure_topics(kafka, prefix, phase=phase)
    try:
        yield
    finally:
        admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
        await admin.start()
        try:
            mine = [topic for topic in await admin.list_topics() if topic.startswith(prefix)]
            await admin.delete_topics(mine)
        finally:
            await admin.close()


@asynccontextmanager
async def feeder(kafka: str) -> AsyncIterator[AIOKafkaProducer]:
    """Connect what feeds the orders."""
    producer = AIOKafkaProducer(bootstrap_servers=kafka, acks="all", max_batch_size=BATCH_BYTES, linger_ms=2)
    await producer.start()
    try:
        yield producer
    finally:
        await producer.stop()


async def feed(producer: AIOKafkaProducer, prefix: str, records: Sequence[Record], rate: float | None) -> None:
    """Send these records: all at once, or so many a second. Returns when Kafka has them."""
    began, waiting = time.monotonic(), []
    for number, record in enumerate(records):
        if rate is not None and (early := number / rate - (time.monotonic() - began)) > 0:
            await asyncio.sleep(early)
        waiting.append(
            await producer.send(prefix + record.topic, record.value, key=record.key, headers=list(record.headers))
        )
    await asyncio.gather(*waiting)


async def moments(kafka: str, prefix: str, body: type[Body]) -> dict[bytes, int]:
    """Return when each order's message of this kind was sent, in milliseconds, by its record on Kafka."""
    consumer = AIOKafkaConsumer(bootstrap_servers=kafka, auto_offset_reset="earliest", enable_auto_commit=False)
    await consumer.start()
    found = {}
    try:
        places = [TopicPartition(prefix + TOPIC_OF[body].name, number) for number in range(PARTITIONS)]
        consumer.assign(places)
        ends = await consumer.end_offsets(places)
        while any([await consumer.position(place) < ends[place] for place in places]):
            for records in (await consumer.getmany(timeout_ms=200)).values():
                for record in records:
                    if ("ce_type", body.ce_type().encode()) in record.headers:
                        found[record.key] = record.timestamp
    finally:
        await consumer.stop()
    return found


async def first_and_last(kafka: str, prefix: str) -> tuple[dict[bytes, int], dict[bytes, int]]:
    """Return when each order's story began, and when `HOPS` hops later."""
    return await moments(kafka, prefix, OrderCreated), await moments(kafka, prefix, ShippingInitiated)
