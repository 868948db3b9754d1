"""The Kafka of one test: a producer, consumers and a timeline, in the attempt's own corner of the broker."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Self

from aiokafka import AIOKafkaConsumer, TopicPartition

from lab.course.kit.broker import Broker, new_prefix
from lab.course.kit.consumers import CheckedConsumer
from lab.course.kit.leash import Leash
from lab.course.kit.shift import Shift
from lab.course.verdict import Row
from lab.shop.contracts import MAX_RECORD_BYTES, Headers, Record
from lab.shop.ports import OpenConsumer, StoredAt
from lab.shop.runtime.bus import ShopProducer, check_topic

RETRY_MS: Final = 10
"""A topic that has just been made refuses its first message for a moment; aiokafka would come back after 100 ms."""


class CheckedProducer(ShopProducer):
    """The shop's own producer, which keeps every answer of Kafka's, so that a check can ask how far each has come.

    make: makes a topic of the shop when it is first written to.
    """

    def __init__(self, kafka: str, prefix: str, make: Callable[[str], Awaitable[None]], **options: Any) -> None:
        super().__init__(kafka, prefix, "orderlab-check", **options)
        self.answers: list[asyncio.Future[StoredAt]] = []
        self._make = make

    async def send(self, topic: str, *rest: Any, **options: Any) -> "asyncio.Future[StoredAt]":
        check_topic(topic)
        await self._make(topic)
        answer = await super().send(topic, *rest, **options)
        self.answers.append(answer)
        return answer


class World:
    """Use as an async context manager. The shop's topics are made when they are first used.

    producer:               connected and started, for the learner's function.
    acknowledged_on_return: how many messages Kafka had acknowledged at the instant the last `call` returned.
    """

    def __init__(
        self,
        broker: Broker,
        answer: Path,
        *,
        topic_config: Mapping[str, str] | None = None,
        linger_ms: int = 0,
        partitions: int | None = None,
    ) -> None:
        self._broker, self._config, self._linger = broker, topic_config, linger_ms
        alone = topic_config is not None or partitions is not None
        self.prefix = new_prefix() if alone else broker.prefix  # special topics get a prefix of their own
        self._partitions = {} if partitions is None else {"partitions": partitions}
        self._begin: Mapping[TopicPartition, int] = {}
        self._consumers: list[AIOKafkaConsumer] = []
        self._leash = Leash(answer, self._count_answers)
        self.acknowledged_on_return = 0
        self.opened_with: list[Mapping[str, Any]] = []

    async def __aenter__(self) -> Self:
        self.producer = CheckedProducer(
            self._broker.kafka, self.prefix, self.make, linger_ms=self._linger, retry_backoff_ms=RETRY_MS
        )
        _, self._begin = await asyncio.gather(self.producer.start(), self._broker.ends(self.prefix))
        return self

    async def __aexit__(self, *_: object) -> None:
        await asyncio.gather(
            self.producer.stop(), *(consumer.stop() for consumer in self._consumers), return_exceptions=True
        )

    async def make(self, *topics: str) -> None:
        """Make these topics of the shop, unless they are there."""
        await self._broker.make(self.prefix, topics, self._config, **self._partitions)

    async def grow(self, topic: str, partitions: int) -> None:
        """Give a topic more partitions, `partitions` in all; the producer knows of them at once."""
        await self._broker.grow(self.prefix, topic, partitions)
        await self.producer.client.force_metadata_update()

    def _count_answers(self) -> None:
        self.acknowledged_on_return = sum(answer.done() for answer in self.producer.answers)

    async def call(self, function: Callable[..., Any], *args: Any, **named: Any) -> Any:
        """Await the learner's function on a leash; note what Kafka had acknowledged when it returned."""
        return await self._leash(function, *args, **named)

    async def settle(self) -> None:
        """Let what the learner's function left in the background finish, and everything queued reach Kafka."""
        await self._leash.settle()
        await self.producer.flush()

    async def write(
        self,
        topic: str,
        value: bytes | None,
        *,
        key: bytes | None = None,
        headers: Headers = (),
        partition: int | None = None,
    ) -> StoredAt:
        """Store a message as somebody else would; return where it lies."""
        where = {} if partition is None else {"partition": partition}
        stored: StoredAt = await self.producer.send_and_wait(topic, value, key=key, headers=list(headers), **where)
        return stored

    async def stored(self) -> list[Record]:
        """Return what has been stored since this test began, in the sequence in which it was written."""
        return await self._broker.between(self._begin, await self._broker.ends(self.prefix), self.prefix)

    async def everything(self) -> list[Record]:
        """Return all that lies in the topics, also what earlier tests have stored."""
        return await self._broker.between({}, await self._broker.ends(self.prefix), self.prefix)

    async def committed(self, group: str) -> Mapping[tuple[str, int], int]:
        """Return what a group has committed: by topic and partition, the offset of the next record to read."""
        offsets = await self._broker.committed(self.prefix + group)
        return {(place.topic.removeprefix(self.prefix), place.partition): at for place, at in offsets.items()}

    async def consumer(self, *topics: str, group: str, **options: Any) -> AIOKafkaConsumer:
        """Start a plain aiokafka consumer of a group. It is stopped with the test."""
        await self.make(*topics)
        consumer = AIOKafkaConsumer(
            *(self.prefix + topic for topic in topics),
            bootstrap_servers=self._broker.kafka,
            group_id=self.prefix + group,
            max_partition_fetch_bytes=MAX_RECORD_BYTES,
            fetch_max_wait_ms=5,  # Kafka answers one question of a connection after the other
            retry_backoff_ms=10,
            **{"auto_offset_reset": "earliest", **options},
        )
        self._consumers.append(consumer)
        await consumer.start()
        return consumer

    def open_consumer(self, *topics: str, group: str) -> OpenConsumer:
        """Return what a `consume` part is given. `opened_with` notes the options that it chooses."""

        async def open_it(*, auto_offset_reset: str, enable_auto_commit: bool) -> CheckedConsumer:
            options = {"auto_offset_reset": auto_offset_reset, "enable_auto_commit": enable_auto_commit}
            self.opened_with.append(options)
            return CheckedConsumer(await self.consumer(*topics, group=group, **options), self.prefix)

        return open_it

    def shift(self, topic: str, *, group: str, **settings: Any) -> Shift:
        """Return one run of a `consume` part on that topic, not begun yet. The settings are Shift's."""
        return Shift(self.call, self.settle, self.open_consumer(topic, group=group), **settings)

    async def hang_up(self) -> None:
        """Close this test's consumers, as a service does that ends: what it was to note for its group is noted."""
        consumers, self._consumers = self._consumers, []
        await asyncio.gather(*(consumer.stop() for consumer in consumers))

    def timeline(self, records: Sequence[Record], wrong: Callable[[Record], bool] = lambda _: False) -> tuple[Row, ...]:
        """Return the records as rows of a card; `wrong` marks those that are not as they should be."""
        return tuple(
            Row(
                topic=record.topic,
                partition=record.partition,
                offset=record.offset,
                key="(none)" if record.key is None else record.key.decode(errors="replace"),
                type=record.header("ce_type") or "?",
                correlation=record.header("ce_correlationid") or "",
                wrong=wrong(record),
            )
            for record in records
        )
