"""Reads Kafka: every record of every topic of the shop, from offset 0, by nobody's group."""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from lab.errors import NotRunning
from lab.shop.contracts import RETRY_LEVELS, TOPICS, dead_letter_topic, groups_of, retry_topic
from lab.shop.offsets import Offsets
from lab.shop.reads import READS
from lab.shop.runtime.bus import REQUEST_BYTES, as_record
from lab.shop.runtime.topics import aside_topics
from lab.shop.seen import Seen
from lab.shop.tap import partitions

MAIN: Final = tuple(topic.name for topic in TOPICS)
PARKED_BY: Final[Mapping[str, str]] = {
    dead_letter_topic(topic.name, group): group for topic in TOPICS for group in groups_of(topic)
}
"""Dead-letter topic → the group that gives up there."""
TRIED_AGAIN_BY: Final[Mapping[str, str]] = {
    retry_topic(topic.name, group, level): group
    for topic in TOPICS
    for group in groups_of(topic)
    for level in range(1, RETRY_LEVELS + 1)
}
"""Retry topic → the group that tries again what lies there."""

_POLL_MS: Final = 500
_SILENCE_SECONDS: Final = 15.0
_TROUBLE: Final = (KafkaError, OSError, TimeoutError)


@dataclass(frozen=True, slots=True)
class Lying:
    """What lay on Kafka at one moment: the records of each partition in sequence.

    waiting: unit → how many it has not committed. gone: topic → how many were thrown away before they could be read.
    """

    records: Sequence[Seen]
    waiting: Mapping[str, int]
    gone: Mapping[str, int]
    ends: Mapping[TopicPartition, int]


async def read_topics(kafka: str, prefix: str, since: Mapping[TopicPartition, int] | None = None) -> Lying:
    """Return all that lies there now, or what has come `since` the partitions had these ends. Raises NotRunning."""
    consumer = AIOKafkaConsumer(
        bootstrap_servers=kafka,
        client_id="orderlab-audit",
        enable_auto_commit=False,
        max_partition_fetch_bytes=REQUEST_BYTES,
    )
    try:
        await consumer.start()
        places = await _places(kafka, prefix) if since is None else list(since)
        consumer.assign(
            places
        )  # first: without it aiokafka would ask for each topic by itself, a tenth of a second each
        begins: Mapping[TopicPartition, int] = since or await consumer.beginning_offsets(places)
        ends: Mapping[TopicPartition, int] = await consumer.end_offsets(places)
        records = await _read(consumer, prefix, begins, ends)
        gone: Counter[str] = Counter()
        for place, begin in begins.items():
            gone[place.topic.removeprefix(prefix)] += begin
        return Lying(records, await _waiting(kafka, prefix, ends), +gone, ends)
    except _TROUBLE as error:
        raise NotRunning(f"Kafka does not answer at {kafka} ({error}).", "See what runs: uv run lab status") from error
    finally:
        await consumer.stop()


async def _places(kafka: str, prefix: str) -> list[TopicPartition]:
    there = await partitions(kafka, [prefix + name for name in (*MAIN, *aside_topics())])
    if not there:
        raise NotRunning(f"Kafka at {kafka} has none of the shop's topics.", "Make them: uv run lab up")
    return [TopicPartition(topic, number) for topic, numbers in there.items() for number in numbers]


async def _read(
    consumer: AIOKafkaConsumer,
    prefix: str,
    begins: Mapping[TopicPartition, int],
    ends: Mapping[TopicPartition, int],
) -> list[Seen]:
    found: list[Seen] = []
    left = {place for place, end in ends.items() if end > begins[place]}
    if not left:
        return found
    consumer.assign(left)
    for place in left:
        consumer.seek(place, begins[place])
    async with asyncio.timeout(_SILENCE_SECONDS) as silence:
        while left:
            polled = await consumer.getmany(timeout_ms=_POLL_MS)
            if polled:
                silence.reschedule(asyncio.get_running_loop().time() + _SILENCE_SECONDS)
            for place, records in polled.items():
                found += [Seen.of(as_record(one, prefix)) for one in records if one.offset < ends[place]]
                if records[-1].offset + 1 >= ends[place]:
                    left.discard(place)
    return found


async def _waiting(kafka: str, prefix: str, ends: Mapping[TopicPartition, int]) -> Mapping[str, int]:
    """Count the records that each unit has not committed yet, those that it is to try again among them."""
    waiting: dict[str, int] = {}
    async with Offsets(kafka, prefix) as offsets:
        for unit, reads in READS.items():
            done = {**await offsets.committed(unit), **await offsets.committed(f"{unit}.retry")}
            mine = {*reads, *(topic for topic, group in TRIED_AGAIN_BY.items() if group == unit)}
            names = {place: (place.topic.removeprefix(prefix), place.partition) for place in ends}
            waiting[unit] = sum(
                max(0, ends[place] - done.get(name, 0)) for place, name in names.items() if name[0] in mine
            )
    return waiting
