"""The check of exercise 13. Each test is one numbered line of 'Your task'. The bank is the check's own."""

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
from sqlalchemy.exc import SQLAlchemyError

from lab.shop.contracts import Message, PaymentProcess, PaymentProcessed, PaymentView, new_order_id
from lab.shop.ports import BankAnswer
from lab.shop.services.payment.tables import Base, PaymentRow

pytestmark = pytest.mark.anyio

FINDINGS = {
    "not-charged": {
        "why": "The customer gets goods, and nobody has paid for them.",
        "look": "TODO 2: await bank.charge(…), when your book has no row of this order.",
    },
    "charged-again": {
        "why": "Messages can come twice. The customer pays twice for one order, and finds out at the end of the month.",
        "look": "TODO 1: if your own book has a row of this order, do not ask the bank at all.",
    },
    "key-of-the-moment": {
        "why": "Your row was lost with the transaction, but the bank keeps what it has booked. With another key the "
        "repeat looks like a new payment, and the customer pays twice.",
        "look": "TODO 2: the key must be the same when the same command comes again. What of it never changes? Hint 3.",
    },
    "amount-changed": {
        "why": "The customer has agreed to this amount, to the cent. Payment knows no prices and no rules; and a float "
        "cannot hold most amounts, so what goes through one loses a cent now and then.",
        "look": "TODO 2 and 3: hand on command.body.amount_cents as it is.",
    },
    "another-card": {
        "why": "It is the customer who says which card pays.",
        "look": "TODO 2: card=command.body.card.",
    },
    "answer-wrong": {
        "why": "After `approved` the mediator ships the goods, after `declined` it lets them go.",
        "look": "TODO 4: the outcome follows from what the bank said, and the amount and the reason stand in the row.",
    },
    "decline-raised": {
        "why": "That a card is refused happens every day: it is an answer. An exception says that something is broken. "
        "The shop then undoes all, sends nothing, and the order waits for an answer that never comes.",
        "look": "TODO 3 and 4: a no gets a row and an answer, as a yes does.",
    },
    "decline-ignored": {
        "why": "The bank has said no. Nobody has paid, and the goods leave the house.",
        "look": "TODO 3: what does answer.approved say?",
    },
    "book-wrong": {
        "why": "The book is what your answer to a repeat is made from. And whoever gives the money back one day looks "
        "here: how much, and under which key the bank knows it.",
        "look": "TODO 3: a PaymentRow with order_id, status, amount_cents, currency, reason and bank_key; then "
        "session.add().",
    },
    "silence-is-no-answer": {
        "why": "The bank has not said no: it has said nothing. Perhaps the money is taken. Whoever calls that a "
        "decline rejects an order that is paid for.",
        "look": "Do nothing about it: without try and except the error reaches whoever called. Phase 2 goes on there.",
    },
    "view-wrong": {
        "why": "A customer who asks wants to see what became of the payment, and no more than that.",
        "look": "TODO 5: a PaymentView, each of its five fields from the row.",
    },
    "no-such-payment": {
        "why": "The shop makes a 404 of None: 'there is no payment'. Anything else becomes a 500, or a payment that "
        "never was.",
        "look": "TODO 5: session.get(PaymentRow, order_id) gives None where there is no row. Hand it on.",
    },
}

LOSES_A_CENT = [cents for cents in range(1000, 20000) if int(cents / 100 * 100) != cents]
"""Amounts that do not survive the way through euros and back."""
REASONS = ("card refused", "limit reached", "card expired", "stolen card")
BUGS = (AttributeError, TypeError, NameError, LookupError, AssertionError, NotImplementedError)
"""What Python raises for a slip, and nobody to say 'declined'."""


class LineDead(TimeoutError):
    """What this check's bank raises when no answer comes."""


@dataclass
class Bank:
    """A bank with a book: a key that came before books nothing, and gets its first answer again."""

    no: str = ""
    silent: bool = False
    asked: list = field(default_factory=list)
    book: dict = field(default_factory=dict)

    async def charge(self, key, *, card, amount_cents):
        self.asked.append((card, amount_cents))
        if self.silent:
            raise LineDead("no answer came")
        answer, _, _ = self.book.setdefault(key, (BankAnswer(not self.no, self.no), card, amount_cents))
        return answer

    @property
    def taken(self):
        """All charges that were approved: card and amount."""
        return [(card, cents) for answer, card, cents in self.book.values() if answer.approved]


def processing(seed=None, like=None):
    """A payment.process as it reaches Payment; `like`: another command for the same order."""
    rng = random.Random(seed)
    body = like.body if like else PaymentProcess(
        order_id=new_order_id(),
        amount_cents=rng.choice(LOSES_A_CENT),
        currency=rng.choice(["CHF", "SEK"]),
        card=f"card-{rng.randint(1000, 9999)}",
    )  # fmt: skip
    id_ = f"msg-{random.randint(10**6, 10**7)}"
    return Message(id=id_, body=body, source="/shop/mediator", time=datetime.now(UTC), correlation_id="msg-1")


async def row_of(sessions, command):
    async with sessions() as session:
        return await session.get(PaymentRow, command.order_id)


def written(row):
    """A row of the book, in words."""
    if row is None:
        return "no row of this order"
    return f"{row.status}, {row.amount_cents} {row.currency}, reason {row.reason!r}, bank_key {row.bank_key!r}"


def answer_to(command, outcome, reason=""):
    asked = command.body
    return PaymentProcessed(order_id=asked.order_id, outcome=outcome, amount_cents=asked.amount_cents, reason=reason)


def spoken(told):
    return f"{told.outcome} for {told.order_id}, amount {told.amount_cents}, reason {told.reason!r}"


def money(charges):
    return " and ".join(f"{cents} cents from {card}" for card, cents in charges) or "nothing"


@pytest.fixture
def pay(answer, handle, expect):
    """Have a command handled, in a transaction of its own; return what was answered."""

    async def pay(sessions, command, bank):
        told = await handle(sessions, answer.take_payment, command, bank)
        one = len(told) == 1 and isinstance(told[0], PaymentProcessed)
        expect(one, "answer-wrong", expected="a list with one payment.processed", saw=repr(list(told)))
        return told[0]

    return pay


@pytest.mark.task(1)
async def test_the_amount_is_taken_from_the_card_once(pay, database, expect, seed):
    command, bank = processing(seed), Bank()
    async with database(Base.metadata) as sessions:
        await pay(sessions, command, bank)
    right = (command.body.card, command.body.amount_cents)
    expected = money([right])
    expect(bank.taken, "not-charged", expected=expected, saw="the bank was not asked")
    expect(len(bank.taken) == 1, "charged-again", expected=f"{expected}, once", saw=money(bank.taken))
    card, cents = bank.taken[0]
    expect(card == right[0], "another-card", expected=expected, saw=money(bank.taken))
    expect(cents == right[1] and type(cents) is int, "amount-changed", expected=expected, saw=money(bank.taken))


@pytest.mark.task(2)
async def test_a_yes_is_written_down_and_told(pay, database, expect, seed):
    command, bank = processing(seed), Bank()
    async with database(Base.metadata) as sessions:
        told, row = await pay(sessions, command, bank), await row_of(sessions, command)
    check_book(expect, row, command, bank, "captured")
    yes = answer_to(command, "approved")
    expect(told == yes, "answer-wrong", expected=spoken(yes), saw=spoken(told))


@pytest.mark.task(3)
async def test_a_no_is_written_down_and_told_as_well(pay, database, expect, tell, seed):
    command, bank = processing(seed), Bank(no=random.Random(seed).choice(REASONS))
    no = answer_to(command, "declined", bank.no)
    async with database(Base.metadata) as sessions:
        try:
            told = await pay(sessions, command, bank)
        except Exception as error:
            ours = isinstance(error, (*BUGS, SQLAlchemyError)) or type(error).__module__.startswith("lab.")
            expect(ours, "decline-raised", expected=f"an answer: {spoken(no)}", saw=f"{type(error).__name__}: {error}")
            raise
        row = await row_of(sessions, command)
    expect(told.outcome == "declined", "decline-ignored", expected=f"{spoken(no)} (the bank said no)", saw=spoken(told))
    check_book(expect, row, command, bank, "declined")
    expect(told == no, "answer-wrong", expected=spoken(no), saw=spoken(told))
    tell("A no with its reason is an answer: the mediator lets the goods go, and the customer learns why.")


def check_book(expect, row, command, bank, status):
    asked, (key,) = command.body, bank.book
    right = PaymentRow(status=status, amount_cents=asked.amount_cents, currency=asked.currency)
    right.reason, right.bank_key = bank.no, key
    expect(written(row) == written(right), "book-wrong", expected=written(right), saw=written(row))


@pytest.mark.task(4)
async def test_a_second_command_charges_nothing_and_is_answered_the_same(pay, database, expect, seed):
    for no in ("", random.Random(seed).choice(REASONS)):
        command, bank, again = processing(seed), Bank(no=no), []
        async with database(Base.metadata) as sessions:
            first = await pay(sessions, command, bank)
            once = bank.taken
            bank.no = ""  # meanwhile the card is good
            try:
                again = [await pay(sessions, one, bank) for one in (processing(like=command), command)]
            finally:  # two rows for one order are an error of the database's; that there are two charges comes first
                expected = f"charged in all: {money(once)}; answered each time: {spoken(first)}"
                saw = f"charged: {money(bank.taken)}; answered: {' | '.join(map(spoken, again)) or 'nothing'}"
                expect(bank.taken == once, "charged-again", expected=expected, saw=saw)
        expect(again == [first, first], "answer-wrong", expected=expected, saw=saw)


@pytest.mark.task(5)
async def test_when_the_row_was_lost_the_bank_knows_the_command_again(answer, call, pay, database, expect, tell):
    command, bank = processing(1), Bank()
    async with database(Base.metadata) as sessions:
        async with sessions() as session:  # the process dies before the commit: the bank has booked, the row is lost
            await call(answer.take_payment, command, session, bank)
        await pay(sessions, command, bank)
    expect(
        len(bank.taken) == 1,
        "key-of-the-moment",
        expected="charged once in all: the same command comes again, and the bank recognises its key",
        saw=f"charged: {money(bank.taken)}; the keys: {', '.join(map(repr, bank.book))}",
    )
    tell("The bank had booked, your row was lost, the command came again: the same key, so the money was taken once.")
    tell("A random number or the time would have been another key then; and an amount is not one order's alone.")


@pytest.mark.task(6)
async def test_when_the_bank_does_not_answer_the_caller_is_told(pay, database, expect):
    command, bank = processing(1), Bank(silent=True)
    async with database(Base.metadata) as sessions:
        saw = await silence(pay(sessions, command, bank))
        row = await row_of(sessions, command)
    expected = "the bank's error, raised to the caller, and no row"
    expect(not saw and row is None, "silence-is-no-answer", expected=expected, saw=saw or written(row))
    expect(len(bank.asked) == 1, "charged-again", expected="asked once", saw=f"asked {len(bank.asked)} times")


async def silence(paying):
    """Return "" when the bank's own error comes through, else what came instead."""
    try:
        return f"answered: {spoken(await paying)}"
    except Exception as error:
        if not of_the_bank(error):
            raise
        return ""


def of_the_bank(error):
    return error is not None and (isinstance(error, LineDead) or of_the_bank(error.__cause__))


@pytest.mark.task(7)
async def test_a_payment_can_be_looked_at(answer, call, database, expect):
    rng = random.Random(1)
    view = PaymentView(
        order_id=new_order_id(),
        status=rng.choice(["captured", "declined"]),
        amount_cents=rng.randint(100, 9999),
        currency="CHF",
        reason=rng.choice(REASONS),
    )
    async with database(Base.metadata) as sessions:
        async with sessions.begin() as session:
            session.add(PaymentRow(**view.model_dump(), card="card-1", bank_key="msg-1"))
        async with sessions() as session:
            found = await call(answer.read_payment, session, view.order_id)
            try:
                absent = await call(answer.read_payment, session, new_order_id())
            except Exception as error:
                ours, saw = isinstance(error, (*BUGS, SQLAlchemyError)), f"{type(error).__name__}: {error}"
                expect(ours, "no-such-payment", expected="None: nothing was asked for", saw=saw)
                raise
    expect(found == view, "view-wrong", expected=repr(view), saw=repr(found))
    expect(absent is None, "no-such-payment", expected="None: nothing was asked for", saw=repr(absent))
