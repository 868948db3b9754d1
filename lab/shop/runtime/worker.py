"""One unit's consuming side: records in, handlers in one transaction, answers handed over.

What the loop hands over together shares a transaction. If that fails, its halves are taken one after the other, and so
on, so that a bad record stands alone soon and does not hold its neighbours up; each failure of one alone is put to the
retry policy, and at the end to the dead-letter part.
"""

import asyncio
import re
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from lab.shop import ports as p
from lab.shop.contracts import ATTEMPT, Body, Message, Record, Unreadable, decode
from lab.shop.runtime import sets
from lab.shop.runtime.blueprint import Context
from lab.shop.runtime.bus import ShopProducer
from lab.shop.runtime.crash import CrashPoint
from lab.shop.runtime.in_hand import InHand
from lab.shop.runtime.steps import Step
from lab.shop.runtime.store import no_answer

RETRY_IN_PLACE_SECONDS = 1.0
"""A wait up to this long is spent here; a longer one goes to a retry topic, so that neighbours do not wait."""

ATTEMPTS_AT_MOST = 20
AWAY_COUNTS_AT_MOST = 4
"""A database that does not answer is no fault of the message: its attempts are counted no further than this, so that
everything waits here, in short steps, until the database is back, and nothing is given up because of it."""


class UnreadableRecord(ValueError):
    """A record that no attempt will make readable."""


class Worker:
    """Handles for one unit what its consume loop has read: `work`."""

    def __init__(self, context: Context, producer: ShopProducer, steps: Mapping[str, Step]) -> None:
        parts = context.parts
        self.group, self._store = context.unit, context.store
        self._outbound, self._crash = context.outbound, context.crash
        self._producer, self._steps = producer, steps
        self._log = structlog.get_logger("orderlab").bind()
        self.in_hand = InHand()
        self._dispatch = parts[p.DISPATCH]
        self._inbox = parts.twin(p.INBOX, "inbox", sets.inbox) or parts[p.INBOX]
        self._hand_over = context.crash.in_hand_over(context.outbound.hand_over)
        self._retry_policy, self._retry_later = parts[p.RETRY_POLICY], parts[p.RETRY_LATER]
        self._read_by = parts.credit(p.DISPATCH, p.CONSUME)
        self._dead_letter, self._observe, self._fields = parts[p.DEAD_LETTER], parts[p.OBSERVE], parts[p.LOG_FIELDS]

    async def work(self, records: Sequence[Record]) -> Sequence[Record]:
        """Handle records, those of a partition in sequence; return those that have been handled or put aside.

        None of a partition is when it is being given away: whoever gets it begins with them.
        """
        async with self.in_hand.holding(records) as mine:
            await self._take(mine)
        return mine

    async def _take(self, records: Sequence[Record]) -> None:
        if len(records) <= 1:
            for record in records:
                await self._one(record)
        elif not await self._all_at_once(records):
            half = len(records) // 2
            await self._take(records[:half])
            await self._take(records[half:])

    async def _all_at_once(self, records: Sequence[Record]) -> bool:
        messages = [decode(record) for record in records]
        if any(isinstance(message, Unreadable) for message in messages):
            return False
        try:
            await self._transaction([message for message in messages if isinstance(message, Message)])
        except Exception as error:  # noqa: BLE001  which of them it was will show
            self._log.warning("a batch failed, taking its halves", records=len(records), why=repr(error))
            return False
        return True

    async def _one(self, record: Record) -> None:
        message = decode(record)
        if isinstance(message, Unreadable):
            await self._give_up(record, None, UnreadableRecord(f"{message.reason}: {message.detail}"), 0)
            return
        attempt = _attempts_before(record)
        with structlog.contextvars.bound_contextvars(**self._fields(message)):
            while True:
                try:
                    await self._transaction([message])
                except Exception as error:  # noqa: BLE001  the retry policy decides what each kind means
                    attempt += 1
                    if await self._is_away(error):
                        attempt = min(attempt, AWAY_COUNTS_AT_MOST)
                    if not await self._again(record, message, error, attempt):
                        return
                else:
                    return

    async def _is_away(self, error: Exception) -> bool:
        """Say whether the database does not answer. Others time out, too; then it does answer."""
        if isinstance(error, SQLAlchemyError):  # its own word; that readers get an answer says nothing of writers
            return no_answer(error)
        return no_answer(error) and not await self._store.answers()

    async def _again(self, record: Record, message: Message[Body], error: Exception, attempt: int) -> bool:
        """Say whether to try once more here, after the wait; else the record has been put aside."""
        wait = self._retry_policy(error, attempt) if attempt < ATTEMPTS_AT_MOST else None
        if wait is None:
            # with its traceback: a mistake in a handler has a file and a line
            self._log.error("a handler failed, and another attempt would not help", attempt=attempt, exc_info=error)
            await self._give_up(record, message, error, attempt)
            return False
        self._log.warning("will try again", seconds=wait, attempt=attempt, why=repr(error))
        if wait > RETRY_IN_PLACE_SECONDS:
            await self._retry_later(record, error, attempt, wait, self._producer, self.group)
            self._count(message, "retried")
            return False
        self._count(message, "failed")
        await asyncio.sleep(wait)
        return True

    async def _give_up(self, record: Record, message: Message[Body] | None, error: Exception, attempt: int) -> None:
        await self._dead_letter(record, error, attempt, self._producer, self.group)
        self._count(message, "dead")
        self._crash.reached(CrashPoint.AFTER_PARK)

    def _count(self, message: Message[Body] | None, outcome: str, seconds: float = 0.0) -> None:
        try:
            self._observe(message, outcome, seconds)
        except Exception:  # noqa: BLE001  what has been done is done: no order waits for a figure
            self._log.exception("the observe part failed; this is not counted", outcome=outcome)

    async def _transaction(self, messages: Sequence[Message[Body]]) -> None:
        started = time.perf_counter()
        async with self._store.writing() as session:
            fresh = await self._inbox(session, messages)
            out = await self._handle(fresh, session)
            await self._hand_over(session, out, self._outbound.publish)
        each = (time.perf_counter() - started) / max(1, len(fresh))
        new = Counter(message.id for message in fresh)  # the same one may be twice in a batch, and once fresh
        for message in messages:
            if new[message.id] > 0:
                new[message.id] -= 1
                self._count(message, "done", each)
            else:
                self._count(message, "skipped")

    async def _handle(self, messages: Sequence[Message[Any]], session: AsyncSession) -> list[p.Outgoing]:
        out: list[p.Outgoing] = []
        for step, run in groupby(messages, key=lambda message: self._dispatch(self._steps, message)):
            batch = list(run)
            if step is None:
                self._log.info("nothing to do here", messages=[message.name for message in batch])
                continue
            for message, replies in zip(batch, await step(batch, session), strict=True):
                credit = replies.credit + self._read_by
                out += [self._outbound.prepare(body, cause=message, credit=credit) for body in replies.bodies]
        return out


def _attempts_before(record: Record) -> int:
    """Return how often a record was tried, by its mark; what is no number, whoever wrote it, counts as 0."""
    said = record.header(ATTEMPT) or ""
    return int(said) if re.fullmatch("[0-9]{1,4}", said) else 0
