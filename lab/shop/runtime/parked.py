"""Dead letters that nobody has dealt with yet: how many of each topic, and since when the first of them lies there.

`lab dlq replay` is one more reader of the dead-letter topics, and what its group has committed says how far it is. Some
may have been sent back out of their turn, by name: their offsets stand in the note that Kafka keeps with a commit.
"""

import re
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Final, Self

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from lab.shop.contracts import dead_letter_topic

REPLAY_GROUP: Final = "dlq.replay"
_READ_MS: Final = 2_000
_NOTE_AT_MOST: Final = 4_000
"""Kafka keeps 4,096 bytes with a commit (offset.metadata.max.bytes)."""


@dataclass(frozen=True, slots=True)
class DealtWith:
    """Which letters of one topic have been dealt with: all before `upto`, and those `beyond` it."""

    upto: int = 0
    beyond: frozenset[int] = frozenset()

    @classmethod
    def read(cls, offset: int, note: str | None) -> Self:
        """Take in a commit. A note that is not ours counts as none."""
        ours = re.fullmatch(r"[0-9]{1,18}(,[0-9]{1,18})*", note or "")
        return cls(max(0, offset), frozenset(int(one) for one in ours[0].split(",")) if ours else frozenset())

    def __contains__(self, offset: int) -> bool:
        return offset < self.upto or offset in self.beyond

    def left(self, begin: int, end: int) -> int:
        """Return how many of a topic that has the offsets from `begin` to before `end` nobody has dealt with."""
        first = max(begin, self.upto)
        return max(0, end - first - sum(first <= one < end for one in self.beyond))

    def adding(self, offset: int) -> "DealtWith":
        """Return the same with one more."""
        upto, beyond = self.upto, {*self.beyond, offset}
        while upto in beyond:
            upto += 1
        return DealtWith(upto, frozenset(one for one in beyond if one >= upto))

    def commit(self) -> tuple[int, str]:
        """Return what Kafka is to keep. What does not fit is forgotten: then a letter is sent twice, which is known."""
        note = ",".join(map(str, sorted(self.beyond)))
        return self.upto, note if len(note) <= _NOTE_AT_MOST else ""


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits in one dead-letter topic. `since_ms`: when the first of it was parked; None where nothing waits."""

    records: int
    since_ms: int | None


def dead_letter_topics(topics: Sequence[str], group: str) -> list[str]:
    """Return the dead-letter topics of a group that reads these topics."""
    return [dead_letter_topic(topic, group) for topic in topics]


async def dealt_with(kafka: str, prefix: str) -> Mapping[str, DealtWith]:
    """Return what has been dealt with of each dead-letter topic; of one that is missing nothing. Raises KafkaError."""
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka, client_id="orderlab-parked")
    try:
        await admin.start()
        found = await admin.list_consumer_group_offsets(prefix + REPLAY_GROUP)
    finally:
        await admin.close()
    return {
        place.topic.removeprefix(prefix): DealtWith.read(said.offset, said.metadata) for place, said in found.items()
    }


async def waiting(kafka: str, prefix: str, topics: Sequence[str]) -> Mapping[str, Waiting]:
    """Return what waits in each of these dead-letter topics. Joins no group, moves nothing. Raises KafkaError."""
    done = await dealt_with(kafka, prefix)
    async with AsyncExitStack() as stack:
        consumer = AIOKafkaConsumer(bootstrap_servers=kafka, client_id="orderlab-parked")
        stack.push_async_callback(consumer.stop)
        await consumer.start()
        places = {topic: TopicPartition(prefix + topic, 0) for topic in topics}
        consumer.assign(list(places.values()))
        consumer.pause(*places.values())  # nothing is fetched but what is asked for
        ends = await consumer.end_offsets(list(places.values()))
        begins = await consumer.beginning_offsets(list(places.values()))
        return {
            topic: await _waiting(consumer, place, begins[place], ends[place], done.get(topic, DealtWith()))
            for topic, place in places.items()
        }


async def _waiting(consumer: AIOKafkaConsumer, place: TopicPartition, begin: int, end: int, done: DealtWith) -> Waiting:
    records = done.left(begin, end)
    if not records:
        return Waiting(0, None)
    consumer.seek(place, max(begin, done.upto))
    consumer.resume(place)
    found = await consumer.getmany(place, timeout_ms=_READ_MS, max_records=1)
    consumer.pause(place)
    return Waiting(records, int(found[place][0].timestamp) if place in found else None)
