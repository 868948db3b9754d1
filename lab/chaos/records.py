"""Faults that are done with records on Kafka: told twice, in reversed sequence, unreadable."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from lab.chaos.faults import Fault
from lab.chaos.site import Site, service
from lab.errors import NotReady
from lab.shop.contracts import MAX_RECORD_BYTES, TOPICS, groups_of
from lab.shop.runtime.bus import REQUEST_BYTES, group_consumer
from lab.shop.tap import partitions
from lab.shop.wording import plural

Offsets = dict[TopicPartition, int]

_POLL_MS: Final = 200
_JOIN_SECONDS: Final = 20.0
_KEY: Final = b"ord-POISONED"


def _envelope(kind: bytes) -> Sequence[tuple[str, bytes]]:
    """Return an envelope without fault, of that type: the poison is not in it, or is the type."""
    return (
        ("ce_specversion", b"1.0"),
        ("ce_id", b"poison"),
        ("ce_type", kind),
        ("ce_source", b"/chaos"),
        ("ce_subject", _KEY),
        ("ce_time", b"2026-01-01T00:00:00Z"),
        ("ce_correlationid", b"poison"),
    )


_KNOWN: Final = b"shop.order.created.v1"

POISONS: Final[Sequence[tuple[str, Sequence[tuple[str, bytes]], bytes | None]]] = (
    ("bad JSON", _envelope(_KNOWN), b'{"order_id": '),
    ("no value", _envelope(_KNOWN), None),
    ("an unknown type", _envelope(b"shop.order.teleported.v1"), b"{}"),
    ("an unknown version", _envelope(b"shop.order.created.v99"), b"{}"),
    ("too large", _envelope(_KNOWN), b" " * (MAX_RECORD_BYTES + 1)),
)
"""What nobody can read: name, headers, value."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A record that was put on Kafka on purpose.

    poison: of which kind. original: the offset of what it copies. instead_for: who was led past the original.
    """

    topic: str
    partition: int
    offset: int
    value: bytes | None
    poison: str = ""
    original: int | None = None
    instead_for: str = ""


def topics_of(unit: str) -> list[str]:
    """Return the names of the topics that a unit reads."""
    return [topic.name for topic in TOPICS if unit in groups_of(topic)]


class Duplicated:
    """What the unit reads in the meantime is put on Kafka once more at the end."""

    def __init__(self, site: Site, fault: Fault) -> None:
        self._site, self._unit = site, fault.unit
        self._from: Offsets = {}
        self.sent: list[Sent] = []

    async def begin(self) -> str:
        """Note where Kafka stands."""
        async with _reading(self._site, topics_of(self._unit)) as reader:
            self._from = await reader.end_offsets(reader.assignment())
        return f"-- what {service(self._unit, 'the ')} reads will be told twice --"

    async def end(self) -> int:
        """Put the same records there once more."""
        async with _reading(self._site, topics_of(self._unit)) as reader, _writing(self._site) as producer:
            for record in await _between(reader, self._from):
                at = await _copy(producer, record)
                self.sent.append(_sent(self._site, at, record.value, original=record.offset))
        self._site.say(f"-- {plural(len(self.sent), 'record')} told twice --")
        return len(self.sent)


class Reordered:
    """The unit is away in the meantime; what waits for it comes in reversed sequence when it is back.

    Nothing is taken away from Kafka: the same records are put there once more, and the unit's group is led past the
    first ones. Whoever else reads them sees them twice.
    """

    def __init__(self, site: Site, fault: Fault) -> None:
        self._site, self._unit = site, fault.unit
        self.sent: list[Sent] = []

    async def begin(self) -> str:
        """Kill it, so that something waits."""
        await asyncio.to_thread(self._site.plainly, "kill", self._unit)
        return f"-- kill -9 {service(self._unit)} --"

    async def end(self) -> int:
        """Put what waits there once more, in reversed sequence, lead the group past the originals, start the unit."""
        try:
            await self._turn_round()
        finally:
            await asyncio.to_thread(self._site.engine.start, self._unit)
        self._site.say(f"-- {plural(len(self.sent), 'record')} in reversed sequence; the unit is started again --")
        return len(self.sent)

    async def _turn_round(self) -> None:
        async with _reading(self._site, topics_of(self._unit)) as reader, _writing(self._site) as producer:
            waiting = await _between(reader, await self._committed(reader))
            for record in reversed(waiting):
                at = await _copy(producer, record)
                self.sent.append(_sent(self._site, at, record.value, original=record.offset))
        if not waiting:
            return
        # Only now: whoever is led past a record of which there is no copy yet would lose it to a Ctrl-C.
        await _lead_past(self._site, self._unit, waiting)
        self.sent = [replace(one, instead_for=self._unit) for one in self.sent]

    async def _committed(self, reader: AIOKafkaConsumer) -> Offsets:
        admin = AIOKafkaAdminClient(bootstrap_servers=self._site.kafka)
        await admin.start()
        try:
            committed = await admin.list_consumer_group_offsets(self._site.prefix + self._unit)
        finally:
            await admin.close()
        begin = await reader.beginning_offsets(reader.assignment())
        return {place: max(first, _offset(committed, place)) for place, first in begin.items()}


class Poisoned:
    """Records that nobody can read, one of each kind, among those that the unit reads."""

    def __init__(self, site: Site, fault: Fault) -> None:
        self._site, self._unit = site, fault.unit
        self.sent: list[Sent] = []

    async def begin(self) -> str:
        """Put one of each kind on the unit's first topic."""
        topic = self._site.prefix + topics_of(self._unit)[0]
        async with _writing(self._site) as producer:
            for name, headers, value in POISONS:
                at = await producer.send_and_wait(topic, value, key=_KEY, headers=list(headers))
                self.sent.append(_sent(self._site, at, value, poison=name))
        return f"-- {plural(len(self.sent), 'record')} that nobody can read --"

    async def end(self) -> int:
        """Leave them: what becomes of them is the shop's business."""
        return len(self.sent)


async def _lead_past(site: Site, unit: str, records: Sequence[ConsumerRecord]) -> None:
    """Commit for the unit's group that these records are done with, in the place of the dead member.

    Kafka takes a commit from nobody but a member, and the dead one is still counted as one: who joins under its name
    takes its place, as the unit itself will when it is back.
    """
    past: Offsets = {}
    for record in records:
        place = TopicPartition(record.topic, record.partition)
        past[place] = max(past.get(place, 0), record.offset + 1)
    group = site.prefix + unit
    member = group_consumer(site.kafka, group, group, enable_auto_commit=False)
    member.subscribe([site.prefix + topic for topic in topics_of(unit)])
    await member.start()
    try:
        async with asyncio.timeout(_JOIN_SECONDS):
            while not past.keys() <= member.assignment():
                await member.getmany(timeout_ms=_POLL_MS)
            await member.commit(past)
    except TimeoutError as error:
        raise NotReady(
            f"Kafka has not let us take the place of {service(unit, 'the ')} in its group for {_JOIN_SECONDS:.0f} s.",
            "The records wait where they were, and lie there once more. See whether Kafka is well: uv run lab status",
        ) from error
    finally:
        await member.stop()


@asynccontextmanager
async def _reading(site: Site, topics: Sequence[str]) -> AsyncIterator[AIOKafkaConsumer]:
    consumer = AIOKafkaConsumer(
        bootstrap_servers=site.kafka, enable_auto_commit=False, max_partition_fetch_bytes=REQUEST_BYTES
    )
    await consumer.start()
    try:
        there = await partitions(site.kafka, [site.prefix + topic for topic in topics])
        consumer.assign([TopicPartition(name, number) for name, numbers in there.items() for number in numbers])
        yield consumer
    finally:
        await consumer.stop()


@asynccontextmanager
async def _writing(site: Site) -> AsyncIterator[AIOKafkaProducer]:
    producer = AIOKafkaProducer(
        bootstrap_servers=site.kafka, enable_idempotence=True, max_request_size=2 * REQUEST_BYTES
    )
    await producer.start()
    try:
        yield producer
    finally:
        await producer.stop()


async def _between(reader: AIOKafkaConsumer, begin: Offsets) -> list[ConsumerRecord]:
    """Return all records from these offsets on to the end of now, in the sequence in which they were written."""
    ends = await reader.end_offsets(list(begin))
    left = {place: end for place, end in ends.items() if end > begin[place]}
    for place in left:
        reader.seek(place, begin[place])
    found: list[ConsumerRecord] = []
    while left:
        batches = await reader.getmany(*left, timeout_ms=_POLL_MS)
        for place, records in batches.items():
            found += [record for record in records if record.offset < ends[place]]
        left = {place: end for place, end in left.items() if await reader.position(place) < end}
    return sorted(found, key=lambda record: (record.timestamp, record.topic, record.partition, record.offset))


async def _copy(producer: AIOKafkaProducer, record: ConsumerRecord) -> ConsumerRecord:
    return await producer.send_and_wait(
        record.topic, record.value, key=record.key, partition=record.partition, headers=list(record.headers)
    )


def _offset(committed: dict[TopicPartition, object], place: TopicPartition) -> int:
    return int(getattr(committed.get(place), "offset", 0))


def _sent(site: Site, at: ConsumerRecord, value: bytes | None, **what: Any) -> Sent:
    return Sent(at.topic.removeprefix(site.prefix), at.partition, at.offset, value, **what)
