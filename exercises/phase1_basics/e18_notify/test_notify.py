"""The check of exercise 18. Each test is one numbered line of 'Your task': a letter box that notes what it gets."""

import io
import logging
import random
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from datetime import UTC, datetime

import pytest
from sqlalchemy.exc import OperationalError

from lab.shop.contracts import (
    Message,
    NotificationFailed,
    NotificationSend,
    NotificationSent,
    OrderConfirmed,
    OrderCreated,
    OrderLine,
    State,
    new_order_id,
)
from lab.shop.ports import Undeliverable
from lab.shop.services.notification.tables import Base, NotificationRow

pytestmark = pytest.mark.anyio

FINDINGS = {
    "another-service-s-table": {
        "why": "Every service has a database of its own, and that table is not in Notification's. What has to be known "
        "of the order stands in the command: the mediator has put it there.",
        "look": "command.body has template, customer_name, email and reason.",
    },
    "listens-around-the-mediator": {
        "why": "An event is told to whoever wants to know; nobody is asked for anything. Where Notification decides by "
        "itself what a customer hears, the flow is written down in two places, and the mediator's is no longer true.",
        "look": "Notification is asked: act on notification.send, whatever order events say.",
    },
    "not-told": {
        "why": "The customer hears nothing, and the mediator is told nothing either.",
        "look": "TODO 3: `await letter_box.deliver(address, text)`, once.",
    },
    "told-twice": {
        "why": "Kafka may deliver a command twice. A second letter about the same thing makes people ring up: have I "
        "ordered twice?",
        "look": "TODO 1: one row for each order and template. Where there is one, the letter has been written.",
    },
    "to-the-wrong-address": {
        "why": "A stranger reads who has ordered what.",
        "look": "TODO 3: deliver(address, text), in this sequence; the address is command.body.email.",
    },
    "text-wrong": {
        "why": "Without a name, an order and a reason the customer knows neither what is meant nor why.",
        "look": "TODO 2: TEXTS[template].format(name=…, order=…, reason=…).",
    },
    "not-in-the-book": {
        "why": "What is in no row is not remembered. Nobody can say later what the customer was told, and a repeat "
        "looks like news.",
        "look": "TODO 4: a NotificationRow with order_id, template, status and reason, and session.add(row).",
    },
    "wrong-answer": {
        "why": "The mediator was promised an answer: one notification.sent or notification.failed, with the template.",
        "look": "TODO 4: which of the two, the row says.",
    },
    "speaks-for-another": {
        "why": "Notification knows letter boxes. What becomes of the order, Order says, and the mediator asks it. A "
        "full letter box is no reason to take anybody's order away.",
        "look": "One message, whose name begins with notification.",
    },
    "failure-is-an-error": {
        "why": "A full letter box is everyday life. After an error the shop puts the command aside: no row, no "
        "answer, and nobody ever learns that this customer was not told.",
        "look": "TODO 3: `except Undeliverable as error:` around the one line that delivers.",
    },
    "error-hidden": {
        "why": "That was not the customer's letter box. Called 'failed', a broken post office or a mistake in your own "
        "lines looks like ten thousand full letter boxes, and nobody mends it.",
        "look": "TODO 3: catch Undeliverable and nothing else. What is unexpected should pass to the caller.",
    },
    "another-answer": {
        "why": "What has been told has been acted on. A repeat is the same question, and gets the same answer.",
        "look": "TODO 4: answer from the row. `str(error)` is the reason; the row keeps it.",
    },
    "second-letter-lost": {
        "why": "Confirmed, and later cancelled: these are two letters. Who gets only the first waits for a parcel.",
        "look": "TODO 1: the key has two parts: session.get(NotificationRow, (order id, template)).",
    },
    "address-in-the-log": {
        "why": "Logs are copied, searched and kept, and read by people who need not know where somebody lives.",
        "look": "Log the order's id, if anything. With it, whoever may know the address can look it up.",
    },
    "address-in-the-answer": {
        "why": "An event is read by everybody who wants to know, and lies on Kafka for days; a row stays for years. "
        "Neither needs the address.",
        "look": "TODO 4: the reason is `str(error)`, and nothing else.",
    },
    "get-wrong": {
        "why": "Somebody on the telephone asks: what was I told? The answer must be this order's letters, all of them, "
        "and nobody else's.",
        "look": "TODO 5: select(NotificationRow).where(NotificationRow.order_id == order_id), a view for each.",
    },
    "failure-stops-the-order": {
        "why": "The mug is paid for and on its way, and the order is taken back because an e-mail could not be "
        "delivered. The customer wanted the mug, not the e-mail.",
        "look": "TODO 6: after notification.failed the order stays where it is, and nobody is asked for anything.",
    },
    "order-waits-for-a-letter": {
        "why": "Then the order stands still for as long as Notification does. A side effect may be late, may fail, may "
        "never come: nobody waits for it.",
        "look": "TODO 6: notification.sent leads nowhere: the state it came in is the next state.",
    },
    "answer-surprises": {
        "why": "The answer comes when it comes: while the parcel is packed, after it has arrived, after the order was "
        "cancelled. Where there is no row, the mediator calls for a person, for nothing.",
        "look": "TODO 6: two answers, in every state but NEW. `for state in State` goes through all of them.",
    },
}

NAMES = ("Ida", "Kai", "Lou", "Mia", "Noa", "Ulf")
REASONS = ("out of stock", "payment declined", "it could not be shipped")
TEMPLATES = ("confirmed", "rejected", "cancelled")
NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


def message(body):
    return Message(f"{random.getrandbits(64):016x}", body, "/shop/mediator", NOON, f"id-{body.order_id}")


def asked(template, order_id=None):
    """The mediator's command; in every attempt for other customers."""
    name = random.choice(NAMES)
    return message(
        NotificationSend(
            order_id=order_id or new_order_id(),
            template=template,
            customer_name=name,
            email=f"{name.lower()}{random.randint(100, 999)}@mail.example",
            reason="" if template == "confirmed" else random.choice(REASONS),
        )
    )


class Box:
    """A letter box of this check: it notes what it is given, and refuses where it is told to."""

    def __init__(self, refuses=None):
        self.letters, self.refuses = [], refuses

    async def deliver(self, address, text):
        self.letters.append((address, text))
        if self.refuses:
            raise self.refuses


def full():
    return Undeliverable(random.choice(("the letter box is full", "nobody of that name", "the lid is frozen")))


def said(bodies):
    return ", ".join(body.name for body in bodies) or "nothing"


@contextmanager
def overheard():
    """Yield what is printed or logged meanwhile, as one text."""
    heard, root = io.StringIO(), logging.getLogger()
    handler, level = logging.StreamHandler(heard), root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        with redirect_stdout(heard), redirect_stderr(heard):
            yield heard
    finally:
        root.removeHandler(handler)
        root.setLevel(level)


@pytest.fixture
async def book(database):
    """Notification's database, with no other service's tables in it."""
    async with database(Base.metadata) as sessions:
        yield sessions


@pytest.fixture
def send(answer, handle, book, expect):
    """Handle one command with the learner's send_notification; return its one answer, and the row."""

    async def send(command, box):
        try:
            told = await handle(book, answer.send_notification, command, box)
        except OperationalError as error:
            _, missing, table = str(error.orig).rpartition("no such table: ")
            saw = f"a question to the table {table!r}"
            expect(not missing, "another-service-s-table", expected="rows of notifications, nothing else", saw=saw)
            raise
        one = "one notification.sent or one notification.failed"
        strange = [body for body in told if not body.name.startswith("notification.")]
        expect(not strange, "speaks-for-another", expected=one, saw=said(told))
        if not told and await acts_on_events(answer, handle, book):
            saw = "nothing; but when order.confirmed is told, your function sets to work"
            expect(False, "listens-around-the-mediator", expected=one, saw=saw)
        expect(len(told) == 1, "wrong-answer", expected=one, saw=said(told))
        async with book() as session:
            return told[0], await session.get(NotificationRow, (command.order_id, command.body.template))

    return send


async def acts_on_events(answer, handle, book):
    """Say whether the function does anything when Order tells of a confirmation, which nobody has asked it to."""
    box = Box()
    try:
        told = await handle(book, answer.send_notification, message(OrderConfirmed(order_id=new_order_id())), box)
    except Exception:  # noqa: BLE001  whatever it is, it has set to work
        return True
    return bool(told or box.letters)


@pytest.mark.task(1)
async def test_the_customer_is_told_and_that_is_answered(send, expect):
    for template in random.sample(TEMPLATES, 3):
        command, box = asked(template), Box()
        want = command.body
        told, row = await send(command, box)
        times = f"{len(box.letters)} letters"
        expect(box.letters, "not-told", expected="one letter", saw="none")
        expect(len(box.letters) == 1, "told-twice", expected="one letter", saw=times)
        address, text = box.letters[0]
        expect(address == want.email, "to-the-wrong-address", expected=want.email, saw=repr(address))
        lacking = [part for part in (want.customer_name, want.order_id, want.reason) if part not in text]
        expect(not lacking, "text-wrong", expected=f"a text with {', '.join(lacking)} in it", saw=text)
        other = "money back" in text
        fits = other == (template == "cancelled") and not set("{=") & set(text)
        expect(fits, "text-wrong", expected=f"the text for {template!r}, filled in", saw=text)
        kept = row and (row.status, row.reason) == ("sent", "")
        expect(kept, "not-in-the-book", expected="a row that says 'sent', and no reason", saw=status(row))
        right = NotificationSent(order_id=want.order_id, template=template)
        expect(told == right, "wrong-answer", expected=repr(right), saw=repr(told))


def status(row):
    return f"one that says {row.status!r}, {row.reason!r}" if row else "no row"


@pytest.mark.task(2)
async def test_a_full_letter_box_is_an_answer(send, expect):
    for template in TEMPLATES:
        command, error = asked(template), full()
        right = NotificationFailed(order_id=command.order_id, template=template, reason=str(error))
        try:
            told, row = await send(command, Box(error))
        except Undeliverable:
            saw = f"Undeliverable: {error}"
            expect(False, "failure-is-an-error", expected="one notification.failed", saw=saw)
        address = command.body.email
        told_all = f"{told!r} and a row that says {row.reason!r}" if row else repr(told)
        expect(address not in told_all, "address-in-the-answer", expected=f"the reason: {error}", saw=told_all)
        expect(told == right, "wrong-answer", expected=repr(right), saw=repr(told))
        kept = row and (row.status, row.reason) == ("failed", str(error))
        expect(kept, "not-in-the-book", expected=f"a row that says 'failed', {str(error)!r}", saw=status(row))


@pytest.mark.task(3)
async def test_any_other_error_reaches_the_caller(send, expect):
    for error in (ConnectionError("the post office is on fire"), KeyError("a mistake in somebody's lines")):
        try:
            told, _ = await send(asked("confirmed"), Box(error))
        except type(error):
            continue
        expect(False, "error-hidden", expected=f"{type(error).__name__}, raised to the caller", saw=told.name)


@pytest.mark.task(4)
async def test_asked_again_nobody_is_told_twice(send, expect):
    for before, after in ((None, None), (None, full()), (full(), None)):
        command, first, second = asked("confirmed"), Box(before), Box(after)
        told, _ = await send(command, first)
        again, _ = await send(message(command.body), second)
        expect(not second.letters, "told-twice", expected="no second letter", saw=f"{len(second.letters)} more")
        expect(again == told, "another-answer", expected=f"the same answer: {told!r}", saw=repr(again))
        later = asked("cancelled", command.order_id)
        box = Box()
        told, row = await send(later, box)
        other = isinstance(told, NotificationSent) and told.template == "cancelled" and box.letters and row
        saw = f"{len(box.letters)} letters, {told!r}"
        expect(other, "second-letter-lost", expected="confirmed, then cancelled: two letters", saw=saw)


@pytest.mark.task(5)
async def test_the_address_goes_into_the_letter_box_and_nowhere_else(send, expect):
    for error in (None, full()):
        command = asked(random.choice(TEMPLATES))
        with overheard() as heard:
            await send(command, Box(error))
        lines = [line for line in heard.getvalue().splitlines() if command.body.email in line]
        saw = lines[0] if lines else ""
        expect(not lines, "address-in-the-log", expected="no line that has the address in it", saw=saw)


@pytest.mark.task(6)
async def test_a_get_lists_what_the_customer_was_told(answer, book, served, expect):
    ours, others = new_order_id(), new_order_id()
    kept = {
        (ours, "confirmed", "sent", ""),
        (ours, "cancelled", "failed", str(full())),
        (others, "rejected", "sent", ""),
    }
    async with book.begin() as session:
        session.add_all(
            NotificationRow(order_id=order, template=template, status=how, reason=why)
            for order, template, how, why in kept
        )
    async with served("notification", sessions=book, read_notifications=answer.read_notifications) as http:
        found = await http.get(f"/notifications/{ours}")
        nothing = await http.get(f"/notifications/{new_order_id()}")
    told = found.json() if found.status_code == 200 else []
    listed = {(one["order_id"], one["template"], one["status"], one["reason"]) for one in told}
    right = {one for one in kept if one[0] == ours}
    saw = words(listed) if told else f"{found.status_code}, nothing listed"
    expect(listed == right and len(told) == 2, "get-wrong", expected=words(right), saw=saw)
    expect(nothing.status_code == 404, "get-wrong", expected="404 for an order nobody was told of", saw=nothing.text)


def words(listed):
    return "; ".join(f"{template} {how} {why}".strip() for _, template, how, why in sorted(listed))


def order():
    return OrderCreated(
        order_id=new_order_id(),
        customer_id="cus-gus",
        customer_name="Gus",
        email="gus@bounces.example",
        ship_to="Hull",
        card="card-ok",
        lines=(OrderLine(sku="mug", quantity=1, unit_cents=1250),),
        total_cents=1250,
    )


@pytest.mark.task(7)
def test_whatever_is_answered_the_order_goes_its_way(mediator, expect, tell):
    one = order()
    failed = NotificationFailed(order_id=one.order_id, template="confirmed", reason="full")
    sent = NotificationSent(order_id=one.order_id, template="confirmed")
    states = [state for state in State if state is not State.NEW]
    for state in states:
        for body, finding in ((failed, "failure-stops-the-order"), (sent, "order-waits-for-a-letter")):
            decision = mediator.story(one, state).hear(body)
            stays = f"on {body.name}, {state} stays {state} and says nothing"
            saw = f"{decision.to}, saying {said(decision.commands)}"
            expect(decision.to is state and not decision.commands, finding, expected=stays, saw=saw)
    for state in states:
        for body in (failed, sent):
            decision = mediator.story(one, state).hear(body)
            expected = f"a row for {body.name} in {state}"
            expect(decision.kind == "no-op", "answer-surprises", expected=expected, saw="unexpected: no row fits")
    tell("The garage: with the number busy, the car is fetched all the same. No row waits for the call.")
