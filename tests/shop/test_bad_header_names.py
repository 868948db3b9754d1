"""A header whose *name* is not UTF-8: Kafka takes it, the client cannot read it, and nobody stops because of it."""

import pytest
from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.record.default_records import _DefaultRecordBatchBuilderPy

from lab.shop.contracts import Unreadable
from lab.shop.dead_letters import DeadLetters
from lab.shop.runtime.bus import group_consumer
from lab.shop.runtime.topics import ensure_topics
from lab.shop.tap import snapshot
from tests.shop.harness import new_prefix, open_shop, sqlite, until
from tests.shop.test_reliable_flow import everything_is_read, phase_2

pytestmark = pytest.mark.anyio


class Raw(str):
    """The name of a header, as bytes that no text has."""

    __slots__ = ()

    def encode(self, *_):
        return b"\xff\xfe"


NOBODYS = (False, -1, -1, -1)
"""No transaction, and no producer whose records are numbered."""
BAD = [(Raw("x"), b"1")]


async def _send(kafka: str, topic: str, *values: tuple[bytes, bool], partition: int = 0) -> None:
    """Send values together, in one batch; True: with a bad name."""
    producer = AIOKafkaProducer(bootstrap_servers=kafka)
    await producer.start()
    batch = producer.create_batch()
    batch._builder = _DefaultRecordBatchBuilderPy(2, 0, *NOBODYS, 16_384)  # the fast one wants true text
    for value, bad in values:
        batch.append(key=b"k", value=value, timestamp=None, headers=BAD if bad else [("good", b"1")])
    batch.close()
    await (await producer.send_batch(batch, topic, partition=partition))
    await producer.stop()


async def test_what_stands_around_it_is_read_once_and_in_sequence(kafka_address) -> None:
    prefix = new_prefix()
    await ensure_topics(kafka_address, prefix)
    topic = f"{prefix}order.events"
    await _send(kafka_address, topic, (b"0", False), (b"1", False))
    await _send(kafka_address, topic, (b"2", False), (b"3", True), (b"4", False))
    await _send(kafka_address, topic, (b"5", False), (b"6", False))
    await _send(kafka_address, topic, (b"other", False), partition=1)
    consumer = group_consumer(kafka_address, f"{prefix}g", f"{prefix}g", auto_offset_reset="earliest")
    consumer.subscribe([topic])
    await consumer.start()
    read: dict[int, list] = {0: [], 1: []}

    async def all_is_read() -> bool:
        for place, records in (await consumer.getmany(timeout_ms=200, max_records=100)).items():
            read[place.partition] += [(one.offset, one.value) for one in records]
        return len(read[0]) >= 7 and len(read[1]) >= 1

    try:
        await until(all_is_read, "all is read")
        assert await consumer.position(TopicPartition(topic, 0)) == 7
    finally:
        await consumer.stop()
    # what was sent behind it in the same batch cannot be read either
    assert read[0] == [(0, b"0"), (1, b"1"), (2, b"2"), (3, None), (4, None), (5, b"5"), (6, b"6")]
    assert read[1] == [(0, b"other")]


async def test_a_unit_parks_it_and_goes_on_and_who_watches_sees_it(kafka_address, tmp_path) -> None:
    async with open_shop(kafka_address, sqlite(tmp_path), parts=phase_2) as shop:
        before = await shop.place()
        for partition in range(3):
            await _send(kafka_address, f"{shop.prefix}order.commands", (b"{}", True), partition=partition)
        assert await shop.ending(before) == "delivered"
        assert await shop.ending(await shop.place()) == "delivered"
        await until(lambda: everything_is_read(shop), "everything is read")
        async with DeadLetters(kafka_address, shop.prefix) as desk:
            letters = await desk.letters()
        assert [(letter.topic, letter.group) for letter in letters] == [("order.commands", "order")] * 3
        assert {letter.seen.header("lab-origin-partition") for letter in letters} == {"0", "1", "2"}
        assert "is not UTF-8" in letters[0].seen.header("lab-error")
        seen = await snapshot(kafka_address, shop.prefix, topics=("order.commands",))
        assert len([one for one in seen if isinstance(one.message, Unreadable)]) == 3
        assert not any(service.failed.is_set() for service in shop.services.values())
