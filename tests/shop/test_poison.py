"""Records that nobody can read, on every topic: each is logged with its position and skipped, and the shop goes on."""

import asyncio
from collections import Counter
from datetime import UTC, datetime

import pytest
import structlog
from aiokafka import AIOKafkaProducer

from lab.shop.contracts import MAX_RECORD_BYTES, PARTITIONS, TOPICS, Command, OrderConfirm, OrderShipped, Wire
from lab.shop.parts import Parts
from lab.shop.ports import WRAP
from lab.shop.runtime.bus import REQUEST_BYTES
from tests.shop.bodies import sample
from tests.shop.harness import new_prefix, open_shop, sqlite, until

pytestmark = pytest.mark.anyio

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


def poisons(good: Wire) -> dict[str, tuple[list[tuple[str, bytes]], bytes | None]]:
    """Headers and value of a record of each kind that cannot be read, made from a good one."""
    head = dict(good.headers)

    def but(**other: bytes) -> list[tuple[str, bytes]]:
        return list({**head, **other}.items())

    return {
        "no-value": (but(), None),
        "bad-body: not JSON": (but(), b"\x00\xff not json"),
        "bad-body: of another message": (but(), b'{"lines": 7}'),
        "no-envelope": ([], good.value),
        "bad-header: not UTF-8": (but(ce_source=b"\xff\xfe"), good.value),
        "bad-header: no time": (but(ce_time=b"noon"), good.value),
        "unknown-type: nobody's": (but(ce_type=b"shop.order.eaten.v1"), good.value),
        "unknown-type: of tomorrow": (but(ce_type=head["ce_type"].replace(b".v1", b".v9")), good.value),
        "other-order": (but(ce_subject=b"ord-somebody"), good.value),
    }


async def test_poisoned_records_are_logged_with_their_position_and_everybody_else_goes_on(
    kafka_address, tmp_path
) -> None:
    prefix = new_prefix()
    with structlog.testing.capture_logs() as logs:
        async with open_shop(kafka_address, sqlite(tmp_path), prefix=prefix) as shop:
            before = await shop.place()
            expected = await _poison_all_topics(kafka_address, prefix)
            after = [await shop.place() for _ in range(4)]
            assert [await shop.ending(order_id) for order_id in (before, *after)] == ["delivered"] * 5
            await until(lambda: len(skipped(logs)) >= expected.total(), "all poison is skipped")
            await _nobody_waits_for_anything(shop)
            assert not any(service.failed.is_set() for service in shop.services.values())

    assert Counter((entry["where"], entry["why"]) for entry in skipped(logs)) == expected
    assert not [entry for entry in logs if entry["log_level"] == "critical" or "died" in entry["event"]]


def skipped(logs) -> list[dict[str, str]]:
    return [
        {"where": entry["where"], "why": entry["why"].removeprefix("UnreadableRecord: ").partition(":")[0]}
        for entry in logs
        if entry["event"] == "skipped a record"
    ]


async def _poison_all_topics(kafka: str, prefix: str) -> Counter[tuple[str, str]]:
    """Put every kind of poison on every partition of every topic; return what has to be skipped, and how often."""
    wrap = Parts(1)[WRAP]
    producer = AIOKafkaProducer(bootstrap_servers=kafka, max_request_size=2 * REQUEST_BYTES)
    await producer.start()
    expected: Counter[tuple[str, str]] = Counter()
    try:
        for topic in TOPICS:
            # An event is read by the mediator and by Analytics, a command by its owner alone.
            readers = 1 if issubclass(topic.messages[0], Command) else 2
            good = wrap(sample(topic.messages[0]), cause=None, source=f"/shop/{topic.writer}", time=NOON)
            kinds = [(kind, headers, value) for kind, (headers, value) in poisons(good).items()]
            everywhere = [(partition, *kind) for partition in range(PARTITIONS) for kind in kinds]
            large = (1, "too-large", list(good.headers), b" " * (MAX_RECORD_BYTES + 1))
            sent = await asyncio.gather(
                *[
                    await producer.send(prefix + topic.name, value, key=b"x", headers=headers, partition=partition)
                    for partition, _, headers, value in (*everywhere, large)
                ]
            )
            for stored, (_, kind, *_) in zip(sent, (*everywhere, large), strict=True):
                where = f"{topic.name}, partition {stored.partition}, offset {stored.offset}"
                expected[where, kind.partition(":")[0]] += readers
        await _a_good_one_with_a_bad_mark(producer, prefix)
    finally:
        await producer.stop()
    return expected


async def _a_good_one_with_a_bad_mark(producer: AIOKafkaProducer, prefix: str) -> None:
    for topic, body in (("order.commands", OrderConfirm), ("order.events", OrderShipped)):
        wire = Parts(1)[WRAP](sample(body), cause=None, source="/shop/x", time=NOON)
        for mark in (b"often", b"9" * 5_000, b"-1", "٣".encode(), b""):
            headers = [*wire.headers, ("lab-attempt", mark)]
            await producer.send_and_wait(prefix + topic, wire.value, key=b"ord-1", headers=headers)


async def _nobody_waits_for_anything(shop) -> None:
    """Every unit has read its topics to their ends."""

    async def all_read() -> bool:
        for service in shop.services.values():
            consumer = service.pulse.consumer._inner
            ends = await consumer.end_offsets(consumer.assignment())
            if [place for place, end in ends.items() if await consumer.position(place) < end]:
                return False
        return True

    await until(all_read, "every unit has read everything")
