"""Runs some orders through the choreography alone; and what `lab compare` shares with it."""

import asyncio
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final, TextIO

import structlog

import lab.home
from lab.cli.output import run as run_async
from lab.cli.output import speakable
from lab.running import Running, running
from lab.shop.choreography.running import Choreography
from lab.shop.choreography.table import table
from lab.shop.contracts import OrderStatus
from lab.shop.scenario import Scenario, first_delivery, scenario

Say = Callable[[str], None]

_LOOK: Final = 0.1
_PATIENCE_SECONDS: Final = 20.0


def saying(stream: TextIO) -> Say:
    """Return what writes a line there at once."""

    def say(text: str) -> None:
        stream.write(f"{speakable(text)}\n")
        stream.flush()

    return say


def alone(orders: int, seed: int, say: Say) -> dict[str, Any]:
    """Run some orders through the choreography alone; return what came of them."""
    with own_log():
        return run_async(_alone(running(), orders, seed, say), interrupted="Stopped; nothing of it is left.")


async def _alone(shop: Running, orders: int, seed: int, say: Say) -> dict[str, Any]:
    plan: Scenario = scenario(orders, seed, first_delivery())
    for processor, on, tells in (("processor", "listens to", "tells"), *table()):
        first, *rest = tells.split(", ")
        say(f"{processor:<14}{on:<33}{first}")
        for event in rest:
            say(f"{'':<47}{event}")
    async with Choreography(shop.kafka, shop.phase) as other:
        began = time.monotonic()
        ids = [(await other.client.place(one.body())).order_id for one in plan.orders]
        status = dict.fromkeys(ids, OrderStatus.PLACED)
        wanted = {order_id: one.ending for order_id, one in zip(ids, plan.orders, strict=True)}
        while status != wanted and time.monotonic() - began < _PATIENCE_SECONDS:
            await asyncio.sleep(_LOOK)
            status = {order_id: (await other.client.order(order_id)).status for order_id in ids}
        say("")
        for order_id, now in status.items():
            say(f"{order_id}  {now}")
        return {
            "listens": [dict(zip(("processor", "on", "tells"), row, strict=True)) for row in table()],
            "ended": {order_id: str(now) for order_id, now in status.items()},
            "otherwise": [order_id for order_id in ids if status[order_id] is not wanted[order_id]],
        }


@contextmanager
def own_log() -> Iterator[None]:
    """Let what the processors log go into a file, not between the columns."""
    file = lab.home.home() / "logs" / "choreography.log"
    file.parent.mkdir(parents=True, exist_ok=True)
    logging.getLogger().setLevel(logging.CRITICAL)
    with file.open("w", encoding="utf-8") as log:
        structlog.configure(logger_factory=structlog.WriteLoggerFactory(log))
        try:
            yield
        finally:
            structlog.reset_defaults()
