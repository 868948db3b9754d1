"""Silence explained: a beginner cannot tell slow from stuck."""

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Final

from lab.shop.story import Stories, Story, names
from lab.shop.units import BY_NAME
from lab.shop.waiting import Awaited


class UnitNow(StrEnum):
    """How a unit is at this moment, as far as whoever asks can know."""

    RUNNING = "running"
    MUTE = "mute"  # it is there and does not answer
    STOPPED = "stopped"
    UNKNOWN = "unknown"


_THEN: Final = {
    UnitNow.RUNNING: "{title} is running; what it does says: uv run lab logs {unit}",
    UnitNow.MUTE: "{title} does not answer; if it is paused: uv run lab resume {unit}",
    UnitNow.STOPPED: "{title} is not running: uv run lab up {unit}",
    UnitNow.UNKNOWN: "",
}


def explain(
    why: Sequence[Awaited],
    group: Sequence[Story],
    among: Stories | None,
    unit_now: Callable[[str], UnitNow],
    seconds: float,
) -> str:
    """Say who has to speak, and what to do. `among`: the other open orders, where the silent ones must be named."""
    of = f" from {names(among, group)}" if among else ""
    told = [f"nothing{of} for {seconds:.0f} seconds.", owed(why)]
    for unit in dict.fromkeys(awaited.unit for awaited in why):
        title = BY_NAME[unit].title
        told.append(_THEN[unit_now(unit)].format(title=title[:1].upper() + title[1:], unit=unit))
    return " ".join(part for part in told if part)


def owed(why: Sequence[Awaited]) -> str:
    """Say who has to speak: `The mediator waits for Payment (payment.processed).`"""
    if not why:
        return "Nobody is asked for anything, and the order has no end yet."
    if why[0].unit == "mediator":
        return f"It is the mediator's turn ({why[0].name} was told)."
    return f"The mediator waits for {' and '.join(f'{BY_NAME[one.unit].title} ({one.name})' for one in why)}."
