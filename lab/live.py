"""Brings a changed choice of parts into the running shop: the units that use the part are started anew.

A unit reads the choices, and the part's file, when it starts.
"""

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

from lab.engines.base import Engine, Report, UnitState
from lab.errors import NotRunning
from lab.readiness import await_units
from lab.running import Running, running
from lab.shop.units import BY_NAME
from lab.shop.users import units_using
from lab.stack import alive, engine_named

RESTART_SECONDS: Final = 60.0


@dataclass(frozen=True, slots=True)
class Restarted:
    """The units that were started anew and answer again, and how long it took. A unit that was stopped stays so."""

    units: tuple[str, ...]
    seconds: float


def put_into_shop(exercise: str, report: Report) -> Restarted:
    """Restart the units that use this exercise's part; return when they answer, with the lines that are chosen now.

    Raises NotRunning where no shop runs, and PartDoesNotLoad, with file and line, where the part cannot be loaded:
    the units that use it are down then, and stay so until they are started again.
    """
    shop = running()
    engine = engine_named(shop.engine)
    if not alive(engine) & set(BY_NAME):
        raise NotRunning("The shop is not running.", "Start it: uv run lab up")
    return restart(engine, shop, _at_work(engine, units_using(exercise)), report=report)


def restart(engine: Engine, shop: Running, units: Sequence[str], *, report: Report) -> Restarted:
    """Restart these units, all at the same time; return when those of the shop answer and read their topics.

    Raises NotReady, or PartDoesNotLoad, as `await_units` does, and NotFound for a name that the engine does not know.
    """
    began = time.monotonic()
    if units:
        with ThreadPoolExecutor(len(units)) as at_once:
            list(at_once.map(engine.restart, units))
    urls = {name: shop.url(name) for name in units if name in BY_NAME}
    if urls:
        await_units(engine, urls, report=report, deadline=began + RESTART_SECONDS)
    return Restarted(tuple(units), time.monotonic() - began)


def _at_work(engine: Engine, units: Sequence[str]) -> list[str]:
    """Leave out the units that somebody has stopped; one that has ended by itself is to be started again."""
    there = {unit.name for unit in engine.status() if unit.state is not UnitState.STOPPED}
    return [unit for unit in units if unit in there]
