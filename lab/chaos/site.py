"""The running shop as a fault finds it, and how it is left: with everything running again, whatever came between."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Final, Literal, Protocol

from lab.chaos import crashes
from lab.chaos.faults import KAFKA, POSTGRES
from lab.engines import interrupts
from lab.engines.base import Engine, Progress, UnitState
from lab.errors import LabError, NotRunning
from lab.readiness import units_answer
from lab.shop.units import BY_NAME
from lab.shop.urls import ShopUrls

START_SECONDS: Final = 60.0

Say = Callable[[str], None]
Verb = Literal["start", "stop", "restart", "kill", "pause", "resume"]


class Shown(Protocol):
    """What a fault has shown, as plain data."""

    def as_object(self) -> dict[str, Any]: ...


@dataclass(frozen=True, slots=True)
class Site:
    """A running shop: its engine, where it answers, and whom to tell. `plain` is told the commands without the lab."""

    engine: Engine
    urls: ShopUrls
    kafka: str
    prefix: str
    say: Say
    plain: Say

    def check(self, unit: str) -> None:
        """Raise NotRunning unless the unit and Kafka run: what is dead already cannot be killed."""
        now = {one.name: one.state for one in self.engine.status()}
        if unit == POSTGRES and unit not in now:
            raise NotRunning(
                "This shop has no PostgreSQL: each service keeps its book in a file.",
                "A shop that has: uv run lab down, then uv run lab up --database postgres",
            )
        for name in (KAFKA, unit):
            if now.get(name) is UnitState.PAUSED:
                raise NotRunning(f"{name} is frozen.", f"Let it go on: uv run lab resume {name}")
            if now.get(name) not in {UnitState.RUNNING, UnitState.STARTING}:
                raise NotRunning(f"{name} is not running.", f"Start it: uv run lab start {name}")

    def there(self) -> Sequence[str]:
        """Return the shop's units that are not stopped: who was not there before need not be there afterwards."""
        rest = {UnitState.STOPPED, UnitState.CRASHED}
        return [one.name for one in self.engine.status() if one.name in BY_NAME and one.state not in rest]

    def plainly(self, verb: Verb, unit: str) -> None:
        """Do to a unit what an engine can, and tell the command for it."""
        self.plain(self.engine.plain_command(verb, unit))
        getattr(self.engine, verb)(unit)

    def kill(self, unit: str) -> None:
        """End a unit at once, and say so."""
        self.plainly("kill", unit)
        self.say(f"-- kill -9 {service(unit)} --")

    async def await_units(self, *units: str) -> None:
        """Wait until these units answer and read their topics; without names, all. Raises NotReady, PartDoesNotLoad."""
        until = time.monotonic() + START_SECONDS
        urls = {unit: self.urls.url(unit) for unit in units or BY_NAME}
        await units_answer(self.engine, urls, report=_unheard, deadline=until)

    @contextmanager
    def put_right(self, *units: str) -> Iterator[None]:
        """See to it that these units run, and Kafka is not frozen, when this ends, also by an error or by Ctrl-C."""
        with interrupts.also_when_ended():
            try:
                yield
            finally:
                with interrupts.put_off(), ExitStack() as undo:  # a second Ctrl-C must not leave the shop broken
                    for unit in units:
                        undo.callback(_try, self.engine.start, unit)
                    for unit in {*units, KAFKA}:
                        undo.callback(_try, self.engine.resume, unit)
                    undo.callback(crashes.withdraw_all)


def _try(undo: Callable[[str], None], unit: str) -> None:
    with suppress(LabError):  # what led here is to be told, and what follows is to be done
        undo(unit)


def service(unit: str, article: str = "") -> str:
    """`order service`, but `mediator`, and names for those that are no services. `article`: `the `, where one fits."""
    if unit == POSTGRES:
        return "PostgreSQL"
    return article + {"mediator": "mediator", KAFKA: "broker"}.get(unit, f"{unit} service")


def _unheard(_: Progress) -> None:
    pass
