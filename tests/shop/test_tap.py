"""The tap on a real Kafka: it sees everything, in sequence, disturbs nobody, and outlives the broker."""

import asyncio
import uuid
from dataclasses import replace

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient

from lab.engines.native import NativeEngine
from lab.errors import NotFound, NotRunning
from lab.shop import contracts as c
from lab.shop.contracts import TOPIC_OF, Message, Reason, Unreadable
from lab.shop.follow import newest_order, watch_order
from lab.shop.narrate import Narrator
from lab.shop.runtime.topics import ensure_topics
from lab.shop.seen import Back, Lost, Seen
from lab.shop.tap import Start, Tap, snapshot
from tests.engines.conftest import fresh_home
from tests.shop.telling import created, record, story, unreadable

pytestmark = pytest.mark.anyio
PATIENCE = 60.0


@pytest.fixture
async def prefix(kafka_address):
    name = f"tap-{uuid.uuid4().hex[:8]}."
    await ensure_topics(kafka_address, name)
    return name


async def produce(kafka, prefix, records, at_ms=None):
    async with AIOKafkaProducer(bootstrap_servers=kafka) as producer:
        for one in records:
            await producer.send_and_wait(
                prefix + one.topic,
                one.value,
                key=one.key,
                headers=list(one.headers),
                partition=one.partition,
                timestamp_ms=one.timestamp_ms if at_ms is None else at_ms,
            )


async def take(tap, wanted, seconds=PATIENCE):
    """Read until `wanted` says enough of the news so far."""
    news = []
    async with asyncio.timeout(seconds):
        while not wanted(news):
            news += await tap.batch()
    return news


def many(count):
    """Records on every topic of a story, and on every partition."""
    return [
        record(body, number + at, partition=number % 3)
        for number in range(count)
        for at, body in story(f"ord-{number:08}")
    ]


async def test_everything_from_the_beginning_comes_in_the_sequence_of_kafka_s_time(kafka_address, prefix):
    records = many(30)
    await produce(kafka_address, prefix, sorted(records, key=lambda one: one.topic))  # far from the sequence of time
    async with Tap(kafka_address, prefix, start=Start.BEGINNING) as tap:
        news = await take(tap, lambda news: len(news) >= len(records))
        assert tap.caught_up
    times = [one.record.timestamp_ms for one in news]
    assert times == sorted(one.timestamp_ms for one in records)
    assert {(one.record.topic, one.record.partition) for one in news} == {(r.topic, r.partition) for r in records}
    assert all(isinstance(one.message, Message) for one in news)


async def test_the_past_stays_in_sequence_when_one_partition_needs_many_fetches(kafka_address, prefix, monkeypatch):
    monkeypatch.setattr("lab.shop.tap.AHEAD_AT_MOST", 5)
    large = b"x" * 300_000  # a fetch brings a good 1 MiB of a partition: three of these, and all of the small ones
    first = [replace(record(created(), number, partition=0), value=large) for number in range(20)]
    other = [record(c.OrderConfirm(order_id="ord-X"), number + 0.5, partition=1) for number in range(20)]
    await produce(kafka_address, prefix, [*first, *other])
    times = [one.record.timestamp_ms for one in await snapshot(kafka_address, prefix)]
    assert times == sorted(one.timestamp_ms for one in [*first, *other])


async def test_messages_of_one_millisecond_come_as_they_were_said(kafka_address, prefix):
    records = [record(body, number / 100_000) for number, (_, body) in enumerate(story())]
    await produce(kafka_address, prefix, sorted(records, key=lambda one: one.topic), at_ms=records[0].timestamp_ms)
    names = [one.message.name for one in await snapshot(kafka_address, prefix)]
    assert names == [body.name for _, body in story()]


async def test_from_now_the_past_is_left_out_and_what_comes_is_not(kafka_address, prefix):
    await produce(kafka_address, prefix, [record(created("ord-OLD"))])
    async with Tap(kafka_address, prefix) as tap:
        assert await tap.batch() == []
        await produce(kafka_address, prefix, [record(created("ord-NEW"), 1)])
        (one,) = await take(tap, bool)
    assert one.order_id == "ord-NEW"
    assert one.record.topic == "orders.initiating"  # without the prefix


async def test_what_cannot_be_read_comes_as_a_value_among_its_neighbours(kafka_address, prefix):
    broken = unreadable().record
    await produce(kafka_address, prefix, [record(created(), 1), broken, record(created(), 2)])
    messages = [one.message for one in await snapshot(kafka_address, prefix)]
    assert [type(message) for message in messages] == [Unreadable, Message, Message]
    assert messages[0].reason is Reason.NO_ENVELOPE


async def test_watching_makes_no_group_and_moves_no_offset(kafka_address, prefix):
    await produce(kafka_address, prefix, many(1))
    await snapshot(kafka_address, prefix)
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka_address)
    await admin.start()
    try:
        groups = [name for name, *_ in await admin.list_consumer_groups()]
    finally:
        await admin.close()
    assert not [name for name in groups if "tap" in name or prefix in name]


async def test_a_snapshot_keeps_only_what_is_asked_for(kafka_address, prefix):
    await produce(kafka_address, prefix, many(3))
    only = await snapshot(kafka_address, prefix, keep=lambda one: one.key == b"ord-00000001")
    assert len(only) == 18
    topics = await snapshot(kafka_address, prefix, topics=(TOPIC_OF[c.OrderCreated].name,))
    assert [one.order_id for one in topics] == ["ord-00000000", "ord-00000001", "ord-00000002"]


async def test_the_newest_order_is_found_and_followed_to_its_end(kafka_address, prefix):
    with pytest.raises(NotFound, match="No order"):
        await newest_order(kafka_address, prefix)
    await produce(kafka_address, prefix, many(2)[:-3])
    assert await newest_order(kafka_address, prefix) == "ord-00000001"
    told = []
    async with Tap(kafka_address, prefix, start=Start.BEGINNING) as tap, asyncio.timeout(PATIENCE):
        enough = asyncio.Event()

        def emit(lines):
            told.extend(lines)
            if len(told) >= 16:  # header and 15 messages: all that is there
                enough.set()

        following = asyncio.create_task(watch_order(tap, "ord-00000001", Narrator(), emit))
        await enough.wait()
        await produce(kafka_address, prefix, many(2)[-3:])
        await following
    assert "delivered in 2.2 s · 18 messages" in told[-1].text
    assert not any("00000000" in line.text for line in told)


async def test_an_order_that_nobody_speaks_of_is_not_found(kafka_address, prefix, monkeypatch):
    monkeypatch.setattr("lab.shop.follow.UNKNOWN_SECONDS", 0.3)
    async with Tap(kafka_address, prefix, start=Start.BEGINNING) as tap:
        with pytest.raises(NotFound, match="ord-NOBODY"):
            await watch_order(tap, "ord-NOBODY", Narrator(), lambda _: None)


async def test_no_kafka_and_no_topics_are_said_at_once(kafka_address):
    with pytest.raises(NotRunning, match=r"does not answer at 127\.0\.0\.1:1"):
        async with Tap("127.0.0.1:1"):
            pass
    with pytest.raises(NotRunning, match="none of the shop's topics"):
        async with Tap(kafka_address, "nobody-made-these."):
            pass


@pytest.mark.slow
async def test_a_broker_that_goes_and_comes_back_is_told_of_and_nothing_is_missed():
    with fresh_home() as home:
        engine = NativeEngine(home)
        kafka = (await asyncio.to_thread(engine.up, report=lambda _: None)).kafka
        try:
            await ensure_topics(kafka)
            async with Tap(kafka) as tap:
                await produce(kafka, "", [record(created("ord-BEFORE"))])
                await take(tap, bool)
                await asyncio.to_thread(engine.kill, "kafka")
                (lost,) = await take(tap, bool)
                assert isinstance(lost, Lost)
                assert await tap.batch(0.1) == []
                await asyncio.to_thread(engine.start, "kafka")
                (back,) = await take(tap, bool)
                assert isinstance(back, Back)
                assert back.seconds_away >= 0
                await produce(kafka, "", [record(created("ord-AFTER"), 5)])
                news = await take(tap, bool)
            assert [one.order_id for one in news if isinstance(one, Seen)] == ["ord-AFTER"]
        finally:
            await asyncio.to_thread(engine.down, report=lambda _: None, volumes=True)
