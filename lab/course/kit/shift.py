"""One run of the learner's consume loop: a real consumer, a `work` that notes what it gets, and an end.

Nothing depends on a clock. `running` says no when some polls have been empty, and a loop that does not listen to it is
ended from inside its next polls.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from typing import Any, Final, Self

from lab.shop.contracts import Record
from lab.shop.ports import Consumer as AnyConsumer
from lab.shop.ports import OpenConsumer, Partition

PATIENCE: Final = 3
"""Empty polls at the end, which a loop must go through before `running` says no; polls it may begin after that."""


class WorkFailed(Exception):
    """What `work` raises when it is told to: the shop's database is gone."""


class StillReading(BaseException):
    """Ends a loop that polls on after `running` has said no. No Exception, so that no `except Exception` stops it."""


class NoWayToRead(BaseException):
    """Ends a loop that goes about it in a way that leads nowhere: `finding` is the misconception."""

    def __init__(self, finding: str, saw: str) -> None:
        super().__init__(finding, saw)
        self.finding, self.saw = finding, saw


class Place(Partition):
    """A partition, as a key of what a poll brings. Whoever loops over it has taken it for the records."""

    __slots__ = ()

    def __iter__(self) -> Iterator[Record]:
        raise NoWayToRead("keys-not-values", "a loop over a partition: a key of what getmany() has brought")


class Consumer:
    """What the loop has in hand: it polls through its shift, and knows other ways to poll only to name them."""

    def __init__(self, shift: "Shift") -> None:
        self.getmany, self.commit = shift.getmany, shift.commit

    async def getone(self) -> Record:
        """Refuse: it waits for ever, and is not asked for."""
        raise NoWayToRead("other-way-to-poll", "await consumer.getone()")

    def __aiter__(self) -> "Consumer":
        raise NoWayToRead("other-way-to-poll", "async for … in consumer")

    async def __anext__(self) -> Record:
        return await self.getone()


class Shift:
    """Use once: `await shift.run(answer.consume)`, then read what became of it.

    later:    is awaited once, before the poll that follows an empty one: to store what comes later.
    until:    say no when so many records are handled; else when PATIENCE polls have been empty.
    fails_at: `work` raises WorkFailed at that record, the first being 1.
    """

    def __init__(
        self,
        call: Callable[..., Awaitable[Any]],
        settle: Callable[[], Awaitable[None]],
        open_consumer: OpenConsumer,
        *,
        later: Callable[[], Awaitable[None]] | None = None,
        until: int | None = None,
        fails_at: int | None = None,
    ) -> None:
        self._call, self._settle, self._open = call, settle, open_consumer
        self._later, self._until, self._fails_at = later, until, fails_at
        self._consumer: AnyConsumer
        self._at_work: Counter[int] = Counter()
        self.opened_with: Mapping[str, object] = {}
        self.handled: list[Record] = []
        self.lists: list[Sequence[Record]] = []
        self.waits: list[int] = []  # timeout_ms of every poll
        self.largest_poll = 0
        self.empty_polls = 0
        self.polls_after_the_no = 0
        self.ended_by_itself = False
        self.failed = False  # `work` has raised
        self.raised = False  # and the caller was told
        self.not_waited_for = ""  # what began while `work` was busy
        self.not_a_list = ""  # what `work` was given in place of a list
        self.no_way: NoWayToRead | None = None  # why the loop was ended early

    async def run(self, consume: Callable[..., Any]) -> Self:
        """Let the loop run to its end; what it leaves in the background finishes, too."""
        try:
            await self._call(consume, self.open_consumer, self.work, self.running)
            self.ended_by_itself = self.running()
        except WorkFailed:
            self.raised = True
        except StillReading:
            pass
        except NoWayToRead as end:
            self.no_way = end
        if self._at_work.total():
            self.not_waited_for = "your function returned while `work` was busy"
        await self._settle()
        return self

    @property
    def kept_reading(self) -> bool:
        """Say whether the loop had to be ended."""
        return self.polls_after_the_no > PATIENCE

    def offsets(self, partition: int) -> list[int]:
        """Return the offsets that `work` was given in a partition, in its sequence."""
        return [record.offset for record in self.handled if record.partition == partition]

    def running(self) -> bool:
        """Say whether the loop is to go on."""
        if self._until is not None:
            return len(self.handled) < self._until
        return self.empty_polls < PATIENCE

    async def open_consumer(
        self, *, auto_offset_reset: str | None = None, enable_auto_commit: bool | None = None
    ) -> AnyConsumer:
        """Open the consumer; this shift stands before it and watches the polls."""
        if self.opened_with:
            raise RuntimeError("the consumer is open already: open it once, before the loop")
        self.opened_with = {"auto_offset_reset": auto_offset_reset, "enable_auto_commit": enable_auto_commit}
        if auto_offset_reset is None or enable_auto_commit is None:
            unsaid = [name for name, said in self.opened_with.items() if said is None]
            raise NoWayToRead("option-left-out", f"nothing said of {' and '.join(unsaid)}")
        self._consumer = await self._open(auto_offset_reset=auto_offset_reset, enable_auto_commit=enable_auto_commit)
        return Consumer(self)

    async def commit(self, offsets: Mapping[Partition, int] | None = None) -> None:
        """Commit, as the consumer does."""
        await self._consumer.commit(offsets)

    async def getmany(
        self, *, timeout_ms: int = 0, max_records: int | None = None
    ) -> Mapping[Partition, Sequence[Record]]:
        """Poll. Raises StillReading when the loop should have ended several polls ago."""
        await asyncio.sleep(0)  # what was started in the background has begun now
        if self._at_work.total():
            self.not_waited_for = "the next poll began while `work` was busy"
        self.polls_after_the_no += not self.running()
        if self.kept_reading:
            raise StillReading
        if self.empty_polls and self._later:
            later, self._later = self._later, None
            await later()
        self.waits.append(timeout_ms)
        batches = await self._consumer.getmany(timeout_ms=timeout_ms, max_records=max_records)
        self.largest_poll = max(self.largest_poll, sum(map(len, batches.values())))
        self.empty_polls += not batches
        return {Place(at.topic, at.number): records for at, records in batches.items()}

    async def work(self, records: Sequence[Record]) -> None:
        """Note the records as handled, after a while in which others get their turn."""
        given = records if isinstance(records, list | tuple) else [records]
        if any(isinstance(one, Partition) for one in given):
            raise NoWayToRead("keys-not-values", "`work` was given a partition: a key of what getmany() has brought")
        if not isinstance(records, list | tuple):
            kind = type(records).__name__
            self.not_a_list = {"Record": "a record alone", "dict": "a dict"}.get(kind, kind)
            return
        self.lists.append(records)
        places = {record.partition for record in records}
        if any(self._at_work[place] for place in places):
            self.not_waited_for = "a partition's next record, while `work` was busy with the one before"
        self._at_work.update(places)
        for _ in range(3):
            await asyncio.sleep(0)
        self._at_work -= Counter(places)
        for record in records:
            if len(self.handled) + 1 == self._fails_at and not self.failed:
                self.failed = True
                raise WorkFailed("the database does not answer")
            self.handled.append(record)


for _given in (Shift.open_consumer, Shift.work, Shift.running):  # so that Python's own errors name what they are given
    _given.__qualname__ = _given.__name__
Shift.getmany.__qualname__, Shift.commit.__qualname__ = "Consumer.getmany", "Consumer.commit"
