"""The check of exercise 11. Each test is one numbered line of 'Your task'. Kafka and HTTP are real.

What lies in the order's book is asked through another session, as everybody else would.
"""

import asyncio
import random
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from aiokafka.errors import KafkaTimeoutError
from sqlalchemy import event as on
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.ext.asyncio import async_sessionmaker

from lab.shop.contracts import (
    CUSTOMERS,
    ORDERS_INITIATING,
    PRODUCTS,
    OrderCreated,
    OrderLine,
    OrderStatus,
    OrderView,
    Wire,
    decode,
    new_order_id,
)
from lab.shop.ports import Outgoing
from lab.shop.services.order.tables import Base, OrderRow

pytestmark = pytest.mark.anyio

FINDINGS = {
    "no-event": {
        "why": "The caller puts what you return into its envelope, and hands it to hand_over. A row does not travel.",
        "look": "TODO 1: return the event that you have made.",
    },
    "event-wrong": {
        "why": "Everybody works on what the event says, and nobody can ask the customer again.",
        "look": "_event_of does the copying; leave it as it is.",
    },
    "not-in-the-book": {
        "why": "The order is told of, and in Order's own book it does not exist: its customer can never ask for it.",
        "look": "TODO 1: hand the row to the session: session.add(…).",
    },
    "two-ids": {
        "why": "The book knows the order by one id, all others by another one. Nothing that is told will ever find it.",
        "look": "TODO 1: each call of _event_of is another order. Call it once; make the row from what it gave you.",
    },
    "book-wrong": {
        "why": "What stands in the book is what the customer is shown, and what Order decides by.",
        "look": "_row_of does the copying; leave it as it is, and hand it the event.",
    },
    "commits-itself": {
        "why": "The transaction is your caller's. What else it wanted to write together with the order comes too late "
        "now, and can no more be all or nothing with it.",
        "look": "TODO 1 only adds. The one who ends the transaction is hand_over: TODO 2.",
    },
    "no-commit": {
        "why": "The customer hears 202, the shop works on the order, and its book is empty: what nobody commits is "
        "undone when the session is closed.",
        "look": "TODO 2: `await session.commit()`.",
    },
    "not-told": {
        "why": "The order lies in a book that nobody else reads.",
        "look": "TODO 3: `await publish(messages)`.",
    },
    "told-twice": {
        "why": "Whoever reads it would start the same order twice.",
        "look": "TODO 3: publish once, with the whole list.",
    },
    "waits-for-payment": {
        "why": "You ask for a receipt, and get it when the parcel is there. If Payment is slow, nobody can order; if "
        "it stands still, all who try wait for nothing. 202 says: taken, and you may ask how it stands.",
        "look": "No loop, no sleep: store, tell, return. 'The idea', first picture.",
    },
    "not-accepted": {
        "why": "Database and Kafka are both well. A customer who is sent away now orders elsewhere.",
        "look": "No limit of time of your own: publish has one, and raises by itself when Kafka does not answer.",
    },
    "told-before-stored": {
        "why": "Others begin at once. If the commit fails now, they reserve, charge and pack for an order that does "
        "not exist; and a message cannot be taken back.",
        "look": "'The idea', second picture: TODO 2 comes before TODO 3.",
    },
    "told-after-rollback": {
        "why": "The book has nothing, and all others work on it. What was not stored must not be told.",
        "look": "No try and no finally: when the commit raises, the next line is never reached.",
    },
    "error-hidden": {
        "why": "The customer hears 202, we have it. Nobody has.",
        "look": "Let the commit's error pass: the caller answers 503 or 500, and that is true.",
    },
    "returned-too-early": {
        "why": "202 goes out while the message is still in this process. If it dies now, the order is in a book that "
        "nobody else reads. And a task that nobody holds may vanish even before.",
        "look": "TODO 3: `await publish(…)`, and no create_task.",
    },
    "refusal-hidden": {
        "why": "It is in the book, and nobody knows of it. The caller can say so: 503, look later. Silence cannot.",
        "look": "Let publish's error pass to the caller.",
    },
    "not-there-is-an-error": {
        "why": "To ask for an id that is not there is no fault of the service. Its answer is 404, and the caller gives "
        "that when you return None.",
        "look": "TODO 4 and 5: session.get says None. Ask for it before you copy.",
    },
    "stands-otherwise": {
        "why": "The customer asks here what has become of the order. Only the row knows.",
        "look": "TODO 5: _view_of(row), all of it.",
    },
}

PATIENCE = 4  # so often may the book be asked while an order is taken; who asks more often waits for something


class StillWaiting(BaseException):
    """Ends a function that asks and asks. No Exception, so that no `except Exception` stops it."""


@dataclass
class Line:
    sku: str
    quantity: int


@dataclass
class Request:
    """What has come through the door of exercise 9."""

    customer_id: str
    card: str
    lines: list


def request_of(rng):
    lines = [Line(sku, rng.randint(2, 9)) for sku in rng.sample(list(PRODUCTS), 2)]
    return Request(rng.choice(list(CUSTOMERS)), rng.choice(("card-ok", "card-refused")), lines)


def lines_of(request):
    return tuple(
        OrderLine(sku=a.sku, quantity=a.quantity, unit_cents=PRODUCTS[a.sku].price_cents) for a in request.lines
    )


def total_of(request):
    return sum(line.quantity * PRODUCTS[line.sku].price_cents for line in request.lines)


class Book:
    """The order's book: written through the learner's session, read through another one that waits for no lock."""

    def __init__(self, sessions):
        self.sessions, self._engine = sessions, sessions.kw["bind"]
        self._readers = async_sessionmaker(self._engine.execution_options(read_only=True))

    async def rows(self):
        """What everybody sees."""
        async with self._readers() as session:
            return {row.order_id: row for row in await session.scalars(select(OrderRow))}

    async def write(self, row):
        async with self.sessions() as session:
            session.add(row)
            await session.commit()

    @contextmanager
    def asked_at_most(self, times):
        """End whoever asks the book more often. No clock: the questions are counted."""
        asked = []

        def note(*call):
            asked.extend(call[2:3] if "SELECT" in call[2] else ())
            if len(asked) > times:
                raise StillWaiting

        on.listen(self._engine.sync_engine, "before_cursor_execute", note)
        try:
            yield
        finally:
            on.remove(self._engine.sync_engine, "before_cursor_execute", note)


@pytest.fixture
async def book(database):
    async with database(Base.metadata) as sessions:
        yield Book(sessions)


def row_of(order_id, **other):
    """A row of somebody's order."""
    line = {"sku": "mug", "quantity": 2, "unit_cents": 1250}
    fields = {"status": "placed", "customer_id": "cus-bea", "lines": [line], "total_cents": 2500, "currency": "EUR"}
    return OrderRow(order_id=order_id, **fields | other)


def message_of(order_id):
    return Outgoing(ORDERS_INITIATING, order_id.encode(), Wire([("ce_subject", order_id.encode())], b"{}"))


@pytest.mark.task(1)
async def test_place_order_writes_the_order_into_the_book_and_ends_nothing(answer, call, book, expect, seed):
    request = request_of(random.Random(seed))
    customer = CUSTOMERS[request.customer_id]
    async with book.sessions() as session:
        with waiting_is_told(expect), book.asked_at_most(PATIENCE):
            event = await call(answer.place_order, request, customer, session)
        made = isinstance(event, OrderCreated)
        expect(made, "no-event", expected="the OrderCreated that tells of the order", saw=f"{type(event).__name__}")
        early = await book.rows()
        saw = "everybody sees it already: it is committed"
        expect(not early, "commits-itself", expected="a row that only your session sees", saw=saw)
        try:
            await session.commit()
        except SQLAlchemyError as error:
            saw = f"the database refuses it: {getattr(error, 'orig', error)}"
            expect(False, "book-wrong", expected="a row of the order's book", saw=saw)
    wanted = {
        "customer_id": customer.customer_id,
        "customer_name": customer.name,
        "email": customer.email,
        "ship_to": customer.ship_to,
        "card": request.card,
        "lines": lines_of(request),
        "total_cents": total_of(request),
        "currency": "EUR",
    }
    differs(expect, "event-wrong", event, wanted)
    rows = await book.rows()
    expect(rows, "not-in-the-book", expected=f"a row for {event.order_id}", saw="an empty book, after the commit")
    (row,) = rows.values()
    wanted_id, saw = f"the event's id in the book: {event.order_id}", row.order_id
    expect(row.order_id == event.order_id, "two-ids", expected=wanted_id, saw=saw)
    wanted = {name: wanted[name] for name in ("customer_id", "total_cents", "currency")}
    wanted |= {"status": "placed", "reason": "", "lines": [line.model_dump() for line in lines_of(request)]}
    differs(expect, "book-wrong", row, wanted)


def differs(expect, finding, found, wanted):
    for name, value in wanted.items():
        saw = getattr(found, name)
        expect(saw == value, finding, expected=f"{name}: {value}", saw=f"{name}: {saw}")


@contextmanager
def waiting_is_told(expect):
    try:
        yield
    except StillWaiting:
        saw = f"your lines ask the book again and again: more than {PATIENCE} times"
        expect(False, "waits-for-payment", expected="an answer as soon as the order is stored and told", saw=saw)


@pytest.mark.task(2)
async def test_an_order_is_accepted_when_it_is_in_the_book_and_on_kafka(answer, kafka, book, served, expect):
    request = request_of(random.Random())
    lines = [{"sku": line.sku, "quantity": line.quantity} for line in request.lines]
    body = {"customer_id": request.customer_id, "card": request.card, "lines": lines}
    parts = {"place_order": answer.place_order, "hand_over": answer.hand_over}
    async with served("order", sessions=book.sessions, producer=kafka.producer, **parts) as http:
        with waiting_is_told(expect), book.asked_at_most(PATIENCE):
            accepted = await kafka.call(http.post, "/orders", json=body)
    said = accepted.json()
    saw = f"{accepted.status_code}: {said.get('detail', '')}"
    expect(accepted.status_code == 202, "not-accepted", expected="202: it is stored, and Kafka runs", saw=saw)
    acknowledged, order_id = kafka.acknowledged_on_return, said["order_id"]
    await kafka.settle()
    stored = await kafka.stored()
    expect(stored, "not-told", expected=f"order.created of {order_id} on Kafka", saw="nothing on Kafka")
    saw = "your function returned; Kafka's answer came later"
    row = kafka.timeline(stored, lambda _: True)
    expect(acknowledged, "returned-too-early", expected="Kafka has it when 202 goes out", saw=saw, timeline=row)
    expect(len(stored) == 1, "told-twice", expected="one message", saw=f"{len(stored)}", timeline=row)
    rows = await book.rows()
    saw = f"on Kafka {order_id}, in the book nothing"
    expect(rows, "no-commit", expected=f"{order_id} in the book and on Kafka", saw=saw, timeline=row)
    ids = {"202": order_id, "the book": next(iter(rows)), "Kafka": decode(stored[0]).body.order_id}
    saw = ", ".join(f"{where} says {one}" for where, one in ids.items())
    expect(len(set(ids.values())) == 1, "two-ids", expected="one id", saw=saw, timeline=row)


class Kafka:
    """What stands for Kafka where only the sequence is asked for: it notes what lay in the book when it was told."""

    def __init__(self, book, error=None):
        self._book, self._error = book, error
        self.told = []
        self.in_the_book = set()
        self.acknowledged = False

    async def publish(self, messages):
        self.told += [message.key.decode() for message in messages]
        self.in_the_book = set(await self._book.rows())
        for _ in range(3):
            await asyncio.sleep(0)
        if self._error:
            raise self._error
        self.acknowledged = True


@pytest.fixture
def hand_over(answer, call, book, expect):
    """Let the learner's hand_over end a transaction with a new order in it; return the order's id."""

    async def end(kafka, order_id):
        async with book.sessions() as session:
            session.add(row_of(order_id))
            with waiting_is_told(expect), book.asked_at_most(PATIENCE):
                await call(answer.hand_over, session, [message_of(order_id)], kafka.publish)
            kafka.acknowledged_on_return = kafka.acknowledged

    return end


@pytest.mark.task(3)
async def test_what_is_told_is_in_the_book_already(hand_over, call, book, expect):
    kafka, order_id = Kafka(book), new_order_id()
    await hand_over(kafka, order_id)
    expect(kafka.told, "not-told", expected=f"publish called with the message of {order_id}", saw="not called")
    stored_first = order_id in kafka.in_the_book
    expected = f"{order_id} in the book when publish is called"
    saw = "an empty book: the commit came later"
    expect(stored_first or order_id in await book.rows(), "no-commit", expected=expected, saw="no commit at all")
    expect(stored_first, "told-before-stored", expected=expected, saw=saw)
    saw = "your function had returned before"
    expect(kafka.acknowledged_on_return, "returned-too-early", expected="publish has come to its end", saw=saw)
    await call.settle()


@pytest.mark.task(4)
async def test_when_the_commit_fails_nothing_is_told(hand_over, book, expect):
    kafka, order_id = Kafka(book), new_order_id()
    await book.write(row_of(order_id))  # so a second one of this id is refused
    try:
        await hand_over(kafka, order_id)
        raised = None
    except SQLAlchemyError as error:
        raised = error
    saw = f"publish called with the message of {order_id}, which is not in the book"
    expect(not kafka.told, "told-after-rollback", expected="no message: the commit was refused", saw=saw)
    expected = "the commit's IntegrityError, raised to the caller"
    expect(
        isinstance(raised, IntegrityError), "error-hidden", expected=expected, saw=repr(raised) if raised else "nothing"
    )


@pytest.mark.task(5)
async def test_when_kafka_refuses_the_caller_is_told(hand_over, book, expect):
    kafka = Kafka(book, KafkaTimeoutError())
    try:
        await hand_over(kafka, new_order_id())
        raised = False
    except KafkaTimeoutError:
        raised = True
    expect(
        raised, "refusal-hidden", expected="publish's KafkaTimeoutError, raised to the caller", saw="a normal return"
    )


@pytest.mark.task(6)
async def test_the_customer_can_ask_how_it_stands(answer, book, served, expect, tell):
    rng = random.Random()
    placed_at = datetime(2031, 1, 1, tzinfo=UTC) + timedelta(seconds=rng.randrange(10**6))
    status, reason = rng.choice(
        [(OrderStatus.REJECTED, "out of stock"), (OrderStatus.CANCELLED, "no carrier goes there")]
    )
    order_id, total = new_order_id(), rng.randint(1, 9999)
    await book.write(row_of(new_order_id()))
    await book.write(row_of(order_id, status=status, reason=reason, total_cents=total, placed_at=placed_at))
    async with served("order", sessions=book.sessions, read_order=answer.read_order) as http:
        found = await http.get(f"/orders/{order_id}")
        unknown = new_order_id()
        try:
            missing = (await http.get(f"/orders/{unknown}")).status_code
        except (SQLAlchemyError, AttributeError, TypeError) as error:
            missing = f"500: {type(error).__name__}"
    expected = f"404 for {unknown}, which nobody has placed"
    line = OrderLine(sku="mug", quantity=2, unit_cents=1250)
    wanted = OrderView(
        order_id=order_id,
        status=status,
        customer_id="cus-bea",
        lines=(line,),
        total_cents=total,
        currency="EUR",
        reason=reason,
        placed_at=placed_at,
    ).model_dump(mode="json")
    shown = found.json() if found.is_success else {"status": f"{found.status_code}"}
    for name, value in wanted.items():
        saw = f"{name}: {shown.get(name)}"
        expect(shown.get(name) == value, "stands-otherwise", expected=f"{name}: {value}", saw=saw)
    expect(missing == 404, "not-there-is-an-error", expected=expected, saw=f"{missing}")
    tell(f"GET /orders/{order_id} of this check said: {status}, {reason}. GET of an id that nobody has: 404.")
