"""The check of exercise 16. Each test is one numbered line of 'Your task'.

Two services' tables lie in databases of the check's own, the bank is the check's own, and the rows stand in the whole
table of the mediator.
"""

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from lab.shop.contracts import (
    InventoryChecked,
    InventoryRelease,
    InventoryReleased,
    Message,
    NotificationSend,
    OrderCancel,
    OrderCancelled,
    OrderCreated,
    OrderLine,
    OrderReject,
    OrderRejected,
    PaymentCancel,
    PaymentCancelled,
    PaymentProcessed,
    ShelfLine,
    State,
    new_order_id,
)
from lab.shop.ports import On
from lab.shop.services.inventory.tables import Base as InventoryTables
from lab.shop.services.inventory.tables import Reservation, Shelf
from lab.shop.services.payment.tables import Base as PaymentTables
from lab.shop.services.payment.tables import PaymentRow

pytestmark = pytest.mark.anyio

FINDINGS = {
    "nothing-put-back": {
        "why": "The pieces stay set aside for an order that is over: nobody can buy them any more, and nobody will "
        "ever ask for them.",
        "look": "TODO 1 and 2: the Reservations of this order that are `reserved`, and an UPDATE for each shelf.",
    },
    "shelf-wrong": {
        "why": "What was ever put on a shelf is available + reserved + committed. A piece that leaves one of the "
        "numbers must come into another, or the shop has lost it.",
        "look": "TODO 2: both in the same UPDATE, by the reservation's quantity, and on that product's shelf alone.",
    },
    "note-lost": {
        "why": "The note says for whom pieces were set aside, and what became of them. Without it an inventory.check "
        "that comes a second time looks like a new one, and sets pieces aside for an order that is over.",
        "look": 'TODO 3: reservation.status = "released". The row stays.',
    },
    "released-twice": {
        "why": "Kafka may deliver a command twice. Pieces that are put back a second time do not exist: the shop sells "
        "what it has not got.",
        "look": "TODO 1: only what is `reserved` is still set aside. TODO 3: note that it is done.",
    },
    "never-set-aside": {
        "why": "A release says 'put back what you hold for this order'. What was refused was never taken, and what is "
        "committed has left the house: put back, it would be on the shelf and with the customer.",
        "look": 'TODO 1: ask for both in `where`: the order, and the status "reserved".',
    },
    "not-answered": {
        "why": "'It is back' is true, whether it was put back now, before, or was never taken. Whoever asks again has "
        "perhaps not heard the first answer.",
        "look": "TODO 4: one event at the end, behind the loop, whatever there was to do.",
    },
    "money-kept": {
        "why": "The customer has paid, and gets nothing.",
        "look": "cancel_payment, TODO 2: await bank.refund(…) where the row says `captured`.",
    },
    "refund-wrong": {
        "why": "The bank knows the charge by the key that it was given then, and by no other.",
        "look": "payment.bank_key and payment.amount_cents, both from the row: the docstring has the call.",
    },
    "refunded-twice": {
        "why": "The command came twice, and the bank was asked twice. Ours recognises the key; the next one may not.",
        "look": "cancel_payment, TODO 3: note `refunded` in the row, and ask the bank only where it says `captured`.",
    },
    "no-payment": {
        "why": "Where no money was taken, none is to be given back. That is an answer, too: `none`. An order can fail "
        "before its payment, and the mediator asks all the same.",
        "look": "cancel_payment, TODO 1: no row, or a declined one. Ask for these first.",
    },
    "answer-wrong": {
        "why": "The mediator goes by the outcome, and the customer is told the amount.",
        "look": "cancel_payment, TODO 4: PaymentCancelled(order_id=…, outcome=…, amount_cents=…), a repeat as well.",
    },
    "row-missing": {
        "why": "Without this row the message is unexpected: the order stands still, and the customer never hears a no.",
        "look": "TODO 5: two rows; each outcome that can come needs one.",
    },
    "stock-kept": {
        "why": "Payment came after Inventory, so the pieces are set aside when the bank says no. Nobody else puts them "
        "back: no service knows that another one has failed.",
        "look": "TODO 5: the row for `declined` says two commands. 'The idea', 'done so far'.",
    },
    "releases-what-never-was": {
        "why": "What is undone is what was done, and nothing else. Out of stock means that nothing was set aside.",
        "look": "TODO 5: the row for `out_of_stock` says one command. 'The idea', 'done so far'.",
    },
    "wrong-way": {
        "why": "A row says where the order goes and what is asked. Who gets no answer is a customer who waits.",
        "look": "TODO 5: both rows lead to S.REJECTING, and both ask Order to reject.",
    },
    "other-rows-changed": {
        "why": "These rows came with the file. They bring an order to its end after something was made good.",
        "look": "Put them back as they were: uv run lab solution and hint 4 show them.",
    },
}

S = State


def message(body):
    own = f"id-{body.order_id}-{body.name}"
    return Message(own, body, "/shop/mediator", datetime.now(UTC), correlation_id=f"id-{body.order_id}")


def release(order_id):
    return message(InventoryRelease(order_id=order_id))


class House:
    """Inventory's tables: shelves, and what is set aside for whom."""

    def __init__(self, sessions, rng):
        self.sessions, self.rng = sessions, rng
        self.skus = rng.sample(("mug", "lamp", "pen", "chair", "poster"), 3)

    async def fill(self, *statuses):
        """Write an order in each status, two products each, and shelves that fit; return the orders' ids."""
        ids = [new_order_id() for _ in statuses]
        held = dict.fromkeys(self.skus, 0)
        async with self.sessions.begin() as session:
            for order_id, status in zip(ids, statuses, strict=True):
                for sku in self.skus[:2]:
                    pieces = self.rng.randint(2, 9)
                    held[sku] += pieces if status == "reserved" else 0
                    session.add(Reservation(order_id=order_id, sku=sku, quantity=pieces, status=status))
            for sku in self.skus:
                free = self.rng.randint(10, 90)
                session.add(Shelf(sku=sku, available=free, reserved=held[sku] + 50, committed=50))
        return ids

    async def shelves(self):
        async with self.sessions() as session:
            return {
                row.sku: (row.available, row.reserved, row.committed) for row in await session.scalars(select(Shelf))
            }

    async def notes(self):
        async with self.sessions() as session:
            rows = await session.scalars(select(Reservation))
            return {(row.order_id, row.sku): (row.quantity, row.status) for row in rows}


@pytest.fixture
async def house(database, request):
    seed = request.node.callspec.params["seed"] if hasattr(request.node, "callspec") else None
    async with database(InventoryTables.metadata) as sessions:
        yield House(sessions, random.Random(seed))


def in_words(shelves):
    return "; ".join(f"{sku}: {free} free, {aside} set aside" for sku, (free, aside, _) in sorted(shelves.items()))


def is_answer(told, order_id):
    return [type(one) for one in told] == [InventoryReleased] and told[0].order_id == order_id


def names(bodies):
    return ", ".join(body.name for body in bodies) or "nothing"


@pytest.mark.task(1)
async def test_what_is_set_aside_for_the_order_goes_back(answer, handle, house, expect, seed):
    mine, other = await house.fill("reserved", "reserved")
    before, notes = await house.shelves(), await house.notes()
    told = await handle(house.sessions, answer.release_stock, release(mine))
    found, left = await house.shelves(), await house.notes()
    right = dict(before)
    for sku in house.skus[:2]:
        pieces, (free, aside, gone) = notes[mine, sku][0], before[sku]
        right[sku] = (free + pieces, aside - pieces, gone)
    finding = "nothing-put-back" if found == before else "shelf-wrong"
    expect(found == right, finding, expected=in_words(right), saw=in_words(found))
    mine_now = {left.get((mine, sku), (0, "no row"))[1] for sku in house.skus[:2]}
    expected, saw = "each Reservation of this order: released", ", ".join(sorted(mine_now))
    expect(mine_now == {"released"}, "note-lost", expected=expected, saw=saw)
    others = {left.get((other, sku)) == notes[other, sku] for sku in house.skus[:2]}
    expect(others == {True}, "note-lost", expected="the other order's as they were", saw="others")
    expected = f"one inventory.released for {mine}"
    expect(is_answer(told, mine), "not-answered", expected=expected, saw=names(told))


@pytest.mark.task(2)
async def test_a_second_time_nothing_is_put_back(answer, handle, house, expect):
    mine, _ = await house.fill("reserved", "reserved")
    await handle(house.sessions, answer.release_stock, release(mine))
    before = await house.shelves()
    told = await handle(house.sessions, answer.release_stock, release(mine))
    found = await house.shelves()
    expect(found == before, "released-twice", expected=f"as after the first: {in_words(before)}", saw=in_words(found))
    expected = "inventory.released once more, also the second time"
    expect(is_answer(told, mine), "not-answered", expected=expected, saw=names(told))


@pytest.mark.task(3)
async def test_what_is_not_set_aside_stays_where_it_is(answer, handle, house, expect):
    cases = {"refused": "was refused", "committed": "has left the house", "released": "was put back before"}
    ids = [*await house.fill(*cases), new_order_id()]
    before, notes = await house.shelves(), await house.notes()
    for order_id, what in zip(ids, [*cases.values(), "was never heard of"], strict=True):
        told = await handle(house.sessions, answer.release_stock, release(order_id))
        found, expected = await house.shelves(), f"an order that {what}: {in_words(before)}"
        same = found == before and await house.notes() == notes
        saw = in_words(found) if found != before else "other notes than before"
        expect(same, "never-set-aside", expected=expected, saw=saw)
        expected = f"inventory.released for an order that {what}"
        expect(is_answer(told, order_id), "not-answered", expected=expected, saw=names(told))


@dataclass
class Bank:
    """A bank that notes what it is asked to give back."""

    given_back: list = field(default_factory=list)

    async def refund(self, key, *, amount_cents):
        self.given_back.append((key, amount_cents))


@pytest.fixture
async def payments(database):
    async with database(PaymentTables.metadata) as sessions:
        yield sessions


async def enter(sessions, status, rng):
    """Write a payment into Payment's book."""
    order_id, cents = new_order_id(), rng.randint(1000, 9999)
    async with sessions.begin() as session:
        key = f"key-{rng.randint(10**6, 10**7)}"
        session.add(PaymentRow(order_id=order_id, status=status, amount_cents=cents, bank_key=key))
    return order_id, key, cents


async def in_the_book(sessions):
    async with sessions() as session:
        return {row.order_id: row.status for row in await session.scalars(select(PaymentRow))}


def spoken(told):
    return ", ".join(f"{one.name} [{getattr(one, 'outcome', '')}], {getattr(one, 'amount_cents', '')}" for one in told)


@pytest.mark.task(4)
async def test_what_was_paid_is_given_back_once(answer, handle, payments, expect):
    rng, bank = random.Random(), Bank()
    order_id, key, cents = await enter(payments, "captured", rng)
    command = message(PaymentCancel(order_id=order_id))
    right = [PaymentCancelled(order_id=order_id, outcome="refunded", amount_cents=cents)]
    for time in ("the first", "the second"):
        told = await handle(payments, answer.cancel_payment, command, bank)
        expected = f"the bank gives {cents} cents back under {key}"
        expect(bank.given_back, "money-kept", expected=expected, saw="it was not asked")
        saw = f"it was asked for {bank.given_back[0][1]} cents, under {bank.given_back[0][0]}"
        expect(bank.given_back[0] == (key, cents), "refund-wrong", expected=expected, saw=saw)
        saw, once = f"{len(bank.given_back)} times", "the bank is asked once"
        expect(len(bank.given_back) == 1, "refunded-twice", expected=once, saw=saw)
        expected = f"{time} time: {spoken(right)}"
        expect(list(told) == right, "answer-wrong", expected=expected, saw=spoken(told) or "nothing")
        found = (await in_the_book(payments))[order_id]
        expect(found == "refunded", "refunded-twice", expected="in the row: refunded", saw=found)


@pytest.mark.task(5)
async def test_where_nothing_was_paid_the_answer_is_none(answer, handle, payments, expect):
    rng, bank = random.Random(), Bank()
    declined, _, _ = await enter(payments, "declined", rng)
    before = await in_the_book(payments)
    for order_id, what in ((declined, "a declined payment"), (new_order_id(), "an order without a payment")):
        right = [PaymentCancelled(order_id=order_id, outcome="none", amount_cents=0)]
        expected, told = f"{what}: {spoken(right)}, and the bank is not asked", []
        try:
            told = await handle(payments, answer.cancel_payment, message(PaymentCancel(order_id=order_id)), bank)
        except (AttributeError, ValueError, LookupError) as error:
            expect(False, "no-payment", expected=expected, saw=f"{type(error).__name__}: {error}")
        expect(not bank.given_back, "no-payment", expected=expected, saw=f"the bank was asked: {bank.given_back}")
        expect(list(told) == right, "no-payment", expected=expected, saw=spoken(told) or "nothing")
        saw = "another book than before"
        expect(await in_the_book(payments) == before, "no-payment", expected="the book as it was", saw=saw)


class Example:
    """An order, and what can be told of it."""

    def __init__(self, seed):
        rng = random.Random(seed)
        self.me, who = new_order_id(), rng.choice(("zoe", "yan", "xia"))
        self.order = OrderCreated(
            order_id=self.me,
            customer_id=f"cus-{who}",
            customer_name=who.title(),
            email=f"{who}@example.org",
            ship_to="Ely",
            card="card-7",
            lines=(OrderLine(sku="mug", quantity=2, unit_cents=1250),),
            total_cents=2500,
        )
        self.reason = rng.choice(("sold out", "no luck", "no money"))
        shelf = ShelfLine(sku="mug", quantity=2, left=1)
        self.out_of_stock = InventoryChecked(order_id=self.me, outcome="out_of_stock", lines=(shelf,))
        self.declined = PaymentProcessed(order_id=self.me, outcome="declined", amount_cents=2500)

    def letter(self, template):
        return NotificationSend(
            order_id=self.me,
            template=template,
            customer_name=self.order.customer_name,
            email=self.order.email,
            reason=self.reason,
        )


@pytest.mark.task(6)
def test_what_was_done_is_undone_and_the_customer_gets_a_no(mediator, expect, on_paper, tell, seed):
    example = Example(seed)
    for state, body, wanted in (
        (S.AWAITING_INVENTORY, example.out_of_stock, {OrderReject}),
        (S.AWAITING_PAYMENT, example.declined, {InventoryRelease, OrderReject}),
    ):
        got, on = mediator.story(example.order, state).hear(body), On.of(body)
        said = {type(one) for one in got.commands}
        card = {
            "expected": f"in {state}, on {on}: {', '.join(sorted(kind.name for kind in wanted))}, and on to REJECTING",
            "saw": f"{names(got.commands)}, and on to {got.to}",
            "timeline": on_paper([("…", str(on)), *(("…", one.name) for one in got.commands)], wrong={0}),
        }
        expect(got.kind != "unexpected", "row-missing", **card)
        expect(InventoryRelease in said or InventoryRelease not in wanted, "stock-kept", **card)
        expect(InventoryRelease not in said or InventoryRelease in wanted, "releases-what-never-was", **card)
        right = said == wanted and len(got.commands) == len(wanted) and got.to == S.REJECTING
        expect(right and all(one.order_id == example.me for one in got.commands), "wrong-way", **card)
        said_why = [one.reason for one in got.commands if isinstance(one, OrderReject)]
        expect(all(said_why), "wrong-way", **card | {"expected": "a reason for the customer", "saw": "none"})
    the_given_rows(mediator, expect, example)
    tell("Nothing was rolled back: for the declined order two more messages made good what one had done.")
    tell("The cloakroom without step 3: [('long', 9, -1), ('short', 11, -1)]. It gives back coats that it has not got.")


def the_given_rows(mediator, expect, example):
    """Follow an order to its end through the rows that the file came with."""
    back = InventoryReleased(order_id=example.me)
    rejected = OrderRejected(order_id=example.me, reason=example.reason)
    cancelled = OrderCancelled(order_id=example.me, reason=example.reason)
    ways = [(S.REJECTING, S.REJECTED, rejected, example.letter("rejected"))]
    ways += [(S.CANCELLING, S.CANCELLED, cancelled, example.letter("cancelled"))]
    for state, to, body, letter in ways:
        got = mediator.story(example.order, state).hear(body)
        saw = f"{got.to}, {names(got.commands)}"
        expected = f"in {state}, on {body.name}: notification.send, and on to {to}"
        expect((got.to, got.commands) == (to, (letter,)), "other-rows-changed", expected=expected, saw=saw)
    for how in ("none", "voided", "refunded"):
        body = PaymentCancelled(order_id=example.me, outcome=how, amount_cents=0)
        got = mediator.story(example.order, S.COMPENSATING).hear(body)
        right = got.to == S.CANCELLING and [type(one) for one in got.commands] == [OrderCancel]
        right = right and got.commands[0].order_id == example.me and bool(got.commands[0].reason)
        expected = f"in COMPENSATING, on {On.of(body)}: order.cancel, and on to CANCELLING"
        expect(right, "other-rows-changed", expected=expected, saw=f"{got.to}, {names(got.commands)}")
    for state in (S.REJECTING, S.REJECTED, S.COMPENSATING, S.CANCELLING, S.CANCELLED):
        got = mediator.story(example.order, state).hear(back)
        saw, expected = f"{got.kind}, {got.to}", f"in {state}, on {back.name}: no-op, {state}"
        expect((got.kind, got.to) == ("no-op", state), "other-rows-changed", expected=expected, saw=saw)
