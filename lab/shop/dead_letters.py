"""Dead letters, seen from outside: what lies there, and how it is sent back to those who gave it up.

A replay is one more reader of the dead-letter topics. The offsets that its group commits say which letters have been
dealt with; so it is remembered by Kafka, and a second replay begins where the first one ended. A letter is committed
after Kafka has its copy. Who is killed in between sends it again, and the inbox of the unit knows it.

Back means: into the first retry topic of the group that gave it up. Others who read the origin topic have not failed,
and do not hear of it again.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Self

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from lab.errors import Conflict, NotFound, NotRunning
from lab.shop.contracts import (
    ATTEMPT,
    DUE,
    ERROR,
    TOPICS,
    Headers,
    Message,
    Record,
    dead_letter_topic,
    groups_of,
    retry_topic,
)
from lab.shop.runtime.bus import ShopProducer
from lab.shop.runtime.parked import REPLAY_GROUP, DealtWith, dealt_with
from lab.shop.seen import Seen
from lab.shop.tap import partitions, snapshot
from lab.shop.wording import clean

PARKED: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {dead_letter_topic(topic.name, group): (topic.name, group) for topic in TOPICS for group in groups_of(topic)}
)
"""Dead-letter topic → the topic that its records come from, and the group that gave them up."""

_WRITTEN_WHEN_PARKED: Final = frozenset({ATTEMPT, DUE, ERROR})


@dataclass(frozen=True, slots=True)
class Letter:
    """One dead letter. `waits`: nobody has dealt with it yet."""

    seen: Seen
    topic: str
    group: str
    waits: bool

    @property
    def name(self) -> str:
        """What it is called on the command line: `payment.commands/payment/3`."""
        return f"{self.topic}/{self.group}/{self.record.offset}"

    @property
    def record(self) -> Record:
        """The record as it is parked: the original bytes, its own headers, and the marks behind them."""
        return self.seen.record

    @property
    def readable(self) -> bool:
        """Say whether today's contracts can read it. What they cannot, no unit can."""
        return isinstance(self.seen.message, Message)

    def headers_back(self) -> Headers:
        """Return the headers it goes back with: without attempt and error, to be tried as if for the first time.

        Where it lay first stays on it.
        """
        return [(name, value) for name, value in self.record.headers if name not in _WRITTEN_WHEN_PARKED]


class DeadLetters:
    """The dead letters of one shop. Use as an async context manager.

    Entering raises NotRunning when Kafka does not answer, and Conflict where the shop parks nothing (phase 1). What
    follows raises NotRunning, too.
    """

    def __init__(self, kafka: str, prefix: str = "") -> None:
        self._kafka, self._prefix = kafka, prefix
        self._stack = AsyncExitStack()
        self._done: dict[str, DealtWith] = {}
        self._reader: AIOKafkaConsumer
        self._producer: ShopProducer

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack, _speaking(self._kafka):
            await self._open(stack)
            self._stack = stack.pop_all()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    async def _open(self, stack: AsyncExitStack) -> None:
        there = await partitions(self._kafka, [self._prefix + topic for topic in PARKED])
        if not there:
            raise Conflict(
                "There are no dead letters: the shop of phase 1 skips what it cannot handle.",
                "Phase 2 parks it: uv run lab down, then uv run lab up --phase 2",
            )
        self._done = dict(await dealt_with(self._kafka, self._prefix))
        self._reader = AIOKafkaConsumer(
            bootstrap_servers=self._kafka,
            client_id="orderlab-dlq",
            group_id=self._prefix + REPLAY_GROUP,
            enable_auto_commit=False,
        )
        stack.push_async_callback(self._reader.stop)
        await self._reader.start()
        self._reader.assign([TopicPartition(topic, 0) for topic in there])
        self._producer = ShopProducer(self._kafka, self._prefix, "orderlab-dlq")
        stack.push_async_callback(self._producer.stop)
        await self._producer.start()

    async def letters(self) -> list[Letter]:
        """Return all that lie there now, the oldest first."""
        seen = await snapshot(self._kafka, self._prefix, topics=tuple(PARKED))
        return [
            Letter(one, *PARKED[one.record.topic], one.record.offset not in self._dealt_with(one.record.topic))
            for one in seen
        ]

    async def send_back(self, letter: Letter) -> str:
        """Send a letter back to the group that gave it up; return where it lies now, when Kafka has it."""
        topic = retry_topic(letter.topic, letter.group, 1)
        record, headers = letter.record, letter.headers_back()
        async with _speaking(self._kafka):
            at = await self._producer.send_and_wait(topic, record.value, key=record.key, headers=headers)
        return f"{topic}, offset {at.offset}"

    async def remember(self, letter: Letter) -> None:
        """Note that a letter has been dealt with; it is noted when this returns."""
        topic = letter.record.topic
        self._done[topic] = self._dealt_with(topic).adding(letter.record.offset)
        async with _speaking(self._kafka):
            await self._reader.commit({TopicPartition(self._prefix + topic, 0): self._done[topic].commit()})

    def _dealt_with(self, topic: str) -> DealtWith:
        return self._done.get(topic, DealtWith())


@asynccontextmanager
async def _speaking(kafka: str) -> AsyncIterator[None]:
    """Turn Kafka's errors into one that says what to do."""
    try:
        yield
    except (KafkaError, OSError) as error:
        raise NotRunning(
            f"Kafka does not answer at {kafka} ({type(error).__name__}).",
            "See what runs: uv run lab status. What was sent back is remembered: go on with uv run lab dlq replay",
        ) from error


def named(letters: Sequence[Letter], name: str) -> Letter:
    """Return the letter of that name. Raises NotFound."""
    for letter in letters:
        if letter.name == name:
            return letter
    raise NotFound(f"There is no dead letter {clean(name, 80)!r}.", "See what there is: uv run lab dlq list")
