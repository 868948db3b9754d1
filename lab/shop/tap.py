"""A stream of everything that lies on Kafka, for whoever only watches.

It reads with partitions assigned by hand and belongs to no group: nobody's offsets move, no rebalance happens, the
shop does not notice. It survives the broker: that it is gone, and that it is back, come as values among the records.
"""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import suppress
from enum import Enum
from heapq import merge
from typing import Any, Final, Self, TypeVar

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaConnectionError, KafkaError

from lab.errors import NotRunning
from lab.shop.contracts import TOPICS, Record
from lab.shop.runtime.bus import REQUEST_BYTES, as_record
from lab.shop.runtime.reading import Reader
from lab.shop.seen import Back, Lost, News, Seen

T = TypeVar("T")

EVERY_TOPIC: Final = tuple(topic.name for topic in TOPICS)
AHEAD_AT_MOST: Final = 1_000
"""Records of one partition that wait for slower partitions while the past is read; then it is not read further."""
PROBE_SECONDS: Final = 1.0
"""After so long without a record Kafka is asked whether it is still there."""
AGAIN_SECONDS: Final = 0.2
PROBE_ANSWER_SECONDS: Final = 5.0
ANSWER_SECONDS: Final = 15.0

_TROUBLE: Final = (KafkaError, OSError, TimeoutError)


class Start(Enum):
    """Where the stream begins."""

    NOW = "now"
    BEGINNING = "beginning"


class Tap:
    """The stream. Use as an async context manager, then iterate, or take what there is with `batch`.

    Entering raises NotRunning when Kafka does not answer or has none of the topics; from then on nothing raises.
    Records of one partition come in sequence, all of them, once. Records of several partitions are merged by the
    time Kafka keeps with them: those of the past completely, live ones within what one poll brings.
    """

    def __init__(
        self,
        kafka: str,
        prefix: str = "",
        *,
        start: Start = Start.NOW,
        topics: Sequence[str] = EVERY_TOPIC,
    ) -> None:
        self._kafka, self._prefix, self._start, self._topics = kafka, prefix, start, topics
        self._consumer: AIOKafkaConsumer | None = None
        self._next: dict[TopicPartition, int] = {}  # the offset after the last record that was read
        self._past_end: dict[TopicPartition, int] = {}  # where the past ends, of partitions that are still in it
        self._ahead: dict[TopicPartition, deque[Record]] = {}
        self._lost_at: float | None = None
        self._answered_at = 0.0
        self._probes = 0

    @property
    def caught_up(self) -> bool:
        """Say whether all that was there at the start has been handed out."""
        return not self._past_end and not any(self._ahead.values())

    async def __aenter__(self) -> Self:
        deadline = time.monotonic() + ANSWER_SECONDS
        while True:
            try:
                await self._open(ANSWER_SECONDS)
            except BaseException as error:
                await self._close()
                if _passes(error) and time.monotonic() < deadline:
                    await asyncio.sleep(AGAIN_SECONDS)
                    continue
                if not isinstance(error, _TROUBLE):
                    raise
                raise NotRunning(f"Kafka does not answer at {self._kafka}.", "Start it: uv run lab up") from error
            return self

    async def __aexit__(self, *_: object) -> None:
        await self._close()

    async def __aiter__(self) -> AsyncIterator[News]:
        """Yield news for ever."""
        while True:
            for news in await self.batch():
                yield news

    async def batch(self, seconds: float = 0.25) -> list[News]:
        """Return what has come, waiting at most about so long for it; nothing is an empty list. Never raises."""
        if self._consumer is None:
            return await self._reconnect(seconds)
        try:
            polled = await _within(seconds + ANSWER_SECONDS, self._consumer.getmany(timeout_ms=int(seconds * 1000)))
            if polled:
                self._answered_at = time.monotonic()
                await self._take(self._consumer, polled)
            elif time.monotonic() - self._answered_at > PROBE_SECONDS:
                await self._probe(self._consumer)
                self._answered_at = time.monotonic()
        except _TROUBLE as error:
            self._lost_at = time.time()
            await self._close()
            return [*self._ready(), Lost(self._lost_at, str(error) or type(error).__name__)]
        return [*self._ready()]

    async def _probe(self, consumer: AIOKafkaConsumer) -> None:
        """Ask Kafka for the end of one partition, of another one each time: that says as much as asking for all."""
        places = list(self._next)
        self._probes += 1
        await _within(PROBE_ANSWER_SECONDS, consumer.end_offsets([places[self._probes % len(places)]]))

    async def _open(self, seconds: float) -> None:
        consumer = self._consumer = Reader(
            bootstrap_servers=self._kafka,
            client_id="orderlab-tap",
            auto_offset_reset="earliest",
            enable_auto_commit=False,
            fetch_max_wait_ms=100,
            max_partition_fetch_bytes=REQUEST_BYTES,
        )
        await _within(seconds, consumer.start())
        there = await _within(seconds, partitions(self._kafka, [self._prefix + name for name in self._topics]))
        places = [TopicPartition(topic, number) for topic, numbers in there.items() for number in numbers]
        if not places:
            raise NotRunning(f"Kafka at {self._kafka} has none of the shop's topics.", "Make them: uv run lab up")
        consumer.assign(places)
        ends = await _within(seconds, consumer.end_offsets(places))
        begins = await _within(seconds, consumer.beginning_offsets(places))
        for place in places:
            self._seek(consumer, place, begins[place], ends[place])
        self._answered_at = time.monotonic()

    def _seek(self, consumer: AIOKafkaConsumer, place: TopicPartition, begin: int, end: int) -> None:
        """Go on where reading stopped; where it never began, begin; a log that was emptied begins anew."""
        first = place not in self._next
        if first:
            self._next[place] = end if self._start is Start.NOW else begin
            self._ahead[place] = deque()
        elif self._next[place] > end:
            self._next[place] = begin
        if first and self._next[place] < end:
            self._past_end[place] = end
        elif self._past_end.get(place, end) > end or self._next[place] >= self._past_end.get(place, end):
            self._past_end.pop(place, None)
        consumer.seek(place, self._next[place])

    async def _take(self, consumer: AIOKafkaConsumer, polled: dict[TopicPartition, list[object]]) -> None:
        for place, records in polled.items():
            self._ahead[place].extend(as_record(record, self._prefix) for record in records)
            self._next[place] = await _within(ANSWER_SECONDS, consumer.position(place))
            if self._next[place] >= self._past_end.get(place, 0):
                self._past_end.pop(place, None)
        full = {place for place, ahead in self._ahead.items() if len(ahead) > AHEAD_AT_MOST and self._past_end}
        paused = consumer.paused()
        consumer.pause(*(full - paused))
        consumer.resume(*(paused - full))

    def _ready(self) -> list[Seen]:
        """Hand out what no slower partition can come before any more."""
        if not self._past_end:
            records = list(merge(*self._ahead.values(), key=_when))
            for ahead in self._ahead.values():
                ahead.clear()
            return [Seen.of(record) for record in records]
        ready: list[Seen] = []
        while all(self._ahead[place] for place in self._past_end):
            first = min((ahead for ahead in self._ahead.values() if ahead), key=lambda ahead: _when(ahead[0]))
            ready.append(Seen.of(first.popleft()))
        return ready

    async def _reconnect(self, seconds: float) -> list[News]:
        try:
            await self._open(PROBE_ANSWER_SECONDS)
        except (*_TROUBLE, NotRunning):
            await self._close()
            await asyncio.sleep(max(seconds, PROBE_SECONDS))
            return []
        now, lost_at = time.time(), self._lost_at or time.time()
        return [Back(now, now - lost_at)]

    async def _close(self) -> None:
        consumer, self._consumer = self._consumer, None
        if consumer is not None:
            with suppress(*_TROUBLE):
                await _within(PROBE_ANSWER_SECONDS, consumer.stop())


def _when(record: Record) -> tuple[int, bytes]:
    """Return what records are merged by: Kafka's milliseconds, and within one the sender's microseconds."""
    said = next((value for name, value in record.headers if name == "ce_time"), b"")
    return record.timestamp_ms, said or b""


def _passes(error: BaseException) -> bool:
    """Say whether Kafka answers and only is not ready: topics that were just made have no leader for a moment."""
    return isinstance(error, KafkaError) and error.retriable and not isinstance(error, KafkaConnectionError)


async def _within(seconds: float, work: Coroutine[Any, Any, T]) -> T:
    """Return what the client answers. Raises TimeoutError when it takes longer, and also when it gives itself up.

    A client whose broker is gone cancels futures of its own; awaited directly, they look as if *we* were cancelled.
    """
    task = asyncio.ensure_future(work)
    try:
        await asyncio.wait({task}, timeout=seconds)
    finally:
        task.cancel()  # of a task that is done this does nothing
    if not task.done() or task.cancelled():
        raise TimeoutError(f"no answer within {seconds:.0f} s")
    return task.result()


async def partitions(kafka: str, topics: Sequence[str]) -> dict[str, list[int]]:
    """Return the partitions of those of these topics that are there. Raises KafkaError."""
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka, client_id="orderlab-tap")
    try:
        await admin.start()
        described = await admin.describe_topics(list(topics))
    finally:
        await admin.close()
    return {
        topic["topic"]: sorted(part["partition"] for part in topic["partitions"])
        for topic in described
        if topic["error_code"] == 0
    }


def _all(_: Record) -> bool:
    return True


async def snapshot(
    kafka: str,
    prefix: str = "",
    *,
    topics: Sequence[str] = EVERY_TOPIC,
    keep: Callable[[Record], bool] = _all,
) -> list[Seen]:
    """Return everything that lies there now, by time; only what `keep` says stays in memory.

    Raises NotRunning when Kafka does not answer, also when it stops answering on the way.
    """
    kept: list[Seen] = []
    async with Tap(kafka, prefix, start=Start.BEGINNING, topics=topics) as tap:
        while not tap.caught_up:
            for news in await tap.batch():
                if isinstance(news, Lost):
                    raise NotRunning(f"Kafka at {kafka} stopped answering.", "See what runs: uv run lab status")
                if isinstance(news, Seen) and keep(news.record):
                    kept.append(news)
    return kept
