"""A fault in the middle of some orders: where do they wait, and does it come right when it is over?"""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from lab.chaos.acts import deed_of
from lab.chaos.faults import Act, Fault
from lab.chaos.ledger import Ledger
from lab.chaos.noting import note
from lab.chaos.placing import Answer, customers, place_all
from lab.chaos.site import Site, service
from lab.shop.contracts import Message
from lab.shop.seen import Seen
from lab.shop.silence import owed
from lab.shop.story import Stories, Story
from lab.shop.tap import Tap
from lab.shop.units import BY_NAME
from lab.shop.waiting import Awaited
from lab.shop.wording import clean, plural, wrapped

QUIET_SECONDS: Final = 2.5
"""So long without a word, and an order waits. A carrier takes two seconds by itself."""
LOOK_SECONDS: Final = 12.0
"""At most, until who waits for whom is told."""
PATIENCE_SECONDS: Final = 15.0
"""So long without a word while every unit runs, and an order will never end."""
_LOOK: Final = 0.05


@dataclass(frozen=True, slots=True)
class Waiting:
    """Orders that stand at the same place. `ended`: for the customer all is over, and something is still owed."""

    why: tuple[Awaited, ...]
    orders: int
    ended: bool

    def text(self) -> str:
        """Say it in a sentence or two."""
        wait = "waits" if self.orders == 1 else "wait"
        where = "ended, with something still owed" if self.ended else wait
        return f"{plural(self.orders, 'order')} {where}. {owed(self.why)}"

    def as_object(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {
            "orders": self.orders,
            "ended": self.ended,
            "for": [{"unit": one.unit, "message": one.name} for one in self.why],
        }


@dataclass(frozen=True, slots=True)
class Middle:
    """What became of the orders. `ended`: how many, by ending; `never`: the orders that never did."""

    fault: Fault
    answers: tuple[Answer, ...]
    waited: tuple[Waiting, ...]
    ended: Counter[str]
    never: tuple[str, ...]
    hits: int  # how often the fault has really hit
    back_seconds: float  # from the end of the fault until the last order had ended, or was given up
    seconds: float

    def as_object(self) -> dict[str, Any]:
        """Return the numbers for programs."""
        accepted = sum(answer.accepted for answer in self.answers)
        return {
            "fault": self.fault.name,
            "unit": self.fault.unit,
            "orders": len(self.answers),
            "accepted": accepted,
            "refused": len(self.answers) - accepted,
            "waited": [waiting.as_object() for waiting in self.waited],
            "ended": dict(self.ended),
            "never_ended": list(self.never),
            "hits": self.hits,
            "seconds": round(self.seconds, 2),
        }

    def lines(self) -> list[str]:
        """Say what became of the orders."""
        total, known = self.ended.total(), ", ".join(f"{number} {ending}" for ending, number in self.ended.items())
        told = [f"ended: {total} of {total + len(self.never)}" + (f" ({known})" if known else "")]
        if not self.hits:
            told.append("The fault never hit: this has shown nothing about it.")
        if not self.never:
            return [*told, "", self._nothing_lost()]
        told.append(f"never ended, after {PATIENCE_SECONDS:.0f} seconds without a word: {len(self.never)}")
        return [*told, *(f"  uv run lab order show {clean(order_id, 40)}" for order_id in self.never)]

    def _nothing_lost(self) -> str:
        if self.fault.act is Act.KILL and self.fault.unit in BY_NAME:
            return f"Nothing is lost: what was meant for the {service(self.fault.unit)} waited on Kafka."
        return "Nothing is lost: every order that was accepted has ended."


@dataclass(slots=True)
class _Ears:
    """What Kafka tells of the orders."""

    stories: Stories = field(default_factory=Stories)

    def of(self, answers: Sequence[Answer]) -> list[Story]:
        """Return the stories of the orders that were accepted; one of which nobody has spoken is empty."""
        now = time.monotonic()
        return [self.stories.get(answer.order_id, 0, now) for answer in answers if answer.accepted]

    async def listen(self, tap: Tap) -> None:
        async for news in tap:
            if isinstance(news, Seen) and isinstance(news.message, Message):
                now, at_ms = time.monotonic(), news.record.timestamp_ms
                self.stories.get(news.message.order_id, at_ms, now).hear(news.message, at_ms, now)

    async def until_quiet(self, answers: Sequence[Answer], quiet: float, at_most: float) -> None:
        """Return when every order is settled, or nothing was said of any of them for `quiet` seconds."""
        began = time.monotonic()
        while time.monotonic() - began < at_most:
            stories = self.of(answers)
            heard_at = max([began, *(story.heard_at for story in stories)])
            if all(story.waits.settled for story in stories) or time.monotonic() - heard_at > quiet:
                return
            await asyncio.sleep(_LOOK)


def run(site: Site, fault: Fault, orders: int, ledger: Ledger) -> Middle:
    """Try it. Everything runs again when this returns."""
    return asyncio.run(_run(site, fault, orders, ledger))


async def _run(site: Site, fault: Fault, orders: int, ledger: Ledger) -> Middle:
    began, order_url = time.monotonic(), site.urls.url("order")
    async with _listening(site) as ears, customers() as client:

        def tell(answer: Answer) -> None:
            site.say(answer.text())

        there = site.there()
        answers = await place_all(client, order_url, (orders + 1) // 2, tell)
        deed, hits, at, begun = deed_of(site, fault), 0, time.time(), False
        try:
            site.say(await deed.begin())
            begun = True
            answers += await place_all(client, order_url, orders // 2, tell)
            await ears.until_quiet(answers, QUIET_SECONDS, LOOK_SECONDS)
            waited = _waiting(ears.of(answers))
            _tell_waiting(site, fault, waited, sum(answer.accepted for answer in answers))
        finally:
            back = time.monotonic()
            try:
                done = await deed.end()
                hits = done if begun else 0
            finally:
                note(ledger, fault, deed, hits=hits, at=at)
        await site.await_units(*there)
        await ears.until_quiet(answers, PATIENCE_SECONDS, PATIENCE_SECONDS * 4)
        now = time.monotonic()
        stories = ears.of(answers)
    ended = Counter(story.waits.ending for story in stories if story.waits.ending)
    never = tuple(story.order_id for story in stories if not story.waits.ending)
    told = Middle(fault, tuple(answers), waited, ended, never, hits, now - back, now - began)
    for line in told.lines():
        site.say(line)
    return told


@asynccontextmanager
async def _listening(site: Site) -> AsyncIterator[_Ears]:
    ears = _Ears()
    async with Tap(site.kafka, site.prefix) as tap:
        listening = asyncio.create_task(ears.listen(tap))
        try:
            yield ears
        finally:
            listening.cancel()
            with suppress(asyncio.CancelledError):
                await listening


def _waiting(stories: Sequence[Story]) -> tuple[Waiting, ...]:
    standing = Counter((story.waits.awaited, bool(story.waits.ending)) for story in stories if not story.waits.settled)
    return tuple(Waiting(why, number, ended) for (why, ended), number in standing.items())


_MEANWHILE: Final[Mapping[Act, str]] = MappingProxyType(
    {Act.KILL: " is dead", Act.REORDER: " is dead", Act.PAUSE: " is frozen", Act.SLOW: " is slow"}
)
"""How it is with the unit while orders wait; of the other acts nothing is to be seen then."""


def _tell_waiting(site: Site, fault: Fault, waited: Sequence[Waiting], orders: int) -> None:
    title, over = service(fault.unit, "the "), orders - sum(waiting.orders for waiting in waited)
    meanwhile = _MEANWHILE.get(fault.act)
    if not waited:
        away = meanwhile is not None and fault.act is not Act.SLOW
        whom, without = (f"Nobody waits for {title}", " without it") if away else ("Nobody waits", "")
        site.say(f"\n{whom}: {plural(over, 'order')} ended{without}.")
        return
    site.say(f"\nwho waits for whom, while {title}{meanwhile}:" if meanwhile else "\nwho waits for whom:")
    for text in [f"{plural(over, 'order')} ended."] * bool(over) + [waiting.text() for waiting in waited]:
        for line in wrapped(text, "  ", "    "):
            site.say(line)
