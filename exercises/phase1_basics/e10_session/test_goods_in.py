"""The check of exercise 10. Each test is one numbered line of 'Your task', on a database of its own.

What your function has done is asked through another session, as everybody else in the shop would.
"""

import asyncio
import random

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IllegalStateChangeError, IntegrityError, InvalidRequestError, ResourceClosedError
from sqlalchemy.ext.asyncio import async_sessionmaker

from lab.shop.contracts import PRODUCTS, Item
from lab.shop.services.inventory.tables import Base, Shelf

pytestmark = pytest.mark.anyio

FINDINGS = {
    "no-commit": {
        "why": "Only your own session has seen the change. A transaction that nobody commits is undone when its "
        "session is closed, without an error and without a word in any log.",
        "look": "TODO 5: `await session.commit()`, after the loop. `flush` only sends; it does not end anything.",
    },
    "wrong-count": {
        "why": "The shop sells what `available` says. Too few, and pieces lie there unsold; too many, and somebody has "
        "paid for a mug that is not there.",
        "look": "TODO 4: add item.quantity to what lies there already, once for every line. Leave the other columns.",
    },
    "no-new-shelf": {
        "why": "session.get says None when there is no such row. That is how every product begins.",
        "look": "TODO 3: make a Shelf with nothing on it, Shelf(sku=…, available=0), and hand it to the session: "
        "session.add(…). A number that you leave out is None until it is stored.",
    },
    "second-shelf": {
        "why": "The sku is the table's key: there is one shelf for a product. `add` makes a new row, always.",
        "look": "TODO 2 and 3: get first; add only what is not there.",
    },
    "half-kept": {
        "why": "Half a delivery is on the shelves. Whoever sees the error sends the whole once more, and the first "
        "half lies there twice.",
        "look": "One session, and one commit after the last line. 'The idea', first picture.",
    },
    "error-hidden": {
        "why": "The caller believes that the goods are there, and nobody will look for them.",
        "look": "No try around it: leaving `async with` undoes what was begun, and the error passes on.",
    },
    "one-session-two-tasks": {
        "why": "A session is one conversation with the database. When two talk at once, neither knows whose answer "
        "comes, and whose commit ends what.",
        "look": "A session of its own for each call, opened inside it; and in it one line after the other: no gather.",
    },
    "left-open": {
        "why": "The session still holds its connection, and after an error an open transaction with it. Others "
        "wait for it, until there is none left for anybody.",
        "look": "TODO 1: `async with sessions() as session:` closes it in any case.",
    },
}

SHARED = (InvalidRequestError, IllegalStateChangeError, ResourceClosedError)
"""What SQLAlchemy says when two talk at once in one session."""


class Sessions(async_sessionmaker):
    """Makes sessions, as it does in the shop, and counts them."""

    made = 0

    def __call__(self, **options):
        self.made += 1
        return super().__call__(**options)


class Storehouse:
    """Inventory's shelves: filled by this check, changed by the learner's function, read through another session.

    open: how many connections were in use when the learner's function had ended.
    """

    def __init__(self, engine, call, expect, receive):
        self.sessions, self._engine = Sessions(engine, expire_on_commit=False), engine
        self._call, self._expect, self._receive = call, expect, receive
        self._readers = async_sessionmaker(engine.execution_options(read_only=True))  # a reader waits for no lock
        self.open = 0

    async def fill(self, *shelves):
        async with self.sessions() as session:
            session.add_all(shelves)
            await session.commit()

    async def shelves(self):
        """By product: what is free, what is set aside, what is sold."""
        async with self._readers() as session:
            rows = await session.scalars(select(Shelf))
            return {row.sku: (row.available, row.reserved, row.committed) for row in rows}

    async def receive(self, *delivery):
        """Let the learner's function take in a delivery: pairs of sku and pieces."""
        await self._watched(self._call(self._receive, self.sessions, items(delivery)), calls=1)

    async def receive_together(self, *deliveries):
        """The same with several deliveries at once, a call for each."""

        async def all_of_them():
            await asyncio.gather(*(self._receive(self.sessions, items(one)) for one in deliveries))

        await self._watched(self._call(all_of_them), calls=len(deliveries))

    async def _watched(self, work, *, calls):
        expected, before = "a session of its own for each call, used by one task", self.sessions.made
        try:
            await work
        except SHARED as error:
            saw = short(error)
            shared = "concurrent" in saw or "in progress" in saw or "closed" in saw
            self._expect(not shared, "one-session-two-tasks", expected=expected, saw=saw)
            raise
        finally:
            self.open = self._engine.pool.checkedout()
        saw = f"{self.sessions.made - before} made for {calls} calls: an older one was used once more"
        self._expect(self.sessions.made - before >= calls, "one-session-two-tasks", expected=expected, saw=saw)


def items(delivery):
    """A delivery as the shop has it. Not validated: one of this check's has a typing error in it."""
    return [Item.model_construct(sku=sku, quantity=pieces) for sku, pieces in delivery]


def short(error):
    """The first sentence of what SQLAlchemy says."""
    return str(error).split("\n")[0].split(". ")[0][:160]


@pytest.fixture
async def house(answer, call, database, expect):
    async with database(Base.metadata) as sessions:
        yield Storehouse(sessions.kw["bind"], call, expect, answer.receive_goods)


def said(shelves):
    return ", ".join(f"{sku} {free}" for sku, (free, *_) in sorted(shelves.items())) or "no shelf at all"


@pytest.mark.task(1)
async def test_a_delivery_is_on_the_shelves_for_everybody_to_see(house, expect):
    rng = random.Random()
    skus = rng.sample(list(PRODUCTS), 3)
    before = {sku: (rng.randint(5, 400), rng.randint(1, 9), rng.randint(1, 9)) for sku in skus}
    await house.fill(*(Shelf(sku=sku, available=a, reserved=r, committed=c) for sku, (a, r, c) in before.items()))
    delivery = [(sku, rng.randint(1, 99)) for sku in rng.sample(skus, 2)]
    try:
        await house.receive(*delivery)
    except IntegrityError as error:
        saw = short(error)
        expect("UNIQUE" not in saw, "second-shelf", expected="the product's one shelf, changed", saw=saw)
        raise
    after, added = await house.shelves(), dict(delivery)
    wanted = {sku: (a + added.get(sku, 0), r, c) for sku, (a, r, c) in before.items()}
    expect(after != before, "no-commit", expected=said(wanted), saw=f"{said(after)}, as before your function ran")
    saw = said(after) if said(after) != said(wanted) else "another number in `reserved` or `committed`"
    expect(after == wanted, "wrong-count", expected=said(wanted), saw=saw)
    expect(not house.open, "left-open", expected="no connection in use when your function has returned", saw="one")


@pytest.mark.task(2)
async def test_a_product_that_has_no_shelf_gets_one(house, expect):
    rng = random.Random()
    old, new, other = rng.sample(list(PRODUCTS), 3)
    await house.fill(Shelf(sku=old, available=7))
    pieces = [rng.randint(1, 99) for _ in range(4)]
    expected = {old: (7 + pieces[1], 0, 0), new: (pieces[0] + pieces[2], 0, 0), other: (pieces[3], 0, 0)}
    try:
        await house.receive(*zip((new, old, new, other), pieces, strict=True))
    except (AttributeError, TypeError) as error:
        expect("NoneType" not in str(error), "no-new-shelf", expected=f"a shelf for {new}", saw=f"{error}")
        raise
    except IntegrityError as error:
        saw = short(error)
        expect("UNIQUE" not in saw, "second-shelf", expected=f"one shelf for {new}, which comes in two lines", saw=saw)
        raise
    after = await house.shelves()
    missing = sorted(expected.keys() - after.keys())
    expect(not missing, "no-new-shelf", expected=said(expected), saw=said(after))
    expect(after == expected, "wrong-count", expected=f"{said(expected)} ({new} comes in two lines)", saw=said(after))


async def refused(house):
    """Let a delivery fail in its middle; return what was on the shelves before and is after, and the error."""
    rng = random.Random()
    first, bad, last, new = rng.sample(list(PRODUCTS), 4)
    await house.fill(*(Shelf(sku=sku, available=rng.randint(5, 400)) for sku in (first, bad, last)))
    before, error = await house.shelves(), None
    delivery = [(first, rng.randint(1, 99)), (new, 3), (bad, -500), (last, rng.randint(1, 99))]
    try:
        await house.receive(*delivery)
    except IntegrityError as found:
        error = found
    return before, await house.shelves(), error, ", ".join(f"{pieces} × {sku}" for sku, pieces in delivery)


@pytest.mark.task(3)
async def test_when_one_line_is_refused_no_shelf_changes(house, expect):
    before, after, _, delivery = await refused(house)
    expected = f"after {delivery} all as before: {said(before)}"
    expect(after == before, "half-kept", expected=expected, saw=said(after))


@pytest.mark.task(4)
async def test_and_the_caller_gets_the_error(house, expect):
    _, _, error, delivery = await refused(house)
    expected = f"the database's error for {delivery}: less than nothing cannot lie on a shelf"
    expect(error, "error-hidden", expected=expected, saw="a normal return")


@pytest.mark.task(5)
async def test_what_was_opened_is_closed_and_each_call_has_its_own(house, expect, tell):
    *_, error, delivery = await refused(house)
    expected = f"no connection in use when your function has raised its error, for {delivery}"
    expect(not house.open, "left-open", expected=expected, saw="one, with its transaction open")
    del error
    before = await house.shelves()
    one, other = sorted(before)[:2]
    await house.receive_together([(one, 3), (other, 4)], [(other, 5), (one, 6)])
    wanted = before | {one: (before[one][0] + 9, 0, 0), other: (before[other][0] + 9, 0, 0)}
    after = await house.shelves()
    expect(after == wanted, "wrong-count", expected=f"{said(wanted)}, after two deliveries at once", saw=said(after))
    tell("The delivery with a typing error in it was -500 pieces. No shelf changed, and the next two went through.")
