"""FastStream, as its documentation has it: a handler for each group, called per message or per polled batch.

Its offsets are committed by its own default. A batch of its own has one set of headers for all that is in it, so the
messages of that side are shorter than everyone else's; that is in its favour.
"""

from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from faststream.kafka import KafkaBroker, KafkaMessage
from faststream.kafka.response import KafkaPublishMessage

from lab.bench.shop.counting import Count, until
from lab.bench.shop.flow import ANSWERS, READS, headers_of, partition_of
from lab.bench.shop.raw import BATCH_BYTES

Told = dict[str, Any]


@asynccontextmanager
async def per_message(kafka: str, prefix: str, count: Count) -> AsyncIterator[None]:
    """One handler call for each message, and one awaited publish for each answer."""
    broker = _broker(kafka)
    for group, topics in READS.items():
        subscriber = broker.subscriber(
            *(prefix + topic for topic in topics), group_id=prefix + group, auto_offset_reset="earliest"
        )
        subscriber(_one(broker, prefix, group, count))
    async with _started(broker):
        yield


@asynccontextmanager
async def per_batch(kafka: str, prefix: str, count: Count) -> AsyncIterator[None]:
    """One handler call for each polled batch, and one awaited publish for each partition that gets an answer."""
    broker = _broker(kafka)
    for group, topics in READS.items():
        subscriber = broker.subscriber(
            *(prefix + topic for topic in topics), group_id=prefix + group, auto_offset_reset="earliest", batch=True
        )
        subscriber(_batch(broker, prefix, group, count))
    async with _started(broker):
        yield


def _broker(kafka: str) -> KafkaBroker:
    return KafkaBroker(kafka, acks="all", max_batch_size=4 * BATCH_BYTES, logger=None)


@asynccontextmanager
async def _started(broker: KafkaBroker) -> AsyncIterator[None]:
    async with broker:
        await broker.start()
        subscribers: list[Any] = list(broker.subscribers)
        await until(lambda: all(one.consumer and one.consumer.assignment() for one in subscribers))
        yield


def _one(broker: KafkaBroker, prefix: str, group: str, count: Count) -> Callable[[Told, KafkaMessage], Awaitable[None]]:
    answers = ANSWERS.get(group, {})

    async def handle(body: Told, message: KafkaMessage) -> None:
        head, order_id = message.headers, body["order_id"]
        for answer in answers.get(head["ce_type"], ()):
            headers = headers_of(answer, order_id, head["ce_id"].encode(), head["ce_correlationid"].encode())
            await broker.publish(
                {"order_id": order_id, **answer.fields},
                topic=prefix + answer.topic,
                key=order_id.encode(),
                headers={name: value.decode() for name, value in headers},
            )
        count.handled += 1

    return handle


def _batch(
    broker: KafkaBroker, prefix: str, group: str, count: Count
) -> Callable[[list[Told], KafkaMessage], Awaitable[None]]:
    answers = ANSWERS.get(group, {})

    async def handle(bodies: list[Told], message: KafkaMessage) -> None:
        by_place: dict[tuple[str, int, str], list[KafkaPublishMessage]] = defaultdict(list)
        shared = {}
        for body, head in zip(bodies, message.batch_headers, strict=True):
            order_id = body["order_id"]
            for answer in answers.get(head["ce_type"], ()):
                key = order_id.encode()
                place = (answer.topic, partition_of(key), answer.type)
                said = {"order_id": order_id, **answer.fields}
                by_place[place].append(KafkaPublishMessage(said, key=key))
                shared[place] = headers_of(answer, order_id, head["ce_id"].encode(), head["ce_correlationid"].encode())
        for place, messages in by_place.items():
            topic, partition, _ = place
            headers = {name: value.decode() for name, value in shared[place]}
            await broker.publish_batch(*messages, topic=prefix + topic, partition=partition, headers=headers)
        count.handled += len(bodies)

    return handle
