"""The check of exercise 12. Each test is one numbered line of 'Your task'. It runs on PostgreSQL.

SQLite lets one transaction write at a time, so nobody can race there. PostgreSQL lets all of them in at once, and the
race of test 4 leaves nothing to luck: no buyer may change a shelf before every buyer has looked at it.
"""

import random
from datetime import UTC, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from lab.shop.contracts import (
    PRODUCTS,
    InventoryCheck,
    InventoryChecked,
    Item,
    Message,
    ShelfLine,
    StockView,
    new_order_id,
)
from lab.shop.services.inventory.tables import Base, Reservation, Shelf

pytestmark = pytest.mark.anyio

FINDINGS = {
    "every-shelf": {
        "why": "UPDATE without a WHERE changes every row there is: the customer wanted a mug, and all shelves paid.",
        "look": "TODO 2: where(Shelf.sku == …, …) says which shelf is meant.",
    },
    "shelf-wrong": {
        "why": "What was ever put on a shelf is available + reserved + committed. A piece that leaves one of the "
        "numbers must come into another, or the shop has lost it.",
        "look": "TODO 2: values(available=…, reserved=…), both in the same statement, by the line's quantity.",
    },
    "nobody-noted": {
        "why": "The shelf knows how many pieces are set aside, but not for whom. Without the note nobody can put them "
        "back, and nobody recognises the same command when it comes a second time.",
        "look": "TODO 4: session.add(Reservation(…)), one for each line.",
    },
    "answer-wrong": {
        "why": "What you return becomes the answer to the mediator. After a no it rejects the order, and what lies "
        "aside for it lies there for ever.",
        "look": "TODO 4: `return True` when all is set aside, behind the loop. TODO 3: `return False` when it is not.",
    },
    "less-than-nothing": {
        "why": "Your UPDATE took pieces that were not there. Only the table's own rule (never less than nothing) held "
        "it up, with an error. Not having enough is an ordinary answer, and the order waits for it.",
        "look": "TODO 2: where(…) can ask both: which shelf, and whether enough is there.",
    },
    "out-of-stock-raised": {
        "why": "That something is sold out happens every day: it is an answer. An exception says that something is "
        "broken. The shop then undoes all, sends nothing, and the order waits for an answer that never comes.",
        "look": "TODO 3: note the no, and `return False`.",
    },
    "partial-kept": {
        "why": "The customer gets none of it, and part of it stays set aside for the order: nobody will ever ask for "
        "those pieces, and nobody else can have them.",
        "look": "TODO 1 and 3: `await savepoint.rollback()` puts back what was taken since. Hint 2.",
    },
    "no-forgotten": {
        "why": "Messages can come twice. The first no has rejected the order; when new goods have come meanwhile, the "
        "second answer would set pieces aside for an order that is over.",
        "look": "TODO 3: a Reservation with status='refused' for each line, made after the rollback.",
    },
    "looked-then-took": {
        "why": "Between your look at the shelf and your UPDATE there is a moment, and in it all others have looked, "
        "too. Each has seen the same last piece. A lock in your program does not help: there are others of it.",
        "look": "TODO 2: let the UPDATE itself ask, in its WHERE, and see whether it changed a row. 'The idea'.",
    },
    "empty-handed": {
        "why": "Pieces were there, and buyers were sent away. That somebody else was faster by a moment does not mean "
        "that nothing is left.",
        "look": "TODO 2: ask whether *enough* is there, not whether all is still as you saw it; and wait your turn.",
    },
    "view-wrong": {
        "why": "Whoever asks wants the shelf as it is: free, set aside, sold. Together they are all there ever was.",
        "look": "TODO 5: StockView(sku=…, available=…, reserved=…, committed=…), each from the shelf.",
    },
    "no-such-shelf": {
        "why": "The shop makes a 404 of None: 'there is no such product'. Anything else becomes a 500, or a product "
        "that is not for sale.",
        "look": "TODO 5: session.get(Shelf, sku) gives None where there is no row. Hand it on.",
    },
}

PIECES, BUYERS = 10, 50
BUGS = (AttributeError, TypeError, NameError, LookupError, AssertionError, NotImplementedError)
"""What Python raises for a slip, and nobody to say 'sold out'."""


def check_of(lines, order_id=None):
    """An inventory.check as it reaches Inventory: for an order, so many of each product."""
    body = InventoryCheck(
        order_id=order_id or new_order_id(),
        lines=tuple(Item(sku=sku, quantity=quantity) for sku, quantity in lines.items()),
    )
    return Message(id=f"msg-{body.order_id}", body=body, source="/shop/mediator", time=datetime.now(UTC),
                   correlation_id=f"msg-{body.order_id}")  # fmt: skip


async def put(sessions, available):
    """Put so many pieces of each product on its shelf."""
    async with sessions.begin() as session:
        for sku, pieces in available.items():
            await session.merge(Shelf(sku=sku, available=pieces, reserved=0, committed=0))


async def shelves(sessions):
    """Each shelf: what is free, and what is set aside."""
    async with sessions() as session:
        rows = (await session.scalars(select(Shelf).order_by(Shelf.sku))).all()
        return {row.sku: (row.available, row.reserved) for row in rows}


async def reserved_for(sessions, order_id=None):
    """What is noted as set aside, for one order or for all: pieces by product."""
    wanted = select(Reservation).where(Reservation.status == "reserved")
    async with sessions() as session:
        rows = (await session.scalars(wanted if order_id is None else wanted.filter_by(order_id=order_id))).all()
    found = {}
    for row in rows:
        found[row.sku] = found.get(row.sku, 0) + row.quantity
    return found


def said(found):
    return "; ".join(f"{sku}: {free} free, {aside} set aside" for sku, (free, aside) in sorted(found.items()))


def listed(lines):
    return ", ".join(f"{number} × {sku}" for sku, number in sorted(lines.items())) or "nothing"


def some(seed):
    """Four products with some pieces each; an order for two of them. Every shelf has enough for both of its lines.

    So an UPDATE that asks whether enough is there, and forgets to say where, takes from every shelf, whatever the seed.
    """
    rng = random.Random(seed)
    stock = {sku: rng.randint(20, 60) for sku in rng.sample(sorted(PRODUCTS), 4)}
    wanted = {sku: rng.randint(2, 9) for sku in rng.sample(sorted(stock), 2)}
    return stock, wanted


def checked(command, outcome, **left):
    """The answer to a command: of the lines that it names, so many are left for others."""
    lines = tuple(
        ShelfLine(sku=one.sku, quantity=one.quantity, left=left[one.sku])
        for one in command.body.lines
        if one.sku in left
    )
    return InventoryChecked(order_id=command.order_id, outcome=outcome, lines=lines)


def spoken(told):
    """An answer in words: `out_of_stock: of 3 mug 2 left`."""
    lines = ", ".join(f"of {line.quantity} {line.sku} {line.left} left" for line in told.lines)
    return f"{told.outcome} for {told.order_id}: {lines or 'no lines'}"


@pytest.fixture
def reserve(answer, handle, expect):
    """Have a command handled, in a transaction of its own; return what was answered."""

    async def reserve(sessions, command):
        told = await handle(sessions, answer.reserve_stock, command)
        one = len(told) == 1 and isinstance(told[0], InventoryChecked)
        expect(one, "answer-wrong", expected="a list with one inventory.checked", saw=repr(list(told)))
        return told[0]

    return reserve


def after(stock, wanted):
    return {sku: (pieces - wanted.get(sku, 0), wanted.get(sku, 0)) for sku, pieces in stock.items()}


@pytest.mark.task(1)
async def test_all_lines_are_set_aside_for_the_order(reserve, database, expect, seed):
    stock, wanted = some(seed)
    command = check_of(wanted)
    async with database(Base.metadata) as sessions:
        await put(sessions, stock)
        told = await reserve(sessions, command)
        found, noted = await shelves(sessions), await reserved_for(sessions, command.order_id)
    right = after(stock, wanted)
    others = {sku: at for sku, at in found.items() if sku not in wanted}
    expect(
        all(right[sku] == at for sku, at in others.items()),
        "every-shelf",
        expected=f"only the shelves of {listed(wanted)} change",
        saw=f"nobody asked for these, and now: {said(others)}",
    )
    expect(found == right, "shelf-wrong", expected=said({sku: right[sku] for sku in wanted}),
           saw=said({sku: found[sku] for sku in wanted}))  # fmt: skip
    expect(noted == wanted, "nobody-noted", expected=f"noted for {command.order_id}: {listed(wanted)}",
           saw=f"noted for it: {listed(noted)}")  # fmt: skip
    yes = checked(command, "reserved", **{sku: right[sku][0] for sku in wanted})
    expect(told == yes, "answer-wrong", expected=f"True, so that the answer is {spoken(yes)}", saw=spoken(told))


@pytest.mark.task(2)
async def test_if_one_line_lacks_nothing_is_set_aside(reserve, database, expect, seed):
    stock, wanted = some(seed)
    first, last = sorted(wanted)  # the first one can be had, to the last piece; the last one lacks
    for lacks in ({last: stock[last] + 1}, {"zeppelin": 1}):
        (sku,) = lacks
        command = check_of({first: stock[first], **lacks})
        async with database(Base.metadata) as sessions:
            await put(sessions, stock)
            told = await answered(reserve(sessions, command), expect)
            found, noted = await shelves(sessions), await reserved_for(sessions)
        there = f"there are {stock.get(sku, 0)} × {sku}, and {lacks[sku]} were asked for"
        changed = {sku: at for sku, at in found.items() if at != (stock[sku], 0)}
        saw = f"{said(changed) or 'no shelf has changed'}; noted as reserved: {listed(noted)}"
        nothing = f"nothing set aside for this order ({there})"
        no = checked(command, "out_of_stock", **{sku: stock.get(sku, 0)})
        expect(told == no or changed, "answer-wrong", expected=f"{spoken(no)} ({there})", saw=spoken(told))
        expect(not changed and not noted, "partial-kept", expected=nothing, saw=saw)


async def answered(handling, expect):
    """Return the outcome of the answer. An error where a no was due is a finding of its own."""
    there_is_no = "an answer: `out_of_stock`"
    try:
        return await handling
    except IntegrityError as error:
        saw = f"{type(error).__name__}: {str(error.orig).splitlines()[0].rpartition(': ')[2]}"
        expect("not_negative" not in saw, "less-than-nothing", expected=there_is_no, saw=saw)
        saw += " (the notes of the lines before are still there)"
        expect("reservation" not in saw, "partial-kept", expected="nothing kept of an order that gets a no", saw=saw)
        raise
    except Exception as error:
        ours = isinstance(error, (*BUGS, SQLAlchemyError)) or type(error).__module__.startswith("lab.")
        expect(ours, "out-of-stock-raised", expected=there_is_no, saw=f"{type(error).__name__}: {error}")
        raise


@pytest.mark.task(3)
async def test_asked_a_second_time_it_answers_the_same(reserve, database, expect, seed):
    stock, wanted = some(seed)
    sku = max(wanted)
    yes, no = check_of(wanted), check_of({sku: stock[sku]})
    async with database(Base.metadata) as sessions:
        await put(sessions, stock)
        first = [(await reserve(sessions, one)).outcome for one in (yes, no)]
        async with sessions.begin() as session:  # a delivery: now there would be enough
            (await session.get(Shelf, sku)).available += stock[sku]
        before = await shelves(sessions)
        again = [(await reserve(sessions, one)).outcome for one in (yes, no)]
        noted, found = await reserved_for(sessions, no.order_id), await shelves(sessions)
    expect(first == ["reserved", "out_of_stock"], "answer-wrong", expected="`reserved`, then `out_of_stock`",
           saw=f"{' and '.join(map(str, first))}")  # fmt: skip
    expect(
        again[1] == "out_of_stock" and not noted,
        "no-forgotten",
        expected="first a no; after a delivery the same command once more: the same no",
        saw=f"`{again[1]}`, and set aside for it: {listed(noted)}",
    )
    expect(
        again[0] == "reserved" and found == before,
        "nobody-noted",
        expected=f"`reserved` again, and nothing more set aside: {said(before)}",
        saw=f"`{again[0]}`: {said(found)}",
    )


@pytest.mark.task(4)
@pytest.mark.timeout(40)
async def test_fifty_buyers_and_ten_pieces_ten_get_one(race, database, expect, tell):
    sku = random.choice(sorted(PRODUCTS))
    async with database(Base.metadata) as sessions:
        await put(sessions, {sku: PIECES})
        buyers = [check_of({sku: 1}) for _ in range(BUYERS)]
        ends = await race(sessions, "reserve_stock", buyers, table="shelf")
        found, noted = (await shelves(sessions))[sku], (await reserved_for(sessions)).get(sku, 0)
    for end in ends:
        if isinstance(end, Exception) and not isinstance(end, SQLAlchemyError):
            raise end
    failed = [end for end in ends if isinstance(end, Exception)]
    got = sum(end[0].outcome == "reserved" for end in ends if not isinstance(end, Exception))
    below = [error for error in failed if "not_negative" in str(error)]
    saw = f"{got} buyers were told `reserved`; noted: {noted}; the shelf: {found[0]} free, {found[1]} set aside"
    saw += f"; {len(failed)} ended with an error" if failed else ""
    promise = f"{PIECES} buyers get one, {BUYERS - PIECES} get a no; {PIECES} pieces are set aside, 0 are free"
    expect(
        not below and got <= PIECES and noted <= PIECES and sum(found) == PIECES,
        "looked-then-took",
        expected=f"{promise} (all {BUYERS} looked before the first one took)",
        saw=saw,
    )
    expect(got == PIECES and not failed, "empty-handed", expected=promise, saw=saw)
    tell(f"{BUYERS} buyers at once, {PIECES} pieces: {got} have one, {BUYERS - got} got a no, and the shelf adds up.")
    tell("`available - 1` is computed from the row as it is at that moment; a number that was read was true before.")


@pytest.mark.task(5)
async def test_a_shelf_can_be_looked_at(answer, call, database, expect, seed):
    rng = random.Random(seed)
    view = StockView(sku=rng.choice(sorted(PRODUCTS)), available=rng.randint(50, 90), reserved=rng.randint(20, 40),
                     committed=rng.randint(1, 9))  # fmt: skip
    async with database(Base.metadata) as sessions:
        async with sessions.begin() as session:
            session.add(Shelf(**view.model_dump()))
        async with sessions() as session:
            found = await call(answer.read_stock, session, view.sku)
            try:
                absent = await call(answer.read_stock, session, "zeppelin")
            except Exception as error:
                ours = isinstance(error, (*BUGS, SQLAlchemyError))
                saw = f"{type(error).__name__}: {error}"
                expect(ours, "no-such-shelf", expected="None: there is no zeppelin", saw=saw)
                raise
    expect(found == view, "view-wrong", expected=repr(view), saw=repr(found))
    expect(absent is None, "no-such-shelf", expected="None: there is no zeppelin", saw=repr(absent))
