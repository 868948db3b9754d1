"""The check of exercise 17. Each test is one numbered line of 'Your task': two databases in files, and the table."""

import random
from datetime import UTC, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from lab.shop.contracts import (
    InventoryCommit,
    InventoryCommitted,
    Item,
    Message,
    OrderCreated,
    OrderDelivered,
    OrderLine,
    OrderShipped,
    PaymentCancelled,
    ShippingDelivered,
    ShippingFailed,
    ShippingInitiate,
    ShippingInitiated,
    State,
    new_order_id,
)
from lab.shop.ports import Quote
from lab.shop.services.fulfilment.tables import Base as Parcels
from lab.shop.services.fulfilment.tables import ParcelRow
from lab.shop.services.inventory.tables import Base as Shelves
from lab.shop.services.inventory.tables import Reservation, Shelf

pytestmark = pytest.mark.anyio

FINDINGS = {
    "another-service-s-table": {
        "why": "Every service has a database of its own, and that table is not in Fulfilment's. Nor may it be: "
        "Order alone knows from which status an order may become shipped (exercise 15).",
        "look": "Write the parcel's row, and return what happened. The mediator hears it, and asks Order.",
    },
    "speaks-for-another": {
        "why": "Fulfilment knows parcels. Whether the order is now 'shipped' is Order's to say, and who is asked next "
        "is the mediator's. With two who say it, nobody knows which one to believe.",
        "look": "One message, whose name begins with shipping. The docstring of initiate_shipping says which.",
    },
    "parcel-not-written": {
        "why": "The news of the arrival comes much later, and is made from the parcel's row. Without it the order is "
        "on its way for ever; with less in it, nobody can tell whose story the news belongs to.",
        "look": "TODO 2: handed_over(command, quote) makes the row, session.add(…) puts it into the book.",
    },
    "wrong-answer": {
        "why": "The mediator goes on by what it is told: which event, about which order, and what stands in it.",
        "look": "TODO 3: a parcel that has left gives shipping.initiated, any other shipping.failed with the row's "
        "reason; where the row has none ('cancelled'), with one of yours.",
    },
    "no-carrier-is-an-answer": {
        "why": "Nobody goes to the lighthouse: that happens every day, and nothing is broken. After an error nobody "
        "hears of it; the customer has paid, and waits.",
        "look": "TODO 2: without a quote, kept_here(command) makes the row. The answer is shipping.failed.",
    },
    "shipped-twice": {
        "why": "Kafka may deliver a command twice, and the mediator may ask again. One order is one parcel.",
        "look": "TODO 1: session.get(ParcelRow, command.order_id) first. Only where it gives None is there a new row.",
    },
    "another-answer": {
        "why": "What has been told has been acted on. A parcel that is on its way with one carrier cannot be with "
        "another, and what was called off in time must not leave after all.",
        "look": "TODO 3: answer from the row, not from the quote of today. Which statuses mean that it has not left?",
    },
    "stock-not-booked-out": {
        "why": "The pieces are in a parcel, and the shelf still says that they lie there for somebody.",
        "look": "TODO 4: reserved goes down, committed goes up, by the reservation's quantity. `available` stays.",
    },
    "booked-out-twice": {
        "why": "A command may come twice. The second time there is nothing left to book out, and another order's "
        "pieces would go instead.",
        "look": "TODO 4: only what has status 'reserved' counts, and afterwards it has another one.",
    },
    "other-s-stock": {
        "why": "Those pieces are set aside for somebody else, or were never set aside at all.",
        "look": "TODO 4: two conditions, the order's id and the status 'reserved'.",
    },
    "row-missing": {
        "why": "Without a row the mediator does not know what to do. It writes 'unexpected' into its log, the order "
        "stands still, and a person has to look.",
        "look": "TODO 5, and the picture in 'The idea': each arrow there is a row.",
    },
    "pivot-wrong": {
        "why": "When the parcel has left, two others must know it: Inventory books out, Order tells the customer.",
        "look": "'The idea', the picture: what is written at the pivot's arrow?",
    },
    "delivered-before-shipped": {
        "why": "Order lets only a shipped order become delivered, and refuses anything else. The order then says "
        "'confirmed' for ever. And the customer would read 'delivered' while the parcel is in a van.",
        "look": "order.mark_shipped belongs to shipping.initiated, order.mark_delivered to shipping.delivered: TODO 5.",
    },
    "failure-ignored": {
        "why": "The customer has paid, the pieces are set aside, and no parcel will ever leave. Before the pivot this "
        "can be made good, and nobody but the mediator knows that it has to be.",
        "look": "TODO 5: a row for shipping.failed in AWAITING_SHIPPING. 'The idea' says where it leads.",
    },
    "money-kept": {
        "why": "The customer has paid for a parcel that will never come.",
        "look": "TODO 5: shipping.failed before the pivot undoes both steps that came before: give_money_back too.",
    },
    "stock-kept": {
        "why": "The pieces stay set aside for an order that is over. Nobody can ever buy them.",
        "look": "TODO 5: shipping.failed before the pivot undoes both steps that came before: put_stock_back too.",
    },
    "ends-too-soon": {
        "why": "The order is over when the money is back, not when it was asked for. A state that does not wait for "
        "payment.cancelled tells the customer too early, or never.",
        "look": "TODO 5: it leads to COMPENSATING. The rows that wait there are those of exercise 16.",
    },
    "undone-after-the-pivot": {
        "why": "The parcel is out of the house, and nobody knows where. Money and goods may both be gone, and no "
        "command brings them back. What is right now, a person has to decide.",
        "look": "TODO 5: behind the pivot, shipping.failed leads to NEEDS_ATTENTION and says nothing.",
    },
    "late-answer-surprises": {
        "why": "Both were asked for at the pivot, so both will be answered, and nobody waits for it: sooner or later "
        "than the parcel's arrival, as it happens. In every order the mediator would call for a person, for nothing.",
        "look": "TODO 5, the last rows: a state that leads to itself, no commands. In three states, for two events.",
    },
    "moved-by-a-late-answer": {
        "why": "inventory.committed and order.shipped only say that what was asked for is done. Where the parcel is, "
        "they do not know.",
        "look": "TODO 5: for these two, the next state is the same state, and there are no commands.",
    },
}

CARRIERS = ("Swift Parcels", "Turtle Post", "Road & Rail", "Bluebird", "Ox and Cart")
PLACES = ("Lighthouse", "Rockall", "Sealand", "Foula")
NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


def order_of(rng):
    pieces = rng.randint(1, 9)
    return OrderCreated(
        order_id=new_order_id(),
        customer_id="cus-finn",
        customer_name="Finn",
        email="finn@mail.example",
        ship_to=rng.choice(PLACES),
        card="card-ok",
        lines=(OrderLine(sku="mug", quantity=pieces, unit_cents=1250),),
        total_cents=1250 * pieces,
    )


def message(body, rng):
    """The body as a service gets it; its ids differ from one another and in every attempt."""
    one, story, cause = (f"{rng.getrandbits(64):016x}" for _ in range(3))
    return Message(one, body, "/shop/mediator", NOON, story, cause, f"00-{rng.getrandbits(128):032x}-{one}-01")


def initiate(rng):
    order = order_of(rng)
    lines = tuple(Item(sku=line.sku, quantity=line.quantity) for line in order.lines)
    return message(ShippingInitiate(order_id=order.order_id, lines=lines, ship_to=order.ship_to), rng)


def quote_of(rng):
    return Quote(rng.choice(CARRIERS), rng.randint(290, 990))


def said(bodies):
    """Messages in words: `shipping.initiated` or `shipping.failed, order.shipped`."""
    return ", ".join(body.name for body in bodies) or "nothing"


@pytest.fixture
async def book(database):
    """Fulfilment's database, with no other service's tables in it."""
    async with database(Parcels.metadata) as sessions:
        yield sessions


@pytest.fixture
def ship(answer, handle, book, expect):
    """Handle one command with the learner's initiate_shipping; return its one answer, and the parcel's row."""

    async def ship(command, quote):
        try:
            told = await handle(book, answer.initiate_shipping, command, quote)
        except OperationalError as error:
            missing = str(error.orig).rpartition("no such table: ")
            saw = f"a question to the table {missing[2]!r}"
            expect(not missing[1], "another-service-s-table", expected="rows of parcels, nothing else", saw=saw)
            raise
        strange = [body for body in told if not body.name.startswith("shipping.")]
        one = "one shipping.initiated or one shipping.failed"
        expect(not strange, "speaks-for-another", expected=one, saw=said(told))
        expect(len(told) == 1, "wrong-answer", expected=one, saw=said(told))
        async with book() as session:
            return told[0], await session.get(ParcelRow, command.order_id)

    return ship


@pytest.mark.task(1)
async def test_with_a_carrier_the_parcel_leaves(ship, expect):
    rng, numbers = random.Random(), set()
    for command in (initiate(rng), initiate(rng)):
        quote = quote_of(rng)
        told, row = await ship(command, quote)
        expect(row, "parcel-not-written", expected=f"a row for {command.order_id}", saw="no row")
        kept = (row.status, row.carrier, row.cause_id, row.correlation_id, row.traceparent)
        right = ("in_transit", quote.carrier, command.id, command.correlation_id, command.traceparent)
        differ = [f"{one!r} where {other!r} belongs" for one, other in zip(kept, right, strict=True) if one != other]
        expect(not differ, "parcel-not-written", expected="the row that handed_over makes", saw=", ".join(differ))
        expect(
            row.handed_over_at and row.tracking,
            "parcel-not-written",
            expected="a row with the time when it left, and a tracking number",
            saw=f"{row.handed_over_at!r} and {row.tracking!r}",
        )
        one_each = f"a tracking number of its own, not {row.tracking} again"
        expect(row.tracking not in numbers, "parcel-not-written", expected=one_each, saw="the one of another order")
        numbers.add(row.tracking)
        expected = ShippingInitiated(order_id=command.order_id, carrier=quote.carrier, tracking=row.tracking)
        expect(told == expected, "wrong-answer", expected=repr(expected), saw=repr(told))


@pytest.mark.task(2)
async def test_without_a_carrier_it_stays_and_that_is_told(ship, expect):
    rng = random.Random()
    for command in (initiate(rng), initiate(rng)):
        expected = f"one shipping.failed, with a reason that names {command.body.ship_to}"
        try:
            told, row = await ship(command, None)
        except (AttributeError, TypeError, ValueError, RuntimeError) as error:
            expect(False, "no-carrier-is-an-answer", expected=expected, saw=f"{type(error).__name__}: {error}")
        failed = isinstance(told, ShippingFailed)
        expect(failed, "no-carrier-is-an-answer", expected=expected, saw=said([told]))
        says_so = row and row.status == "failed"
        expect(says_so, "parcel-not-written", expected="a row that says 'failed'", saw=status(row))
        right = told.order_id == command.order_id and command.body.ship_to in told.reason
        expect(right, "wrong-answer", expected=expected, saw=repr(told))


def status(row):
    return f"one that says {row.status!r}" if row else "no row"


@pytest.mark.task(3)
async def test_asked_again_it_gives_the_first_answer(ship, expect):
    rng = random.Random()
    for first, again in ((quote_of(rng), quote_of(rng)), (quote_of(rng), None), (None, quote_of(rng))):
        command = initiate(rng)
        told, row = await ship(command, first)
        repeat = message(command.body, rng)
        try:
            answer, now = await ship(repeat, again)
        except Exception as error:
            double = "UNIQUE" in str(error) or "IntegrityError" in str(error)
            saw = "a second row for the same order, which the database refuses"
            expect(not double, "shipped-twice", expected="one row for one order", saw=saw)
            raise
        same = (now.tracking, now.carrier, now.status) == (row.tracking, row.carrier, row.status)
        expect(same, "shipped-twice", expected="the parcel's row as it was", saw=f"{now.carrier}, {now.tracking}")
        expect(answer == told, "another-answer", expected=f"the first answer again: {told!r}", saw=repr(answer))


@pytest.mark.task(3)
async def test_what_was_called_off_in_time_does_not_leave(ship, book, expect):
    rng = random.Random()
    command = initiate(rng)
    async with book.begin() as session:
        session.add(ParcelRow(order_id=command.order_id, status="cancelled"))
    told, row = await ship(command, quote_of(rng))
    stays = isinstance(told, ShippingFailed) and row.status == "cancelled"
    saw = f"{said([told])}, the row says {row.status!r}"
    expect(stays, "another-answer", expected="shipping.failed, and a row that still says 'cancelled'", saw=saw)
    expect(told.reason, "wrong-answer", expected="a reason in shipping.failed", saw="an empty one")


HELD = ("mug", "lamp")  # reserved for the order in question
OTHERS = (("mug", "reserved"), ("pen", "reserved"))  # for somebody else
REFUSED = "pen"  # asked for by the order, and refused


@pytest.mark.task(4)
async def test_what_is_set_aside_for_the_order_is_booked_out_once(answer, handle, database, expect):
    rng = random.Random()
    ours, other = new_order_id(), new_order_id()
    pieces = {(order, sku): rng.randint(2, 9) for order in (ours, other) for sku in (*HELD, REFUSED)}
    async with database(Shelves.metadata) as sessions:
        async with sessions.begin() as session:
            session.add_all(Shelf(sku=sku, available=50, reserved=30, committed=5) for sku in (*HELD, REFUSED))
            session.add_all(
                Reservation(order_id=ours, sku=sku, quantity=pieces[ours, sku], status="reserved") for sku in HELD
            )
            session.add(Reservation(order_id=ours, sku=REFUSED, quantity=pieces[ours, REFUSED], status="refused"))
            session.add_all(
                Reservation(order_id=other, sku=sku, quantity=pieces[other, sku], status=how) for sku, how in OTHERS
            )
        right = {sku: (50, 30 - pieces[ours, sku], 5 + pieces[ours, sku]) for sku in HELD} | {REFUSED: (50, 30, 5)}
        for times in (1, 2):
            told = await handle(sessions, answer.commit_stock, message(InventoryCommit(order_id=ours), rng))
            shelves, held = await shelves_in(sessions)
            both(expect, times, right, shelves)
            one = told == [InventoryCommitted(order_id=ours)] or told == (InventoryCommitted(order_id=ours),)
            expect(one, "wrong-answer", expected="one inventory.committed, about this order", saw=said(told))
        strange = {key: how for key, how in held.items() if key[0] == other and how != "reserved"}
        expect(not strange, "other-s-stock", expected="the other order's reservations as they were", saw=str(strange))
        ours_now = {sku: held[ours, sku] for sku in (*HELD, REFUSED)}
        expected = dict.fromkeys(HELD, "committed") | {REFUSED: "refused"}
        expect(ours_now == expected, "stock-not-booked-out", expected=str(expected), saw=str(ours_now))


def both(expect, times, right, shelves):
    """Meet the shelves after one call, and after a repeat."""
    wrong = [sku for sku in right if shelves[sku] != right[sku]]
    words = [f"{sku}: {shelf(shelves[sku])} where {shelf(right[sku])} belongs" for sku in wrong]
    finding = "booked-out-twice" if times == 2 else "other-s-stock" if wrong == [REFUSED] else "stock-not-booked-out"
    expected = "the order's pieces from `reserved` to `committed`" + (", and no more when asked again" * (times - 1))
    expect(not wrong, finding, expected=expected, saw="; ".join(words))


def shelf(numbers):
    return "{} available, {} reserved, {} committed".format(*numbers)


async def shelves_in(sessions):
    async with sessions() as session:
        shelves = (await session.scalars(select(Shelf))).all()
        held = (await session.scalars(select(Reservation))).all()
    return {one.sku: (one.available, one.reserved, one.committed) for one in shelves}, {
        (one.order_id, one.sku): one.status for one in held
    }


class Telling:
    """An order's story in the learner's table; `expected` and `saw` are put into words on the way."""

    def __init__(self, mediator, expect, state, rng):
        self.order = order_of(rng)
        self.id = self.order.order_id
        self.story, self.expect = mediator.story(self.order, state), expect

    def hear(self, body, finding="row-missing"):
        """Tell it of something that needs a row; return what it says, as a set of names."""
        before = self.story.state
        decision = self.story.hear(body)
        expected = f"a row for {body.name} in {before}"
        self.expect(decision.kind != "unexpected", finding, expected=expected, saw="unexpected: no row fits")
        strange = [one for one in decision.commands if one.order_id != self.id]
        self.expect(not strange, "pivot-wrong", expected="commands about this order", saw="another order's id")
        return {one.name for one in decision.commands}

    def goes(self, state, names, said, finding):
        """Meet the state that it has reached, and the commands that were to be said."""
        expected = f"{state}, saying {', '.join(sorted(names)) or 'nothing'}"
        saw = f"{self.story.state}, saying {', '.join(sorted(said)) or 'nothing'}"
        self.expect(self.story.state is state and said == names, finding, expected=expected, saw=saw)


@pytest.fixture
def tell_story(mediator, expect):
    rng = random.Random()
    return lambda state: Telling(mediator, expect, state, rng)


def initiated(order_id):
    return ShippingInitiated(order_id=order_id, carrier="Turtle Post", tracking="trk-1")


@pytest.mark.task(5)
def test_at_the_pivot_stock_is_booked_out_and_the_order_is_shipped(tell_story, expect):
    order = tell_story(State.AWAITING_SHIPPING)
    said = order.hear(initiated(order.id))
    early = "order.mark_delivered" in said
    expected = "inventory.commit and order.mark_shipped"
    saw = ", ".join(sorted(said))
    expect(not early, "delivered-before-shipped", expected=expected, saw=saw)
    order.goes(State.IN_TRANSIT, {"inventory.commit", "order.mark_shipped"}, said, "pivot-wrong")


@pytest.mark.task(6)
def test_what_never_left_is_made_good(tell_story, expect):
    order = tell_story(State.AWAITING_SHIPPING)
    said = order.hear(ShippingFailed(order_id=order.id, reason="nobody goes there"), "failure-ignored")
    saw = ", ".join(sorted(said)) or "nothing"
    both_back = "payment.cancel and inventory.release"
    expect(said, "failure-ignored", expected=both_back, saw=f"nothing said, and {order.story.state}")
    expect("payment.cancel" in said, "money-kept", expected=both_back, saw=saw)
    expect("inventory.release" in said, "stock-kept", expected=both_back, saw=saw)
    order.goes(State.COMPENSATING, {"payment.cancel", "inventory.release"}, said, "ends-too-soon")
    order.hear(PaymentCancelled(order_id=order.id, outcome="refunded", amount_cents=order.order.total_cents))


@pytest.mark.task(7)
def test_delivered_is_told_when_the_parcel_has_arrived(tell_story):
    order = tell_story(State.IN_TRANSIT)
    said = order.hear(ShippingDelivered(order_id=order.id, carrier="Turtle Post"))
    order.goes(State.DELIVERING, {"order.mark_delivered"}, said, "delivered-before-shipped")
    said = order.hear(OrderDelivered(order_id=order.id))
    order.goes(State.COMPLETED, set(), said, "delivered-before-shipped")


@pytest.mark.task(8)
def test_lost_behind_the_pivot_a_person_must_look(tell_story):
    order = tell_story(State.IN_TRANSIT)
    said = order.hear(ShippingFailed(order_id=order.id, reason="the van has gone under"))
    order.goes(State.NEEDS_ATTENTION, set(), said, "undone-after-the-pivot")


@pytest.mark.task(9)
def test_an_answer_that_nobody_waits_for_changes_nothing(tell_story, tell):
    for state in (State.IN_TRANSIT, State.DELIVERING, State.COMPLETED):
        for late in (InventoryCommitted, OrderShipped):
            order = tell_story(state)
            said = order.hear(late(order_id=order.id), "late-answer-surprises")
            order.goes(state, set(), said, "moved-by-a-late-answer")
    tell("The bakery's third line: the cake is in the van. Who asks again hears what stands in the book.")
