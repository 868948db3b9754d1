"""Runs a phase: the stack up where it is not, the scenario through it, the narration beside it, the stack down."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

import lab.home
from lab.cli.output import speakable
from lab.cli.own_shop import ShopWish, own_shop
from lab.cli.phase_yours import Hands, Whose, whose
from lab.engines.choose import Asked
from lab.engines.versions import kafka_version
from lab.phase import Outcome
from lab.phase import run as run_scenario
from lab.shop.client import ShopClient
from lab.shop.contracts import OrderStatus
from lab.shop.follow import watch
from lab.shop.narrate import Line, Narrator
from lab.shop.parts import read_choices
from lab.shop.quorum import is_kraft
from lab.shop.tap import Tap
from lab.shop.urls import ShopUrls
from lab.stack import Database, Running

LAST_WORDS_SECONDS: Final = 0.7
"""How long the narration goes on after the last order has ended."""

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Wish:
    """What the command line asks for."""

    phase: int
    orders: int
    seed: int
    engine: Asked
    database: Database | None
    timeout: float


@dataclass(frozen=True, slots=True)
class Summary:
    """What a run has shown."""

    shop: Running
    kraft: bool
    version: str
    orders: int
    outcome: Outcome
    whose: Whose

    def as_object(self) -> dict[str, Any]:
        """The summary for programs."""
        ended = self.outcome.ended
        return {
            "phase": self.shop.phase,
            "engine": self.shop.engine,
            "database": self.shop.database,
            "kafka_version": self.version,
            "kraft": self.kraft,
            "orders": self.orders,
            "seed": self.outcome.planned.seed,
            "delivered": ended[OrderStatus.DELIVERED],
            "rejected": ended[OrderStatus.REJECTED],
            "cancelled": ended[OrderStatus.CANCELLED],
            "unfinished": len(self.outcome.unfinished),
            "planned": self.outcome.planned.counts,
            "adds_up": self.outcome.adds_up,
            **self.whose.as_object(),
            "seconds": round(self.outcome.seconds, 2),
        }

    def text(self) -> str:
        """The summary for people."""
        o = self.outcome
        where = f"{self.shop.engine} · Kafka {self.version}{' (KRaft)' if self.kraft else ''} · {self.shop.database}"
        counts = ", ".join(f"{o.ended[OrderStatus(name)]} {name}" for name in o.planned.counts)
        planned = ", ".join(f"{count} {name}" for name, count in o.planned.counts.items())
        money = f"{_euro(o.taken_cents)} taken, {_euro(o.given_back_cents)} given back"
        lines = [
            "",
            f"Phase {self.shop.phase} · {where} · seed {o.planned.seed}",
            f"  {self.orders} orders in {o.seconds:.1f} s: {counts}, {len(o.unfinished)} unfinished",
            f"  planned          {planned}",
            f"  money            {money}; the delivered orders cost {_euro(o.delivered_cents)}",
            f"  stock            {o.pieces_gone} pieces left the shelves, {o.pieces_delivered} of them were delivered",
            *self.whose.lines(),
            *(f"  unfinished       {order}: uv run lab order show {order}" for order in o.unfinished),
            *(f"  not as planned   {order}: uv run lab order show {order}" for order in o.otherwise),
            "It adds up." if o.adds_up else "It does NOT add up.",
        ]
        return speakable("\n".join(lines))


def run(wish: Wish, *, keep: bool, narrate: Say) -> Summary:
    """Run the phase. A shop that ran before goes on running; one started here is stopped, unless `keep`."""
    with own_shop(ShopWish(wish.phase, wish.engine, wish.database, wish.timeout, keep)) as (_, shop):
        logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
        return asyncio.run(_through(shop, wish, narrate))


async def _through(shop: Running, wish: Wish, narrate: Say) -> Summary:
    urls = ShopUrls(shop.service_port)
    kraft = await is_kraft(shop.kafka)
    hands = Hands(Narrator())

    def emit(lines: Sequence[Line]) -> None:
        for line in lines:
            narrate(speakable(line.text))

    async with Tap(shop.kafka, shop.prefix) as tap, ShopClient(urls) as client:
        telling = asyncio.create_task(watch(tap, hands, emit))
        try:
            outcome = await run_scenario(client, wish.orders, wish.seed, progress=lambda *_: None)
            await asyncio.sleep(LAST_WORDS_SECONDS)
        finally:
            telling.cancel()
            with suppress(asyncio.CancelledError):
                await telling
    ran = whose(shop.phase, hands.pieces, read_choices(lab.home.choices()))
    return Summary(shop, kraft, kafka_version(shop.engine), wish.orders, outcome, ran)


def _euro(cents: int) -> str:
    return f"{cents / 100:,.2f} EUR"
