"""Order is killed while Kafka is frozen: what were customers promised, and what does Kafka have?

Over HTTP a kill alone comes too late: a message is on Kafka a millisecond after the order was placed. So Kafka is
frozen for a moment first. A producer sends one parcel at a time and keeps what comes meanwhile; one order that goes
ahead, and is not counted, is the parcel that lies before the frozen Kafka while the counted ones are placed.
"""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from lab.chaos.faults import KAFKA, Fault
from lab.chaos.ledger import Ledger
from lab.chaos.placing import Answer, customers, place, place_all
from lab.chaos.site import Site
from lab.errors import LabError
from lab.shop.client import ShopClient
from lab.shop.contracts import CARD_REFUSED, ORDERS_INITIATING, TERMINAL
from lab.shop.tap import snapshot
from lab.shop.wording import plural, wrapped

_FIRST_LOOKS: Final = 100  # at most, for the first order to end
_AHEAD_SECONDS: Final = 0.5  # for the order that goes ahead: its answer may never come
_LOOK: Final = 0.05
_QUIET: Final = 0.3  # for the last words about the first order
_AGAIN: Final = 1.0
_TEST_ORDERS: Final = "Two test orders with a bad card went first; `uv run lab order list` may show them. Ignore them."
_WHY_FROZEN: Final = (
    "Kafka is frozen for a moment. Else an order is on Kafka a millisecond after it was placed, and a kill comes too "
    "late to show anything. The order service waits 5 seconds for Kafka, no longer."
)


@dataclass(frozen=True, slots=True)
class Promises:
    """What was promised and what is stored. `lost`: orders that a customer was promised and Kafka does not have."""

    fault: Fault
    answers: tuple[Answer, ...]
    lost: tuple[str, ...]
    seconds: float

    @property
    def accepted(self) -> int:
        """Return how many customers were told `accepted`."""
        return sum(answer.accepted for answer in self.answers)

    @property
    def stored(self) -> int:
        """Return how many of those orders are on Kafka."""
        return self.accepted - len(self.lost)

    def as_object(self) -> dict[str, Any]:
        """Return the numbers for programs."""
        return {
            "fault": self.fault.name,
            "unit": self.fault.unit,
            "orders": len(self.answers),
            "accepted": self.accepted,
            "refused": len(self.answers) - self.accepted,
            "stored": self.stored,
            "lost": list(self.lost),
            "seconds": round(self.seconds, 2),
        }

    def verdict(self) -> str:
        """Say in a sentence what the numbers mean."""
        if self.lost:
            verb = "is" if len(self.lost) == 1 else "are"
            return f"{plural(len(self.lost), 'order')} {verb} lost: promised to a customer, and never on Kafka."
        if self.accepted:
            return "Nothing is lost: every order that was promised is on Kafka."
        return "Nothing is lost: Kafka had acknowledged nothing, and nobody was promised anything."


def run(site: Site, fault: Fault, orders: int, ledger: Ledger) -> Promises:
    """Try it. Everything runs again when this returns."""
    began = time.monotonic()
    url = site.urls.url(fault.unit)
    asyncio.run(_first(site, url))
    _say(site, _WHY_FROZEN)
    site.plainly("pause", KAFKA)
    answers = asyncio.run(_meanwhile(site, url, orders))
    ledger.fault(fault.name, fault.unit, hits=1)
    site.kill(fault.unit)
    site.plainly("resume", KAFKA)
    site.engine.start(fault.unit)
    asyncio.run(site.await_units(fault.unit))
    lost = asyncio.run(_lost(site, [answer.order_id for answer in answers if answer.accepted]))
    told = Promises(fault, tuple(answers), lost, time.monotonic() - began)
    site.say(f"told 'accepted': {told.accepted}    stored in Kafka: {told.stored}")
    site.say("")
    _say(site, f"{told.verdict()} Kafka and the order service run again.")
    _say(site, _TEST_ORDERS)
    return told


def _say(site: Site, text: str) -> None:
    for line in wrapped(text, "", ""):
        site.say(line)


async def _lost(site: Site, promised: Sequence[str]) -> tuple[str, ...]:
    """Return what is not on Kafka; looked for twice, since a unit that is back may still have something to tell."""
    missing = list(promised)
    for pause in (0.0, _AGAIN):
        if missing:
            await asyncio.sleep(pause)
            stored = {seen.order_id for seen in await snapshot(site.kafka, site.prefix, topics=(ORDERS_INITIATING,))}
            missing = [order_id for order_id in missing if order_id not in stored]
    return tuple(missing)


async def _first(site: Site, url: str) -> None:
    """Place an order that ends soon, since its card is refused: from then on the producer knows its topic."""
    async with customers() as client:
        answer = await place(client, url, CARD_REFUSED)
    if not answer.accepted:
        raise LabError(
            f"An order that was to go first was answered: {answer.text()}.",
            "The shop must be well before it is hurt; see: uv run lab status",
        )
    async with ShopClient(site.urls) as shop:
        for _ in range(_FIRST_LOOKS):
            if (await shop.order(answer.order_id)).status in TERMINAL:
                break
            await asyncio.sleep(_LOOK)
    await asyncio.sleep(_QUIET)


async def _meanwhile(site: Site, url: str, orders: int) -> list[Answer]:
    async with customers() as client:
        ahead = asyncio.create_task(place(client, url, CARD_REFUSED))
        await asyncio.wait({ahead}, timeout=_AHEAD_SECONDS)
        await asyncio.sleep(_LOOK)  # answered at once or not at all: its parcel is on the way now
        answers = await place_all(client, url, orders, lambda answer: site.say(answer.text()))
        await ahead
        return answers
