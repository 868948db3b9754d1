"""The check of exercise 15. Each test is one numbered line of 'Your task', on a database in a file.

The book holds an order in every status there is, and every command meets every one of them.
"""

import random
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from lab.shop.contracts import (
    TERMINAL,
    Message,
    OrderCancel,
    OrderCancelled,
    OrderConfirm,
    OrderConfirmed,
    OrderDelivered,
    OrderMarkDelivered,
    OrderMarkShipped,
    OrderReject,
    OrderRejected,
    OrderShipped,
    OrderStatus,
    new_order_id,
)
from lab.shop.services.order.tables import Base, OrderRow

pytestmark = pytest.mark.anyio

FINDINGS = {
    "not-written": {
        "why": "The event says 'it is so', and the book says 'it is not'. The customer reads the book.",
        "look": "TODO 4: set order.status. What is set on a row of the session is written when the transaction ends.",
    },
    "change-refused": {
        "why": "This change is allowed from here. The mediator asks once and waits for the event; when none comes, the "
        "order stands still for ever.",
        "look": "'The idea', the picture: each arrow is allowed, also the second one into `cancelled`. TODO 1.",
    },
    "wrong-status": {
        "why": "The status is what the customer is told.",
        "look": "'The idea', the picture: where does this arrow lead? TODO 1.",
    },
    "every-order": {
        "why": "UPDATE without a WHERE changes every row there is: one customer is told yes, and so is everybody.",
        "look": "TODO 2: the row of command.order_id, and no other.",
    },
    "event-missing": {
        "why": "The book has changed, and nobody is told. The mediator waits for the event before it asks for the next "
        "step.",
        "look": "TODO 5: return a list with the transition's event in it.",
    },
    "wrong-event": {
        "why": "Whoever reads the event believes it: one order's yes must not be told of another, or as a no.",
        "look": "TODO 5: the event of the table, with command.order_id, and command.body.reason where there is one.",
    },
    "reason-lost": {
        "why": "The customer asks why, and the shop does not know any more.",
        "look": "TODO 4: order.reason = command.body.reason. Three commands have none: getattr(body, 'reason', '').",
    },
    "ended-order-changed": {
        "why": "This order has come to its end: the customer has been told, and the money is where it belongs. A "
        "command that comes late, or a second time, must not wake it up again.",
        "look": "TODO 3: is the order's present status in the transition's allowed_from? If not, change nothing.",
    },
    "trusts-the-message": {
        "why": "The command says where the order shall go, and your book knew where it stood. An order that nobody has "
        "confirmed cannot be delivered, whatever a message says: the message may be old, or somebody's mistake.",
        "look": "TODO 3: not only the ends are guarded; each transition says from where it is allowed.",
    },
    "told-what-did-not-happen": {
        "why": "An event says that something has happened. Nothing has: whoever counts, writes letters, or asks for "
        "the next step does so for a change that never was.",
        "look": "TODO 3: nothing changes, so the list is empty: `return []`.",
    },
    "refusal-is-an-error": {
        "why": "A command that comes twice is everyday life, and no fault of this service. An error undoes the "
        "transaction and ends in a log; phase 2 would try it again and again.",
        "look": "TODO 3: `return []`, and nothing else.",
    },
    "unknown-order": {
        "why": "The book is the truth. What is not in it cannot be changed, nor told of; and a customer puts an order "
        "into it, not a command.",
        "look": "TODO 2 and 3: session.get gives None where there is no such row. Ask for that first.",
    },
}

S = OrderStatus
ALLOWED = {
    (S.PLACED, OrderConfirm): (S.CONFIRMED, OrderConfirmed),
    (S.PLACED, OrderReject): (S.REJECTED, OrderRejected),
    (S.PLACED, OrderCancel): (S.CANCELLED, OrderCancelled),
    (S.CONFIRMED, OrderCancel): (S.CANCELLED, OrderCancelled),
    (S.CONFIRMED, OrderMarkShipped): (S.SHIPPED, OrderShipped),
    (S.SHIPPED, OrderMarkDelivered): (S.DELIVERED, OrderDelivered),
}
WITH_REASON = frozenset({OrderReject, OrderCancel})
COMMANDS = (OrderConfirm, OrderReject, OrderCancel, OrderMarkShipped, OrderMarkDelivered)
REASONS = ("out of stock", "payment declined", "it could not be shipped", "the last one broke")


def message(kind, order_id, reason=""):
    body = kind(order_id=order_id, reason=reason) if kind in WITH_REASON else kind(order_id=order_id)
    time = datetime.now(UTC)
    return Message(f"id-{kind.name}-{order_id}", body, "/shop/mediator", time, correlation_id=f"id-{order_id}")


class Book:
    """Order's own table, with an order in each status asked for."""

    def __init__(self, sessions):
        self.sessions = sessions

    async def enter(self, *statuses):
        """Write an order in each of these statuses; return their ids."""
        ids = [new_order_id() for _ in statuses]
        async with self.sessions.begin() as session:
            for order_id, status in zip(ids, statuses, strict=True):
                row = OrderRow(order_id=order_id, status=status, customer_id="cus-zoe", lines=[], total_cents=1250)
                row.currency, row.reason = "EUR", "an old reason" if status in {S.REJECTED, S.CANCELLED} else ""
                session.add(row)
        return ids

    async def orders(self):
        """Every order: its status and its reason."""
        async with self.sessions() as session:
            return {row.order_id: (row.status, row.reason) for row in await session.scalars(select(OrderRow))}


@pytest.fixture
async def book(database):
    async with database(Base.metadata) as sessions:
        yield Book(sessions)


@pytest.fixture
def handle_all(answer, handle, book):
    """Give these commands to the learner's function, one after the other; return its answers."""

    async def handle_all(commands):
        first, *more = commands
        told = await handle(book.sessions, answer.change_order, first)
        return [told, *await handle.each(book.sessions, answer.change_order, more)]

    return handle_all


@pytest.fixture
def try_all(answer, handle, book):
    """The same for commands that come to nothing; an error that the function raises is noted as an answer."""

    async def try_all(commands):
        errors = {}

        async def change_order(command, session):
            try:
                return await answer.change_order(command, session)
            except Exception as error:
                if isinstance(error, NameError | NotImplementedError):
                    raise  # a mistake in the lines, and no opinion
                errors[command.order_id] = f"{type(error).__name__}: {error}"
                return []

        told = await handle.each(book.sessions, change_order, commands)
        return [(one, errors.get(command.order_id, "")) for one, command in zip(told, commands, strict=True)]

    return try_all


def names(bodies):
    return ", ".join(body.name for body in bodies) or "nothing"


def allowed_in_some_sequence(seed=None):
    """All that is allowed, with a reason where the command has one."""
    rng = random.Random(seed)
    for (status, kind), (to, event) in rng.sample(list(ALLOWED.items()), len(ALLOWED)):
        yield status, kind, to, event, rng.choice(REASONS) if kind in WITH_REASON else ""


@pytest.mark.task(1)
async def test_what_is_allowed_is_written_into_the_book(book, handle_all, expect):
    cases = list(allowed_in_some_sequence())
    ids = await book.enter(*(status for status, *_ in cases))
    bystanders = await book.enter(*S)
    before = await book.orders()
    told = await handle_all([message(kind, one, why) for one, (_, kind, *_, why) in zip(ids, cases, strict=True)])
    after = await book.orders()
    others = [one for one in bystanders if after[one] != before[one]]
    saw = f"{len(others)} other orders changed as well"
    expect(not others, "every-order", expected="each command changes one order", saw=saw)
    for order_id, (status, kind, to, *_), events in zip(ids, cases, told, strict=True):
        found = after[order_id][0]
        finding = "wrong-status"
        if found == status:
            finding = "not-written" if events else "change-refused"
        expected = f"an order that is {status}, after {kind.name}: {to}"
        expect(found == to, finding, expected=expected, saw=f"{found}; told: {names(events)}")


@pytest.mark.task(2)
async def test_the_event_tells_of_it_and_a_reason_is_kept(book, handle_all, expect, seed):
    cases = list(allowed_in_some_sequence(seed))
    ids = await book.enter(*(status for status, *_ in cases))
    told = await handle_all([message(kind, one, why) for one, (_, kind, *_, why) in zip(ids, cases, strict=True)])
    after = await book.orders()
    for order_id, (_, kind, _, event, why), events in zip(ids, cases, told, strict=True):
        expected = f"after {kind.name} one {event.name} for {order_id}"
        expect(events, "event-missing", expected=expected, saw="an empty list")
        right = [type(one) for one in events] == [event] and events[0].order_id == order_id
        saw = ", ".join(f"{one.name} for {one.order_id}" for one in events)
        expect(right, "wrong-event", expected=expected, saw=saw)
        said, kept = getattr(events[0], "reason", ""), after[order_id][1]
        expect(said == why, "reason-lost", expected=f"in {event.name} the reason {why!r}", saw=repr(said))
        expect(kept == why, "reason-lost", expected=f"in the book the reason {why!r}", saw=repr(kept))


async def refused(book, try_all):
    """Let every command meet an order in each status from which it is not allowed; return what came of it."""
    pairs = [(status, kind) for status in S for kind in COMMANDS if (status, kind) not in ALLOWED]
    random.shuffle(pairs)
    ids = await book.enter(*(status for status, _ in pairs))
    before = await book.orders()
    reasons = random.choices(REASONS, k=len(pairs))
    answers = await try_all([message(kind, *rest) for (_, kind), *rest in zip(pairs, ids, reasons, strict=True)])
    after = await book.orders()
    return [
        (*pair, before[order_id], after[order_id], *answer)
        for pair, order_id, answer in zip(pairs, ids, answers, strict=True)
    ]


@pytest.mark.task(3)
async def test_what_is_not_allowed_changes_nothing(book, try_all, expect, on_paper):
    changed = [
        (status in TERMINAL, kind is OrderConfirm, status, kind, after)
        for status, kind, before, after, _, _ in await refused(book, try_all)
        if after != before
    ]
    if not changed:
        return
    ended, _, status, kind, (found, reason) = max(changed, key=lambda one: one[:2])
    saw = found if found != status else f"still {found}, and the reason is now {reason!r}"
    expect(
        False,
        "ended-order-changed" if ended else "trusts-the-message",
        expected=f"an order that is {status}, after {kind.name}: as it was",
        saw=saw,
        timeline=on_paper([("order.commands", kind.name)], wrong={0}),
    )


@pytest.mark.task(4)
async def test_where_nothing_changes_nothing_is_told(book, try_all, expect, on_paper):
    for status, kind, _, _, told, error in await refused(book, try_all):
        expected = f"an order that is {status}, after {kind.name}: an empty list"
        expect(not error, "refusal-is-an-error", expected=expected, saw=error)
        paper = [("order.commands", kind.name), *(("order.events", one.name) for one in told)]
        rows = on_paper(paper, wrong={1})
        expect(not told, "told-what-did-not-happen", expected=expected, saw=names(told), timeline=rows)


@pytest.mark.task(5)
async def test_an_order_that_is_not_in_the_book_stays_out_of_it(book, try_all, expect, tell):
    await book.enter(S.PLACED)
    before = await book.orders()
    answers = await try_all([message(kind, new_order_id(), "?") for kind in COMMANDS])
    after = await book.orders()
    for kind, (told, error) in zip(COMMANDS, answers, strict=True):
        expected = f"{kind.name} for an order that nobody placed: an empty list"
        expect(not error, "unknown-order", expected=expected, saw=error)
        expect(not told, "unknown-order", expected=expected, saw=names(told))
    saw = f"{len(after)} orders in it"
    expect(after == before, "unknown-order", expected="the book as it was, with 1 order in it", saw=saw)
    tell(f"{len(COMMANDS)} commands met orders in {len(S)} statuses: {len(ALLOWED)} of those pairs are allowed.")
    tell(
        "The laundry with `status == transition.to`: bag 8 is handed out unwashed, and washed after it was given back."
    )
    tell("And bag 99, which nobody brought, is in the book as clean.")
