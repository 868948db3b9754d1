"""aiokafka alone: as fast as it goes, and with one awaited send for each answer. Nothing is kept anywhere."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, Final

import msgspec
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord

from lab.bench.shop.counting import Count, until
from lab.bench.shop.flow import ANSWERS, READS, headers_of, partition_of

BATCH_BYTES: Final = 262_144
_POLL_MS: Final = 200
Said = tuple[str, bytes, bytes, list[tuple[str, bytes]]]  # topic, key, value, headers


@asynccontextmanager
async def ceiling(kafka: str, prefix: str, count: Count) -> AsyncIterator[None]:
    """Answer everything that was polled in batches, one for each partition."""
    async with _groups(kafka, prefix, count, _in_batches):
        yield


@asynccontextmanager
async def awaited(kafka: str, prefix: str, count: Count) -> AsyncIterator[None]:
    """Answer each message by itself, and wait for Kafka each time."""
    async with _groups(kafka, prefix, count, _one_by_one):
        yield


Loop = Callable[[str, AIOKafkaConsumer, AIOKafkaProducer, str, Count], Coroutine[Any, Any, None]]


@asynccontextmanager
async def _groups(kafka: str, prefix: str, count: Count, loop: Loop) -> AsyncIterator[None]:
    async with AsyncExitStack() as stack, asyncio.TaskGroup() as tasks:
        running = []
        consumers = []
        for group, topics in READS.items():
            consumer = AIOKafkaConsumer(
                *(prefix + topic for topic in topics),
                bootstrap_servers=kafka,
                group_id=prefix + group,
                auto_offset_reset="earliest",
            )
            producer = AIOKafkaProducer(bootstrap_servers=kafka, acks="all", max_batch_size=BATCH_BYTES)
            await consumer.start()
            stack.push_async_callback(consumer.stop)
            await producer.start()
            stack.push_async_callback(producer.stop)
            consumers.append(consumer)
            running.append(tasks.create_task(loop(group, consumer, producer, prefix, count)))
        await until(lambda: all(consumer.assignment() for consumer in consumers))
        yield
        for task in running:
            task.cancel()


def _replies(group: str, records: Iterable[ConsumerRecord]) -> Iterable[Said]:
    answers = ANSWERS.get(group, {})
    for record in records:
        head = dict(record.headers)
        following = answers.get(head["ce_type"].decode())
        body = msgspec.json.decode(record.value)
        if following is None:
            continue
        order_id = body["order_id"]
        for answer in following:
            value = msgspec.json.encode({"order_id": order_id, **answer.fields})
            yield (
                answer.topic,
                order_id.encode(),
                value,
                headers_of(answer, order_id, head["ce_id"], head["ce_correlationid"]),
            )


async def _in_batches(
    group: str, consumer: AIOKafkaConsumer, producer: AIOKafkaProducer, prefix: str, count: Count
) -> None:
    while True:
        polled = await consumer.getmany(timeout_ms=_POLL_MS)
        for records in polled.values():
            await _send(producer, prefix, list(_replies(group, records)))
            count.handled += len(records)


async def _send(producer: AIOKafkaProducer, prefix: str, said: Sequence[Said]) -> None:
    by_place: dict[tuple[str, int], list[Said]] = defaultdict(list)
    for one in said:
        by_place[one[0], partition_of(one[1])].append(one)
    acknowledged = []
    for (topic, partition), messages in by_place.items():
        batch = producer.create_batch()
        for _, key, value, headers in messages:
            if batch.append(timestamp=None, key=key, value=value, headers=headers) is None:  # it is full
                acknowledged.append(await producer.send_batch(batch, prefix + topic, partition=partition))
                batch = producer.create_batch()
                batch.append(timestamp=None, key=key, value=value, headers=headers)
        acknowledged.append(await producer.send_batch(batch, prefix + topic, partition=partition))
    await asyncio.gather(*acknowledged)


async def _one_by_one(
    group: str, consumer: AIOKafkaConsumer, producer: AIOKafkaProducer, prefix: str, count: Count
) -> None:
    while True:
        polled = await consumer.getmany(timeout_ms=_POLL_MS)
        for records in polled.values():
            for record in records:
                for topic, key, value, headers in _replies(group, [record]):
                    await producer.send_and_wait(prefix + topic, value, key=key, headers=headers)
                count.handled += 1
