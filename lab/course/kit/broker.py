"""One attempt's own corner of a real Kafka: topics under a prefix of its own, made at the start, deleted at the end."""

import asyncio
import os
import secrets
import socket
import struct
import time
from collections.abc import Mapping
from typing import Final, Self

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewPartitions, NewTopic
from aiokafka.errors import KafkaError

from lab.course.kit.faults import EnvironmentDown
from lab.errors import LabError
from lab.running import running
from lab.shop.contracts import PARTITIONS, Record
from lab.shop.runtime.bus import as_record

STALE_SECONDS: Final = 900
"""Topics of an attempt that was killed are deleted by the first attempt after this time."""
_ANSWER_SECONDS: Final = 3.0


def address() -> str:
    """Return where Kafka answers: LAB_KAFKA, else the running shop's. Raises EnvironmentDown."""
    if asked := os.environ.get("LAB_KAFKA"):
        return asked
    try:
        return running().kafka
    except LabError as error:
        raise EnvironmentDown("This check needs Kafka, and none is running.", "uv run lab up") from error


async def _answers(kafka: str) -> None:
    """Raise EnvironmentDown unless something listens there; aiokafka alone would try for a long time."""
    host, _, port = kafka.rpartition(":")
    try:
        async with asyncio.timeout(_ANSWER_SECONDS):
            _, writer = await asyncio.open_connection(host, int(port))
        writer.close()
        await writer.wait_closed()
    except (OSError, TimeoutError, ValueError, OverflowError) as error:
        raise EnvironmentDown(f"No Kafka answers at {kafka}.", "uv run lab up") from error


def answers_now(kafka: str, seconds: float = _ANSWER_SECONDS) -> bool:
    """Say whether a broker answers a real question (which versions it speaks); a frozen one accepts, and is silent."""
    question = struct.pack(">hhih", 18, 0, 1, -1)  # ApiVersions, version 0, our number 1, no name
    host, _, port = kafka.rpartition(":")
    try:
        with socket.create_connection((host, int(port)), seconds) as link:
            link.settimeout(seconds)
            link.sendall(struct.pack(">i", len(question)) + question)
            return len(link.recv(8)) > 0
    except (OSError, ValueError, OverflowError):
        return False


class Broker:
    """Use as an async context manager, once for all tests of an attempt. Raises EnvironmentDown."""

    def __init__(self) -> None:
        self.kafka = address()
        self.prefix = new_prefix()
        self._making = asyncio.Lock()
        self._admin: AIOKafkaAdminClient
        self._reader: AIOKafkaConsumer
        self._made: dict[str, dict[str, int]] = {}  # by prefix and name: the number of partitions

    async def __aenter__(self) -> Self:
        await _answers(self.kafka)
        self._admin = AIOKafkaAdminClient(bootstrap_servers=self.kafka, client_id="orderlab-check")
        self._reader = AIOKafkaConsumer(
            bootstrap_servers=self.kafka,
            client_id="orderlab-check",
            auto_offset_reset="earliest",
            enable_auto_commit=False,
            fetch_max_wait_ms=5,  # Kafka answers one question of a connection after the other
            retry_backoff_ms=10,  # the first question about a topic that was just made is asked twice
        )
        try:
            async with asyncio.timeout(_ANSWER_SECONDS * 3):
                await asyncio.gather(self._admin.start(), self._reader.start())
        except (KafkaError, OSError, TimeoutError) as error:
            await self._close()
            raise EnvironmentDown(f"Kafka at {self.kafka} does not answer as it should.", "uv run lab up") from error
        return self

    async def __aexit__(self, *_: object) -> None:
        try:
            stale = [name for name in await self._admin.list_topics() if _is_stale(name)]
            made = [prefix + name for prefix, names in self._made.items() for name in names]
            if made or stale:
                await self._admin.delete_topics([*made, *stale])
        except KafkaError:
            pass  # Kafka has gone meanwhile; what is left over, a later attempt deletes
        await self._close()

    async def _close(self) -> None:
        await asyncio.gather(self._admin.close(), self._reader.stop(), return_exceptions=True)

    async def make(
        self, prefix: str, names: tuple[str, ...], config: Mapping[str, str] | None = None, partitions: int = PARTITIONS
    ) -> None:
        """Make topics under a prefix; return when each has its leaders. What is there is kept."""
        made = self._made.setdefault(prefix, {})
        async with self._making:
            absent = [name for name in names if name not in made]
            if not absent:
                return
            wanted = [NewTopic(prefix + name, partitions, 1, topic_configs=dict(config or {})) for name in absent]
            await self._admin.create_topics(wanted)
            await self._leaders([prefix + name for name in absent])
            made.update(dict.fromkeys(absent, partitions))

    async def grow(self, prefix: str, name: str, partitions: int) -> None:
        """Give a topic more partitions, `partitions` in all; return when each has its leader."""
        await self._admin.create_partitions({prefix + name: NewPartitions(partitions)})
        await self._leaders([prefix + name], partitions)
        self._made[prefix][name] = partitions

    async def _leaders(self, topics: list[str], partitions: int = 1) -> None:
        """Wait until every partition has a leader: else clients meet NotLeaderForPartition, and log it."""
        while True:
            described = await self._admin.describe_topics(topics)
            parts = [part for topic in described for part in topic["partitions"]]
            there = all(topic["error_code"] == 0 and len(topic["partitions"]) >= partitions for topic in described)
            if there and all(part["leader"] >= 0 for part in parts):
                return
            await asyncio.sleep(0.01)

    async def ends(self, prefix: str) -> Mapping[TopicPartition, int]:
        """Return the end offset of every partition of the topics that were made under this prefix."""
        places = [
            TopicPartition(prefix + name, number)
            for name, partitions in self._made.get(prefix, {}).items()
            for number in range(partitions)
        ]
        if not places:
            return {}
        ends: Mapping[TopicPartition, int] = await self._reader.end_offsets(places)
        return ends

    async def between(
        self, begin: Mapping[TopicPartition, int], end: Mapping[TopicPartition, int], prefix: str
    ) -> list[Record]:
        """Return all records from `begin` (absent: 0) up to `end`, in the sequence in which they were written."""
        places = [place for place, offset in end.items() if offset > begin.get(place, 0)]
        unread = set(places)
        self._reader.assign(places)
        for place in places:
            self._reader.seek(place, begin.get(place, 0))
        found: list[Record] = []
        while unread:
            for place, records in (await self._reader.getmany(*unread, timeout_ms=200)).items():
                found += [as_record(one, prefix) for one in records if one.offset < end[place]]
                if records[-1].offset + 1 >= end[place]:
                    unread.discard(place)
        self._reader.pause(*places)  # what is not read any more must not be fetched ahead
        return sorted(found, key=lambda record: record.timestamp_ms)

    async def committed(self, group: str) -> Mapping[TopicPartition, int]:
        """Return the offsets that a group has committed."""
        offsets = await self._admin.list_consumer_group_offsets(group)
        return {place: said.offset for place, said in offsets.items() if said.offset >= 0}


def new_prefix() -> str:
    """`check-<seconds, hex>-<random>.`: nobody else's, and it says when it was made."""
    return f"check-{int(time.time()):x}-{secrets.token_hex(3)}."


def _is_stale(topic: str) -> bool:
    if not topic.startswith("check-"):
        return False
    try:
        return time.time() - int(topic.split("-")[1], 16) > STALE_SECONDS
    except (ValueError, IndexError):
        return False
