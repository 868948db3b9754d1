"""The check of exercise 19. Each test is one numbered line of 'Your task': stories are told, then the books are read.

Analytics reads five topics. So every test tells its events in a sequence that is drawn by lot.
"""

import random
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError, OperationalError

from lab.shop.contracts import (
    InventoryChecked,
    InventoryReleased,
    Message,
    OrderCancelled,
    OrderConfirmed,
    OrderCreated,
    OrderDelivered,
    OrderLine,
    OrderRejected,
    OrderShipped,
    PaymentCancelled,
    PaymentProcessed,
    ReportView,
    ShippingDelivered,
    ShippingFailed,
    new_order_id,
)
from lab.shop.ports import On
from lab.shop.services.analytics.tables import Base, EventRow, OrderFact

pytestmark = pytest.mark.anyio

FINDINGS = {
    "another-service-s-table": {
        "why": "Every service has a database of its own. Whoever reads Order's tables breaks when Order changes them, "
        "and Order cannot change anything any more without asking who reads along.",
        "look": "All that Analytics knows, it has heard. Its own tables are EventRow and OrderFact.",
    },
    "event-not-written": {
        "why": "What was heard is the only thing that Analytics has. What is not written down cannot be counted, today "
        "or with a question that somebody asks next year.",
        "look": "TODO 1: an EventRow for every event, whatever its name, with all five columns. Name and outcome are "
        "those of On.of(message.body).",
    },
    "written-twice": {
        "why": "Kafka may deliver an event twice. The second row has the key of the first, so the database refuses it, "
        "and whatever else stood in that transaction is undone as well.",
        "look": "TODO 1: is there a row with this id? `await session.get(EventRow, message.id)` gives None where not.",
    },
    "listener-speaks": {
        "why": "Analytics is asked for nothing, so it owes nobody an answer. Where one that only listens begins to "
        "speak, the mediator hears what no row has foreseen.",
        "look": "TODO 4: `return []`.",
    },
    "order-not-known": {
        "why": "Each order is one row, however many events tell of it. It is what is counted in the end.",
        "look": "TODO 2: one OrderFact for each order, whichever of its events comes first.",
    },
    "flag-wrong": {
        "why": "The report counts by these flags. One that is not set is an order that nobody sees; one that is set "
        "by the wrong event is an order that never was.",
        "look": "TODO 3: created, confirmed, delivered, rejected, cancelled: the five events of orders.",
    },
    "flag-taken-back": {
        "why": "It was confirmed, and later cancelled: both have happened. And events overtake one another: what takes "
        "back is right or wrong by luck.",
        "look": "TODO 3: a flag is set, never cleared. How many are confirmed *and* cancelled, the report can ask.",
    },
    "sequence-matters": {
        "why": "Created, confirmed and paid come from different topics, and between topics there is no sequence: any "
        "of them can be read first. What rests on their sequence is wrong for some orders, and nobody notices.",
        "look": "TODO 2: any event can be the first of its order; begin the row there. TODO 3: set only what it says.",
    },
    "duplicates-inflate": {
        "why": "The same event, delivered once more, and the shop has earned more than was sold. Nobody sees it: the "
        "figure is too high by just what looks like a good day.",
        "look": "TODO 3: set, never add: `=` and not `+=`. Setting the same twice does no harm.",
    },
    "counts-events": {
        "why": "An order has ten events and more, and some are told twice. Who counts events counts how much was said, "
        "not how much was sold.",
        "look": "TODO 5: count rows of OrderFact. There an order is one row.",
    },
    "report-wrong": {
        "why": "By these figures somebody decides how many mugs to order.",
        "look": "TODO 5: for each figure the orders whose flag of that name is true; `orders` are those created.",
    },
    "revenue-wrong": {
        "why": "What was only asked for is not sold, and what was given back is not earned.",
        "look": "TODO 6: the totals of orders that are confirmed and not cancelled.",
    },
    "nothing-is-zero": {
        "why": "On its first morning the shop has sold nothing: that is a figure, too. SQL's sum of no rows is NULL, "
        "in Python None.",
        "look": "TODO 6: `… or 0`.",
    },
}

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
FLAGS = {
    "created": OrderCreated,
    "confirmed": OrderConfirmed,
    "delivered": OrderDelivered,
    "rejected": OrderRejected,
    "cancelled": OrderCancelled,
}


def created(order_id):
    cents = random.randint(100, 9999)
    return OrderCreated(
        order_id=order_id,
        customer_id="cus-anna",
        customer_name="Anna",
        email="anna@mail.example",
        ship_to="Leeds",
        card="card-ok",
        lines=(OrderLine(sku="mug", quantity=1, unit_cents=cents),),
        total_cents=cents,
    )


def delivered_story(one):
    return [
        InventoryChecked(order_id=one.order_id, outcome="reserved", lines=()),
        PaymentProcessed(order_id=one.order_id, outcome="approved", amount_cents=one.total_cents),
        OrderConfirmed(order_id=one.order_id),
        OrderShipped(order_id=one.order_id),
        ShippingDelivered(order_id=one.order_id, carrier="Turtle Post"),
        OrderDelivered(order_id=one.order_id),
    ]


def paid_story(one):
    """Paid for, and not confirmed yet."""
    return delivered_story(one)[:2]


def arrived_story(one):
    """Brought, and not marked as delivered yet."""
    return delivered_story(one)[:-1]


def cancelled_story(one):
    return [
        PaymentProcessed(order_id=one.order_id, outcome="approved", amount_cents=one.total_cents),
        OrderConfirmed(order_id=one.order_id),
        ShippingFailed(order_id=one.order_id, reason="nobody goes there"),
        PaymentCancelled(order_id=one.order_id, outcome="refunded", amount_cents=one.total_cents),
        InventoryReleased(order_id=one.order_id),
        OrderCancelled(order_id=one.order_id, reason="it could not be shipped"),
    ]


def rejected_story(one):
    return [
        PaymentProcessed(order_id=one.order_id, outcome="declined", amount_cents=one.total_cents, reason="no"),
        OrderRejected(order_id=one.order_id, reason="payment declined"),
    ]


STORIES = (delivered_story, cancelled_story, rejected_story, paid_story, arrived_story)


def story(kind):
    """One order's events, its order.created first, as messages with ids and times of their own."""
    one = created(new_order_id())
    begin = NOON + timedelta(minutes=random.randint(0, 999))
    return [
        Message(f"{random.getrandbits(64):016x}", body, "/shop/x", begin + timedelta(seconds=number), one.order_id)
        for number, body in enumerate([one, *kind(one)])
    ]


def shuffled(messages):
    return random.sample(messages, len(messages))


def names(messages):
    return ", ".join(message.name for message in messages)


def flags_of(messages):
    """What is true of an order after these events."""
    told = {type(message.body) for message in messages}
    return {flag for flag, kind in FLAGS.items() if kind in told}


def true_in(row):
    return {flag for flag in FLAGS if getattr(row, flag)}


def said(flags):
    return ", ".join(sorted(flags)) or "none"


@pytest.fixture
async def book(database):
    """Analytics' database, with no other service's tables in it."""
    async with database(Base.metadata) as sessions:
        yield sessions


@pytest.fixture
def own_tables_only(expect):
    """Meet an error of a database that has no such table; any other is raised."""

    def meet(error):
        _, missing, table = str(error.orig).rpartition("no such table: ")
        saw = f"a question to the table {table!r}"
        expect(not missing, "another-service-s-table", expected="Analytics' own tables", saw=saw)
        raise error

    return meet


@pytest.fixture
def record(answer, handle, book, expect, own_tables_only):
    """Tell the learner's record_event of these, one after the other."""

    async def record(messages):
        first, *more = messages
        try:
            answers = [await handle(book, answer.record_event, first)]
            answers += await handle.each(book, answer.record_event, more)
        except OperationalError as error:
            own_tables_only(error)
        told = [body.name for answer in answers for body in answer]
        expect(not told, "listener-speaks", expected="an empty list", saw=", ".join(told))

    return record


@pytest.fixture
def rows(book):
    """Read a table: all its rows, by key."""

    async def read(table, key):
        async with book() as session:
            return {getattr(row, key): row for row in (await session.scalars(select(table))).all()}

    return read


@pytest.mark.task(1)
async def test_every_event_is_written_down(record, rows, expect):
    messages = story(cancelled_story) + story(rejected_story)
    await record(messages)
    written = await rows(EventRow, "message_id")
    lost = [message for message in messages if message.id not in written]
    expected = f"{len(messages)} rows, one for each event"
    expect(not lost, "event-not-written", expected=expected, saw=f"none of {names(lost)}")
    for message in messages:
        row, on = written[message.id], On.of(message.body)
        kept = (row.order_id, row.name, row.outcome, row.time)
        right = (message.order_id, on.name, on.outcome, message.time)
        differ = [f"{one!r} where {other!r} belongs" for one, other in zip(kept, right, strict=True) if one != other]
        expect(not differ, "event-not-written", expected=f"the row of one {message.name}", saw="; ".join(differ))
    more = len(written) - len(messages)
    expect(more == 0, "event-not-written", expected=f"{len(messages)} rows", saw=f"{len(written)}")


@pytest.mark.task(2)
async def test_each_order_has_one_row_with_what_became_of_it(record, rows, expect):
    stories = [story(kind) for kind in shuffled(STORIES)]
    await record([message for messages in stories for message in messages])
    facts = await rows(OrderFact, "order_id")
    for messages in stories:
        one = messages[0].order_id
        expect(one in facts, "order-not-known", expected=f"a row for {one}", saw=f"{len(facts)} rows, not this one")
        right, true = flags_of(messages), true_in(facts[one])
        taken = {"confirmed", "created"} & right - true and "cancelled" in true
        finding = "flag-taken-back" if taken else "flag-wrong"
        expect(true == right, finding, expected=f"true: {said(right)}", saw=f"true: {said(true)}")
        total, cents = messages[0].body.total_cents, facts[one].total_cents
        expect(cents == total, "flag-wrong", expected=f"a total of {total} cents", saw=f"{cents} cents")
    expect(len(facts) == len(STORIES), "order-not-known", expected=f"{len(STORIES)} rows", saw=f"{len(facts)} rows")


@pytest.mark.task(3)
async def test_the_sequence_does_not_matter(record, rows, expect):
    first, *others = story(cancelled_story)
    messages = [*shuffled(others), first]  # order.created comes last, so every other is there before it
    one, total, right = first.order_id, first.body.total_cents, flags_of(messages)
    expected = f"heard in this sequence: {names(messages)}; true: {said(right)}; a total of {total} cents"
    try:
        await record(messages)
    except (AttributeError, KeyError) as error:
        expect(False, "sequence-matters", expected=expected, saw=f"{type(error).__name__}: {error}")
    facts = await rows(OrderFact, "order_id")
    expect(one in facts, "sequence-matters", expected=expected, saw="no row for the order")
    true, cents = true_in(facts[one]), facts[one].total_cents
    same = (true, cents) == (right, total)
    expect(same, "sequence-matters", expected=expected, saw=f"true: {said(true)}; {cents} cents")


@pytest.mark.task(4)
async def test_the_same_event_a_second_time_changes_nothing(record, rows, expect):
    messages = story(cancelled_story)
    await record(messages)
    before = await state(rows)
    try:
        await record([messages[0], *shuffled(messages)])
    except Exception as error:
        twice = isinstance(error, IntegrityError) or "UNIQUE" in str(error)
        saw = "a second row with the same message id, which the database refuses"
        expect(not twice, "written-twice", expected="one row for each message id", saw=saw)
        raise
    after = await state(rows)
    differ = [f"{key}: {now} after, {before.get(key)} before" for key, now in after.items() if now != before.get(key)]
    expect(not differ, "duplicates-inflate", expected="the same rows as before", saw="; ".join(differ))


async def state(rows):
    """Both tables, as far as they are to stay the same."""
    events, facts = await rows(EventRow, "message_id"), await rows(OrderFact, "order_id")
    told = {key: (row.name, row.outcome) for key, row in events.items()}
    return told | {key: f"{row.total_cents} cents, {said(true_in(row))}" for key, row in facts.items()}


@pytest.fixture
def report(answer, book, call, expect, own_tables_only):
    """Ask the learner's read_report, as GET /report does; return its figures."""

    async def get():
        async with book() as session:
            try:
                view = await call(answer.read_report, session)
            except OperationalError as error:
                own_tables_only(error)
        is_one = isinstance(view, ReportView)
        expect(is_one, "report-wrong", expected="a ReportView", saw=f"{type(view).__name__}: {view}")
        return view.model_dump()

    return get


async def fill(book, facts, events):
    """Put orders into the books, by their flags; and so many events, some of which were told twice."""
    async with book.begin() as session:
        session.add_all(facts)
        session.add_all(events)


def fact(*flags):
    return OrderFact(order_id=new_order_id(), total_cents=random.randint(100, 9999), **dict.fromkeys(flags, True))


def told_of(one):
    """The events that lie in the books for such an order; every second one was told by two messages."""
    kinds = [kind.name for flag, kind in FLAGS.items() if getattr(one, flag)]
    return [
        EventRow(message_id=f"{one.order_id}-{name}-{number}", order_id=one.order_id, name=name, time=NOON)
        for name in kinds
        for number in range(random.randint(2, 3))
    ]


ENDINGS = (
    ("created",),
    ("created", "confirmed"),
    ("created", "confirmed", "delivered"),
    ("created", "confirmed", "cancelled"),
    ("created", "rejected"),
    ("confirmed", "delivered"),  # its order.created is still on its way
)
TIMES = (4, 2, 3, 2, 1, 1)
"""How often each comes: no two figures of the report are the same."""


def orders():
    """Orders of every ending; how many, differs."""
    more = random.randint(0, 2)
    return [fact(*flags) for flags, times in zip(ENDINGS, TIMES, strict=True) for _ in range(times + more)]


@pytest.mark.task(5)
async def test_the_report_counts_orders(book, report, expect):
    facts = orders()
    events = [event for one in facts for event in told_of(one)]
    await fill(book, facts, events)
    told = await report()
    right = {"orders" if flag == "created" else flag: sum(flag in true_in(one) for one in facts) for flag in FLAGS}
    by_name, by_order = Counter(event.name for event in events), Counter(event.order_id for event in events)
    wrong = [figure for figure in right if told[figure] != right[figure]]
    counted = any(
        told[figure] in {by_name[FLAGS[flag].name], sum(by_order[one.order_id] for one in facts if getattr(one, flag))}
        or told[figure] == len(events)
        for figure, flag in ((figure, "created" if figure == "orders" else figure) for figure in wrong)
    )
    expected = ", ".join(f"{right[figure]} {figure}" for figure in wrong or right)
    saw = ", ".join(f"{told[figure]} {figure}" for figure in wrong) + (f"; of {len(events)} events" * counted)
    expect(not wrong, "counts-events" if counted else "report-wrong", expected=expected, saw=saw)


@pytest.mark.task(6)
async def test_revenue_is_what_was_confirmed_and_not_cancelled(book, report, expect, tell):
    try:
        empty = await report()
    except (ValidationError, TypeError) as error:  # None is no number
        empty = {"revenue_cents": f"{type(error).__name__}: {error}", "orders": "no"}
    saw = f"{empty.get('revenue_cents')} cents, {empty.get('orders')} orders"
    expect(set(empty.values()) == {0}, "nothing-is-zero", expected="0 cents, 0 orders", saw=saw)
    facts = orders()
    await fill(book, facts, [event for one in facts for event in told_of(one)])
    kept = {"confirmed": True, "cancelled": False}
    right = sum(one.total_cents for one in facts if (one.confirmed, bool(one.cancelled)) == tuple(kept.values()))
    cents = (await report())["revenue_cents"]
    expect(cents == right, "revenue-wrong", expected=f"{right} cents", saw=f"{cents} cents")
    tell("The race: 'finish' is heard before 'start', so the runner's line begins with the finish. Nothing is lost.")
