"""Kafka, as the shop uses it: a producer and a consumer that know the table of topics, on aiokafka.

Both put a prefix before every topic and group, so that two shops can share one broker, and both refuse a topic that
is not in the table at once: aiokafka alone would wait forty seconds for one that does not exist.
"""

import asyncio
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition
from aiokafka.abc import ConsumerRebalanceListener
from aiokafka.partitioner import murmur2
from aiokafka.producer.message_accumulator import BatchBuilder

from lab.shop.contracts import MAX_RECORD_BYTES, ROOM_FOR_MARKS, TOPICS, Headers, Record
from lab.shop.ports import CommitOffsets, OnRevoked, Outgoing, Partition, StoredAt
from lab.shop.runtime.in_hand import InHand
from lab.shop.runtime.reading import Reader

REQUEST_BYTES: Final = MAX_RECORD_BYTES + 65_536
"""A record's value and what is around it."""

BATCH_BYTES: Final = 262_144
"""So much travels together to one partition. aiokafka's default, 16 KiB, holds thirty of the shop's messages."""

_KNOWN: Final = frozenset(topic.name for topic in TOPICS)
_ASIDE: Final = re.compile(rf"({'|'.join(map(re.escape, _KNOWN))})\.[\w-]+\.(retry\.\d+|dlq)")


@lru_cache(maxsize=65_536)
def _hash(key: bytes) -> int:
    """Return what aiokafka's own partitioner takes by the number of partitions. Kept: it is slow, and keys repeat."""
    return int(murmur2(key)) & 0x7FFFFFFF


def _add(batch: BatchBuilder, message: Outgoing) -> bool:
    wire = message.wire
    return batch.append(timestamp=None, key=message.key, value=wire.value, headers=list(wire.headers)) is not None


class NoSuchTopic(LookupError):
    """The table of topics has no topic of that name."""


def check_topic(name: str) -> None:
    """Raise NoSuchTopic unless the table has this topic, or it is the retry or dead-letter topic of one that it has."""
    if name not in _KNOWN and not _ASIDE.fullmatch(name):
        raise NoSuchTopic(f"There is no topic {name!r}. The shop has: {', '.join(sorted(_KNOWN))}.")


class ShopProducer(AIOKafkaProducer):  # type: ignore[misc]  # aiokafka has no types
    """A real producer: acknowledged by all copies, idempotent, in the shop's prefix."""

    def __init__(self, kafka: str, prefix: str, client_id: str, **options: Any) -> None:
        super().__init__(
            bootstrap_servers=kafka,
            client_id=client_id,
            acks="all",
            enable_idempotence=True,
            max_request_size=REQUEST_BYTES + ROOM_FOR_MARKS,
            max_batch_size=BATCH_BYTES,
            request_timeout_ms=15_000,
            **options,
        )
        self._prefix = prefix

    async def send(
        self,
        topic: str,
        value: bytes | None = None,
        key: bytes | None = None,
        partition: int | None = None,
        timestamp_ms: int | None = None,
        headers: Headers | None = None,
    ) -> "asyncio.Future[StoredAt]":
        """Queue a message; the returned future is done when Kafka has answered. Arguments are aiokafka's own."""
        check_topic(topic)
        future: asyncio.Future[StoredAt]
        if value is None and key is None:
            future = await self._send_nothing(self._prefix + topic, headers or ())
        else:
            future = await super().send(self._prefix + topic, value, key, partition, timestamp_ms, headers)
        return future

    async def _send_nothing(self, topic: str, headers: Headers) -> Any:
        """Queue a record without key and value. Kafka takes it, and so it may have to be parked; `send` refuses it."""
        batch = self.create_batch()
        batch.append(key=None, value=None, timestamp=None, headers=list(headers))
        batch.close()
        return await self.send_batch(batch, topic, partition=0)

    async def send_all(self, messages: Sequence[Outgoing]) -> None:
        """Send messages, those of a partition in sequence, then wait for all answers. Raises the first refusal.

        A partition's messages travel as one batch: each by itself would cost a future, a place in a queue and, where
        the queue is full, a wait.
        """
        by_place: dict[TopicPartition, list[Outgoing]] = {}
        for message in messages:
            check_topic(message.topic)
            topic = self._prefix + message.topic
            place = TopicPartition(topic, _hash(message.key) % len(await self.partitions_for(topic)))
            by_place.setdefault(place, []).append(message)
        answers = [
            await self._send_batch(batch, place) for place, of in by_place.items() for batch in self._batches(of)
        ]
        await asyncio.gather(*answers)

    async def _send_batch(self, batch: BatchBuilder, place: TopicPartition) -> "asyncio.Future[StoredAt]":
        batch.close()  # else the next single message would be put into it
        future: asyncio.Future[StoredAt] = await self.send_batch(batch, place.topic, partition=place.partition)
        return future

    def _batches(self, messages: Sequence[Outgoing]) -> Iterator[BatchBuilder]:
        batch = self.create_batch()
        for message in messages:
            if not _add(batch, message):  # it is full
                yield batch
                batch = self.create_batch()
                _add(batch, message)  # an empty one takes every message
        yield batch


@dataclass
class Pulse:
    """What is known of a unit's consumer: when it last came round (event loop's clock), what it has handled since it
    started, what it holds, itself.
    """

    polled_at: float = 0.0
    handled: int = 0
    assigned: frozenset[Partition] = field(default_factory=frozenset)
    consumer: "ShopConsumer | None" = None


class ShopConsumer:
    """The consumer that parts see: contracts' records in, `{partition: next offset}` out."""

    def __init__(
        self, inner: AIOKafkaConsumer, prefix: str, pulse: Pulse, commit: CommitOffsets, in_hand: InHand | None = None
    ) -> None:
        self._inner, self._prefix, self._pulse, self._commit = inner, prefix, pulse, commit
        self._in_hand = in_hand or InHand()
        self._unhandled: dict[Partition, int] = {}  # offset of the first record that was given out and not handled
        self._given: dict[Partition, int] = {}  # offset after the last record that was given out

    async def getmany(
        self, *, timeout_ms: int = 0, max_records: int | None = None
    ) -> Mapping[Partition, Sequence[Record]]:
        """Fetch what is there, at most `max_records`, waiting at most `timeout_ms` milliseconds for the first."""
        self._pulse.polled_at = asyncio.get_running_loop().time()
        batches = await self._inner.getmany(timeout_ms=timeout_ms, max_records=max_records)
        out: dict[Partition, Sequence[Record]] = {}
        for place, records in batches.items():
            partition = self._partition(place)
            out[partition] = [as_record(record, self._prefix) for record in records]
            self._unhandled.setdefault(partition, records[0].offset)
            self._given[partition] = records[-1].offset + 1
        return out

    def handled(self, records: Sequence[Record]) -> None:
        """Note that these records of one partition, given out by `getmany`, have been handled or put aside."""
        self._pulse.handled += len(records)
        for record in records:
            partition = Partition(record.topic, record.partition)
            self._unhandled[partition] = record.offset + 1
            if record.offset + 1 >= self._given.get(partition, 0):
                del self._unhandled[partition]

    async def stop(self) -> None:
        """Close. Records that were given out and not handled are given back first: auto-commit, which notes how far
        was *fetched*, would else count them as read on its last round, and nobody would ever handle them.
        """
        places = self._inner.assignment()
        for partition, offset in self._unhandled.items():
            place = TopicPartition(self._prefix + partition.topic, partition.number)
            if place in places:
                self._inner.seek(place, offset)
        await self._inner.stop()

    async def commit(self, offsets: Mapping[Partition, int] | None = None) -> None:
        """Remember for the group how far it has come: by partition, the offset of the *next* record to read.

        Of a partition that is being given away only what was handled counts: the rest was refused, not done.
        """
        if offsets is None:
            await self._inner.commit()
            return
        theirs = {place: at for place, at in self._unhandled.items() if self._in_hand.is_gone(place)}
        true = {place: min(offset, theirs.get(place, offset)) for place, offset in offsets.items()}
        await self._commit(_Committing(self._inner, self._prefix), true)

    def begin_anew(self, partitions: Iterable[Partition]) -> None:
        """Forget what was given out of these partitions: they are read from the last commit on."""
        for partition in partitions:
            self._unhandled.pop(partition, None)
            self._given.pop(partition, None)

    async def offsets(self) -> tuple[Mapping[Partition, int], Mapping[Partition, int]]:
        """Return the end offset of every partition held, and the committed offset of those that have one."""
        places = self._inner.assignment()
        ends = await self._inner.end_offsets(places)
        committed = {place: await self._inner.committed(place) for place in places}
        return (
            {self._partition(place): end for place, end in ends.items()},
            {self._partition(place): offset for place, offset in committed.items() if offset is not None},
        )

    def _partition(self, place: TopicPartition) -> Partition:
        return Partition(place.topic.removeprefix(self._prefix), place.partition)


class _Committing:
    """The one step under the `commit_offsets` part: what reaches the broker."""

    def __init__(self, inner: AIOKafkaConsumer, prefix: str) -> None:
        self._inner, self._prefix = inner, prefix

    async def getmany(
        self, *, timeout_ms: int = 0, max_records: int | None = None
    ) -> Mapping[Partition, Sequence[Record]]:
        raise NotImplementedError("commit_offsets commits; it does not read")

    async def commit(self, offsets: Mapping[Partition, int] | None = None) -> None:
        await self._inner.commit(
            {TopicPartition(self._prefix + p.topic, p.number): offset for p, offset in (offsets or {}).items()}
        )


class Listener(ConsumerRebalanceListener):  # type: ignore[misc]
    """Tells the `on_revoked` part when partitions go, and the pulse what is held."""

    def __init__(self, prefix: str, pulse: Pulse, in_hand: InHand, on_revoked: OnRevoked) -> None:
        self._prefix, self._pulse, self._in_hand, self._on_revoked = prefix, pulse, in_hand, on_revoked

    async def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        partitions = sorted(Partition(p.topic.removeprefix(self._prefix), p.partition) for p in revoked)
        self._pulse.assigned -= frozenset(partitions)
        if partitions:
            await self._on_revoked(partitions, self._in_hand)

    async def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        partitions = [Partition(p.topic.removeprefix(self._prefix), p.partition) for p in assigned]
        self._in_hand.regained(partitions)
        if self._pulse.consumer is not None:
            self._pulse.consumer.begin_anew(partitions)
        self._pulse.assigned = frozenset(partitions)


def as_record(record: ConsumerRecord, prefix: str) -> Record:
    """Turn what aiokafka read into the contracts' record, under the topic's real name."""
    return Record(
        topic=record.topic.removeprefix(prefix),
        partition=record.partition,
        offset=record.offset,
        key=record.key,
        value=record.value,
        headers=tuple(record.headers),
        timestamp_ms=record.timestamp,
    )


def group_consumer(kafka: str, group: str, member: str, **options: Any) -> Reader:
    """Make (not start) a consumer of a shop group. Static membership: who was killed is back without a rebalance."""
    return Reader(
        bootstrap_servers=kafka,
        client_id=member,
        group_id=group,
        group_instance_id=member,
        fetch_max_wait_ms=500,
        session_timeout_ms=10_000,
        heartbeat_interval_ms=1_000,
        max_partition_fetch_bytes=REQUEST_BYTES,
        auto_commit_interval_ms=5_000,
        **options,
    )
