"""How many records wait for each unit, as the broker tells it: the end of each log minus what is committed.

Asked from outside, so it is known of a unit that is stopped or does not answer, too; no group is joined.
"""

from collections.abc import Mapping
from typing import Final, Self

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from lab.shop.contracts import TOPICS, dead_letter_topic, groups_of
from lab.shop.reads import READS
from lab.shop.runtime.parked import REPLAY_GROUP, DealtWith
from lab.shop.runtime.topics import ASIDE_FROM

Place = tuple[str, int]
"""Topic and partition."""
_PARKED: Final = tuple(dead_letter_topic(topic.name, group) for topic in TOPICS for group in groups_of(topic))


class Offsets:
    """Asks Kafka what each unit's group has committed. Use as an async context manager. Raises KafkaError."""

    def __init__(self, kafka: str, prefix: str = "") -> None:
        self._prefix = prefix
        self._admin = AIOKafkaAdminClient(bootstrap_servers=kafka, client_id="orderlab-offsets")
        self._consumer = AIOKafkaConsumer(bootstrap_servers=kafka, client_id="orderlab-ends")

    async def __aenter__(self) -> Self:
        try:
            await self._admin.start()
            await self._consumer.start()
        except BaseException:
            await self.__aexit__()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._consumer.stop()
        await self._admin.close()

    async def committed(self, unit: str) -> Mapping[Place, int]:
        """Return the next offset that a unit's group will read, for each of its partitions that has one."""
        found = await self._admin.list_consumer_group_offsets(self._prefix + unit)
        return {
            (place.topic.removeprefix(self._prefix), place.partition): said.offset
            for place, said in found.items()
            if said.offset >= 0
        }

    async def ends(self) -> Mapping[Place, int]:
        """Return the offset after the last record, for each partition of the shop's topics that is there."""
        ours = {self._prefix + topic.name for topic in TOPICS}
        there = [topic for topic in await self._admin.describe_topics() if topic["topic"] in ours]
        places = [TopicPartition(topic["topic"], part["partition"]) for topic in there for part in topic["partitions"]]
        found = await self._consumer.end_offsets(places) if places else {}
        return {(place.topic.removeprefix(self._prefix), place.partition): end for place, end in found.items()}

    async def dead_letters(self, phase: int) -> int:
        """Return how many dead letters nobody has dealt with yet; 0 in phases that put nothing aside."""
        if phase < ASIDE_FROM:
            return 0
        places = [TopicPartition(self._prefix + topic, 0) for topic in _PARKED]
        found = await self._admin.list_consumer_group_offsets(self._prefix + REPLAY_GROUP)
        done = {place: DealtWith.read(said.offset, said.metadata) for place, said in found.items()}
        begins, ends = await self._consumer.beginning_offsets(places), await self._consumer.end_offsets(places)
        return sum(done.get(place, DealtWith()).left(begins[place], ends[place]) for place in places)


def lag_of(unit: str, ends: Mapping[Place, int], committed: Mapping[Place, int]) -> int:
    """Return how many records wait for a unit. Where nothing was ever committed, all of them do."""
    return sum(max(0, end - committed.get(place, 0)) for place, end in ends.items() if place[0] in READS[unit])
