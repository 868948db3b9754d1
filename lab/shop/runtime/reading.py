"""A consumer that no record stops: where the client cannot read one at all, something stands in its place.

Kafka keeps the names of headers as bytes. aiokafka takes them for UTF-8, and raises out of `getmany` when one is not.
It has no way past such a record, nor past the ones behind it in its sender's batch, and what else was polled in that
call is gone. So all partitions go back to where they were, and each is read record by record up to the bad one. In its
place stands a record without key and value, with a header that says why. It is unreadable like any other: skipped in
phase 1, parked from phase 2 on. Its bytes stay where they lay.
"""

import time
from collections.abc import Mapping
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from lab.shop.contracts import NOT_READ

_WHY: Final = b"the name of a header, of this record or of one sent together with it, is not UTF-8"
_FETCH_MS: Final = 1_000

Batches = Mapping[TopicPartition, list[ConsumerRecord]]


class Reader(AIOKafkaConsumer):  # type: ignore[misc]  # aiokafka has no types
    """aiokafka's consumer, which also comes past what it cannot read. Auto-commit notes no more than was handed out."""

    def __init__(self, *topics: str, **options: Any) -> None:
        super().__init__(*topics, **options)
        self._next: dict[TopicPartition, int] = {}  # the offset after the last record that was handed out

    def seek(self, partition: TopicPartition, offset: int) -> None:
        """Go on at this offset."""
        super().seek(partition, offset)
        self._next[partition] = offset

    async def getmany(
        self, *partitions: TopicPartition, timeout_ms: int = 0, max_records: int | None = None
    ) -> Batches:
        """Return what is there, as aiokafka does."""
        try:
            batches: Batches = await super().getmany(*partitions, timeout_ms=timeout_ms, max_records=max_records)
        except UnicodeDecodeError:
            batches = await self._one_by_one(partitions or tuple(self.assignment()), max_records or 1)
        held = self.assignment()
        self._next = {place: at for place, at in self._next.items() if place in held}
        self._next.update({place: records[-1].offset + 1 for place, records in batches.items()})
        return batches

    async def _one_by_one(self, partitions: tuple[TopicPartition, ...], max_records: int) -> Batches:
        """Read each partition up to what cannot be read, that included; at most so many records of each."""
        ends = await self.end_offsets(partitions)
        begins = {place: await self._begin(place) for place in partitions}
        for place, begin in begins.items():
            super().seek(place, begin)
        found = {}
        for place in partitions:
            records: list[ConsumerRecord] = []
            while begins[place] + len(records) < ends[place] and len(records) < max_records:
                try:
                    polled = await super().getmany(place, timeout_ms=_FETCH_MS, max_records=1)
                except UnicodeDecodeError:
                    at = records[-1].offset + 1 if records else begins[place]
                    super().seek(place, at + 1)
                    records.append(_stands_for(place, at))
                    break
                if place not in polled:
                    break
                records += polled[place]
            if records:
                found[place] = records
        return found

    async def _begin(self, place: TopicPartition) -> int:
        """Return where reading goes on: behind what was handed out, and where nothing was, at the last commit."""
        if place in self._next:
            return self._next[place]
        committed = await self.committed(place) if self._group_id is not None else None
        return committed if committed is not None else int((await self.beginning_offsets([place]))[place])


def _stands_for(place: TopicPartition, offset: int) -> ConsumerRecord:
    return ConsumerRecord(
        topic=place.topic,
        partition=place.partition,
        offset=offset,
        timestamp=int(time.time() * 1000),
        timestamp_type=0,
        key=None,
        value=None,
        checksum=None,
        serialized_key_size=-1,
        serialized_value_size=-1,
        headers=((NOT_READ, _WHY),),
    )
