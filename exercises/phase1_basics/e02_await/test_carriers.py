"""The check of exercise 2. Each test is one numbered line of 'Your task'. No clock: the carriers note what happens.

Whoever is asked waits until all others have been asked as well, and goes on after some turns of the event loop if
they never are. So "together" is seen for certain, and an answer that asks one after another still comes to an end.
"""

import asyncio
import random
import re

import pytest

from lab.shop.ports import Parcel, Quote

pytestmark = pytest.mark.anyio

FINDINGS = {
    "list-not-unpacked": {
        "why": "A list of coroutines is not a coroutine, and nothing in it has been started. gather() wants them one "
        "by one, as in gather(a, b, c).",
        "look": "The worked example, step 2: what does the star do there?",
    },
    "second-cook": {
        "why": "asyncio.run() starts an event loop of its own. There is one cook, and he is already cooking.",
        "look": "Inside an async function: `await`. TODO 2.",
    },
    "not-asked-once": {
        "why": "Whoever was not asked may have been the cheapest. And a house that is asked twice may say something "
        "else the second time.",
        "look": "One coroutine for each carrier, no more: TODO 1.",
    },
    "returned-too-early": {
        "why": "Some carriers were still thinking when your function returned. The fastest answer is not the cheapest "
        "offer.",
        "look": "TODO 2: wait until all have answered. Hint 3 names a call that does.",
    },
    "one-after-another": {
        "why": "An await in a loop waits for one answer before the next carrier is even asked. Three carriers that "
        "take a second each then take three seconds, and a hundred orders wait in line behind them.",
        "look": "'The idea', second picture: write all recipes first, then start them together. Hint 2.",
    },
    "no-key": {
        "why": "Python cannot tell which of two quotes is less: by its price, by its carrier's name?",
        "look": "TODO 4: `key=` says what is compared.",
    },
    "nothing-returned": {
        "why": "A function without return gives None, which here means 'nobody goes there'.",
        "look": "The last line: does it begin with `return`? And list.sort(), for one, has no value.",
    },
    "not-the-cheapest": {
        "why": "The shop pays for the parcel what the quote says. gather() gives the answers back in the sequence of "
        "its arguments, whoever was fast and whoever was cheap.",
        "look": "TODO 4: min() with key=…; and return the whole quote, with its name and its price.",
    },
    "none-not-left-out": {
        "why": "None is how a carrier says 'I do not go there'. That happens every day, and a None has no price.",
        "look": "TODO 3: keep only what `is not None`, before you compare.",
    },
    "nobody-goes-there": {
        "why": "That nobody goes there is an answer: the shop then cancels the order and gives the money back. An "
        "error, or an invented quote, leaves a customer who has paid without a parcel and without money.",
        "look": "TODO 4: what does min() do with nothing? Its argument default=… says what it shall give then.",
    },
    "error-hidden": {
        "why": "A carrier that could not be asked has not said no. If none can be reached for a minute, your function "
        "would say 'nobody goes there', and the shop would cancel orders that it could deliver.",
        "look": "Do nothing about it: without try and without return_exceptions, gather() passes the error on.",
    },
}

NAMES = ("Swift Parcels", "Turtle Post", "Road & Rail", "Bluebird", "Nine to Five", "Harbour Line", "Ox and Cart")
BY_PRICE = ((1, 0, 3, 2), (1, 2, 0, 3), (1, 3, 0, 2), (2, 0, 1, 3), (2, 0, 3, 1), (2, 3, 0, 1))
"""Sequences of four carriers, 0 is the cheapest and 3 the dearest: neither comes first, and the cheapest never last."""
PATIENCE = 50  # turns of the event loop for which a carrier waits until the others have been asked, too
NO_COROUTINE = re.compile(
    r"unhashable type: '(list|set)'|awaitable is required|coroutine was expected|bad yield"
    r"|'?(list|tuple|generator)'?( object)? can't be (used in 'await'|awaited)"
)
SECOND_LOOP = re.compile(r"from a running event loop|event loop is (already )?running|another loop is running")
NO_KEY = re.compile(r"'[<>]' not supported between instances of 'Quote' and 'Quote'")
MISREAD = (
    (NO_COROUTINE, "list-not-unpacked", "coroutines, one by one"),
    (SECOND_LOOP, "second-cook", "`await`, inside an async function"),
    (NO_KEY, "no-key", "quotes compared by their price"),
)
"""Python's own errors that say one thing alone here: their words, the finding, and what was expected."""

ANSWERS = (
    "The bakery, with `[await recipe …]`: rye in, rye out, baguette in, baguette out, roll in, roll out.",
    "Carriers that take 10, 15 and 12 thousandths: together 15, as long as the slowest. In a loop 37, all of them.",
)
"""To the two questions that the lesson asks and leaves to the reader."""


class Unreachable(Exception):
    """What a carrier of this check raises when its line is dead."""


class Market:
    """The carriers of one question, and what was seen of them: who was asked, how many at once, who has answered."""

    def __init__(self, *carriers, pieces=1):
        self.carriers = carriers
        self.parcel = Parcel("ord-7F3K", "Leeds", pieces)
        self.asked, self.answered = [], []
        self.at_once = self.most_at_once = 0
        for carrier in carriers:
            carrier.market = self

    @property
    def all_asked_together(self):
        return self.most_at_once == len(self.carriers)

    @property
    def cheapest(self):
        return min((one.offer for one in self.carriers if one.offer), key=lambda offer: offer.price_cents)

    @property
    def dearest(self):
        return max((one.offer for one in self.carriers if one.offer), key=lambda offer: offer.price_cents)


class Carrier:
    """A carrier that thinks for some turns of the loop, then gives its price, None, or an error."""

    def __init__(self, name, cents=None, turns=1):
        self.name, self.cents, self.turns, self.fails = name, cents, turns, False
        self.market = Market()

    @property
    def offer(self):
        return None if self.cents is None else Quote(self.name, self.cents + 10 * self.market.parcel.pieces)

    async def quote(self, parcel):
        assert parcel.ship_to, "a carrier must know where the parcel goes"
        market = self.market
        market.asked.append(self.name)
        market.at_once += 1
        market.most_at_once = max(market.most_at_once, market.at_once)
        try:
            await self.think()
        finally:
            market.at_once -= 1
        market.answered.append(self.name)
        if self.fails:
            raise Unreachable(f"{self.name} does not answer the telephone")
        return self.offer

    async def think(self):
        for _ in range(PATIENCE):
            if self.market.all_asked_together:
                break
            await asyncio.sleep(0)
        for _ in range(self.turns):
            await asyncio.sleep(0)


def market_of_four(seed, *, silent=0, failing=0):
    """Other names and prices for every seed. silent: so many do not go there. failing: so many cannot be reached."""
    rng = random.Random(seed)
    prices = sorted(rng.sample(range(290, 990), 4))
    names = rng.sample(NAMES, 4)
    row = [
        Carrier(name, prices[rank], rng.randint(1, 9)) for name, rank in zip(names, rng.choice(BY_PRICE), strict=True)
    ]
    for carrier in rng.sample(row, silent):
        carrier.cents = None
    for carrier in rng.sample(row, failing):
        carrier.fails = True
    return Market(*row, pieces=rng.randint(1, 9))


def said(quote):
    """A quote in words: `the quote of Turtle Post, 512 cents`; anything else as Python shows it."""
    return f"the quote of {quote.carrier}, {quote.price_cents} cents" if isinstance(quote, Quote) else repr(quote)


def listed(names):
    return ", ".join(names) or "nobody"


@pytest.fixture
def ask(answer, call, expect):
    """Call the learner's function on a market. Some of Python's errors are hard to read: their meaning is told."""

    async def ask(market):
        try:
            return await call(answer.choose_carrier, market.carriers, market.parcel)
        except (TypeError, RuntimeError) as error:
            for words, finding, expected in MISREAD:
                saw = f"{type(error).__name__}: {error}"
                expect(not words.search(str(error)), finding, expected=expected, saw=saw)
            raise

    return ask


@pytest.mark.task(1)
async def test_every_carrier_is_asked_once_and_its_answer_waited_for(ask, call, expect, seed):
    market = market_of_four(seed)
    await ask(market)
    answered = list(market.answered)  # at this very instant: nothing has run since the function returned
    await call.settle()
    names = [carrier.name for carrier in market.carriers]
    expect(
        sorted(market.asked) == sorted(names),
        "not-asked-once",
        expected=f"each asked once: {listed(names)}",
        saw=f"asked: {listed(market.asked)}",
    )
    expect(
        len(answered) == len(names),
        "returned-too-early",
        expected=f"{len(names)} answers before your function returns",
        saw=f"it returned when {listed(answered)} had answered; the others were still thinking",
    )


@pytest.mark.task(2)
async def test_all_are_asked_together(ask, expect, seed):
    market = market_of_four(seed)
    await ask(market)
    expect(
        market.all_asked_together,
        "one-after-another",
        expected=f"{len(market.carriers)} carriers thinking at the same time",
        saw=f"at most {market.most_at_once} at a time, in this sequence: {listed(market.asked)}",
    )


@pytest.mark.task(3)
async def test_the_cheapest_quote_is_returned(ask, expect, seed):
    market = market_of_four(seed)
    chosen = await ask(market)
    told = {one.offer: f", number {number} of the list" for number, one in enumerate(market.carriers, 1)}
    told |= {market.dearest: ", the dearest"}
    where = told.get(chosen, "") if isinstance(chosen, Quote) else ""
    expect(chosen is not None, "nothing-returned", expected=said(market.cheapest), saw="None")
    expect(chosen == market.cheapest, "not-the-cheapest", expected=said(market.cheapest), saw=f"{said(chosen)}{where}")


@pytest.mark.task(4)
async def test_a_carrier_that_does_not_go_there_is_left_out(ask, expect, seed):
    market = market_of_four(seed, silent=2)
    try:
        chosen = await ask(market)
    except (AttributeError, TypeError) as error:
        expect("NoneType" not in str(error), "none-not-left-out", expected=said(market.cheapest), saw=str(error))
        raise
    expect(chosen == market.cheapest, "none-not-left-out", expected=said(market.cheapest), saw=said(chosen))


@pytest.mark.task(4)
async def test_when_nobody_goes_there_the_answer_is_none(ask, expect):
    for carriers in (4, 1, 0):
        try:
            chosen = await ask(Market(*map(Carrier, NAMES[:carriers])))
        except (ValueError, TypeError, AttributeError, LookupError) as error:
            chosen = error
        expect(
            chosen is None,
            "nobody-goes-there",
            expected=f"None: of {carriers} carriers none goes there",
            saw=f"{type(chosen).__name__}: {chosen}" if isinstance(chosen, Exception) else said(chosen),
        )


@pytest.mark.task(5)
async def test_the_error_of_a_carrier_reaches_the_caller(ask, call, expect, tell, seed):
    market = market_of_four(seed, failing=1)
    try:
        saw = said(await ask(market))
    except Exception as error:
        if not of_a_carrier(error):
            raise
        saw = ""
    await call.settle()
    expect(not saw, "error-hidden", expected="the carrier's error, raised to the caller", saw=saw)
    for line in ANSWERS:
        tell(line)


def of_a_carrier(error):
    """Say whether a carrier's error is in there: alone, in a group (as TaskGroup raises it), or as the cause."""
    if error is None or isinstance(error, Unreachable):
        return error is not None
    return of_a_carrier(error.__cause__) or any(map(of_a_carrier, getattr(error, "exceptions", ())))
