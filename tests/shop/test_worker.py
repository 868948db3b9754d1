"""What is polled together shares a transaction; one bad record among many costs its neighbours a few, not one each."""

import sqlite3
from datetime import UTC, datetime

import pytest
from sqlalchemy.exc import OperationalError

from lab.shop import ports as p
from lab.shop.contracts import OrderConfirm, Record
from lab.shop.parts import Parts
from lab.shop.runtime import tables
from lab.shop.runtime.blueprint import Context
from lab.shop.runtime.crash import CrashPoints
from lab.shop.runtime.outbound import Outbound
from lab.shop.runtime.settings import Settings
from lab.shop.runtime.steps import Replies
from lab.shop.runtime.store import open_store
from lab.shop.runtime.worker import Worker
from tests.shop.harness import sqlite

pytestmark = pytest.mark.anyio

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
RECORDS, BAD = 64, 37
HALVINGS = 6  # 64 records: a bad one stands alone after so many


class Parking(Parts):
    """Phase 2, with nothing that needs Kafka: what is given up is noted."""

    def __init__(self) -> None:
        super().__init__(2)
        self.parked, self.later = [], []

    def __getitem__(self, port):
        own = {p.DEAD_LETTER: self.park, p.RETRY_LATER: self.put_aside, p.RETRY_POLICY: self.patience}
        return own.get(port) or super().__getitem__(port)

    def patience(self, error, attempt):
        """Short waits that grow, for a timeout; nothing else may pass."""
        return (0.001 if attempt < 5 else 2.0) if isinstance(error, TimeoutError | OperationalError) else None

    async def put_aside(self, record, error, attempt, *_):
        self.later.append((record.offset, attempt))

    async def park(self, record, *_):
        self.parked.append(record.offset)


class Unit:
    """A unit that hears `order.confirm`: it notes which, and says no to one of them for ever."""

    def __init__(self, store, hates: str = "") -> None:
        self.parts, self.heard, self.transactions, self.hates = Parking(), [], 0, hates
        self.error: Exception = ValueError("never")
        context = Context(
            "order", Settings(), self.parts, self, Outbound("order", self.parts, None), CrashPoints("order")
        )
        self.worker, self._store = Worker(context, None, {OrderConfirm.name: self.hear}), store

    def writing(self):
        self.transactions += 1
        return self._store.writing()

    async def answers(self):
        return await self._store.answers()

    async def hear(self, messages, session):
        if self.hates in {message.order_id for message in messages}:
            raise self.error
        self.heard += [message.order_id for message in messages]
        return [Replies([], self.parts.credit(p.DISPATCH), "hear") for _ in messages]


@pytest.fixture
async def store(tmp_path):
    store = await open_store(sqlite(tmp_path)("order"), (tables.Base.metadata,))
    yield store
    await store.close()


def records() -> list[Record]:
    wrap = Parts(2)[p.WRAP]
    wires = [
        wrap(OrderConfirm(order_id=f"ord-{number}"), cause=None, source="/shop/mediator", time=NOON)
        for number in range(RECORDS)
    ]
    return [
        Record("order.commands", 0, number, f"ord-{number}".encode(), wire.value, tuple(wire.headers))
        for number, wire in enumerate(wires)
    ]


def but_one() -> list[str]:
    return [f"ord-{number}" for number in range(RECORDS) if number != BAD]


async def test_what_nobody_can_read_is_put_aside_and_its_neighbours_are_handled_together(store) -> None:
    unit, polled = Unit(store), records()
    polled[BAD] = Record("order.commands", 0, BAD, b"ord-37", b"not JSON")
    assert await unit.worker.work(polled) == polled
    assert unit.parts.parked == [BAD]
    assert unit.heard == but_one()  # in sequence
    assert unit.transactions <= HALVINGS


async def test_what_a_handler_fails_on_for_ever_is_put_aside_and_its_neighbours_are_handled_together(store) -> None:
    unit, polled = Unit(store, hates=f"ord-{BAD}"), records()
    assert await unit.worker.work(polled) == polled
    assert unit.parts.parked == [BAD]
    kept = [one for place, one in enumerate(unit.heard) if one not in unit.heard[:place]]
    assert kept == but_one()
    assert unit.transactions <= 2 * HALVINGS + 1


async def test_a_handler_whose_own_call_times_out_is_not_taken_for_a_database_that_is_away(store) -> None:
    unit, polled = Unit(store, hates="ord-0"), records()[:1]
    unit.error = TimeoutError("the bank does not answer")
    assert await unit.worker.work(polled) == polled
    assert unit.parts.later == [(0, 5)]  # in place until a wait would be a long one, then to a retry topic


async def test_while_a_database_cannot_be_written_to_nothing_is_put_aside_though_its_readers_get_answers(store) -> None:
    class Locked(Unit):
        tries = 0

        async def hear(self, messages, session):
            self.tries += 1
            if self.tries <= 12:
                raise OperationalError("INSERT", {}, sqlite3.OperationalError("database is locked"))
            return await super().hear(messages, session)

    unit, polled = Locked(store), records()[:1]
    assert await store.answers()
    assert await unit.worker.work(polled) == polled
    assert (unit.heard, unit.parts.later, unit.parts.parked) == (["ord-0"], [], [])


async def test_where_all_is_well_there_is_one_transaction(store) -> None:
    unit, polled = Unit(store), records()
    assert await unit.worker.work(polled) == polled
    assert unit.transactions == 1
    assert unit.parts.parked == []
    assert await unit.worker.work([]) == []
    assert unit.transactions == 1
