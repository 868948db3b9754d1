"""The running shop as a fault finds it, and how it is left: with everything running again, whatever came between."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Final, Protocol

from lab.engines import interrupts
from lab.engines.base import Engine, Progress, UnitState
from lab.errors import LabError, NotRunning
from lab.readiness import units_answer
from lab.shop.client import ShopUrls

KAFKA: Final = "kafka"
START_SECONDS: Final = 60.0

Say = Callable[[str], None]


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
        for name in (KAFKA, unit):
            if now.get(name) is UnitState.PAUSED:
                raise NotRunning(f"{name} is frozen.", f"Let it go on: uv run lab resume {name}")
            if now.get(name) not in {UnitState.RUNNING, UnitState.STARTING}:
                raise NotRunning(f"{name} is not running.", f"Start it: uv run lab start {name}")

    def kill(self, unit: str) -> None:
        """End a unit at once, and say so."""
        self.plain(self.engine.plain_command("kill", unit))
        self.engine.kill(unit)
        self.say(f"-- kill -9 {service(unit)} --")

    def freeze_kafka(self) -> None:
        """Freeze Kafka: whoever talks to it waits."""
        self.plain(self.engine.plain_command("pause", KAFKA))
        self.engine.pause(KAFKA)

    def thaw_kafka(self) -> None:
        """Let Kafka go on."""
        self.plain(self.engine.plain_command("resume", KAFKA))
        self.engine.resume(KAFKA)

    async def await_unit(self, unit: str) -> None:
        """Wait until a unit answers and reads its topics. Raises NotReady, or PartDoesNotLoad."""
        until = time.monotonic() + START_SECONDS
        await units_answer(self.engine, {unit: self.urls.url(unit)}, report=_unheard, deadline=until)

    @contextmanager
    def put_right(self, unit: str) -> Iterator[None]:
        """See to it that Kafka and the unit run when this ends, also by an error or by Ctrl-C."""
        try:
            yield
        finally:
            with interrupts.put_off(), ExitStack() as undo:  # a second Ctrl-C must not leave the shop broken
                undo.callback(_try, self.engine.start, unit)
                undo.callback(_try, self.engine.resume, KAFKA)


def _try(undo: Callable[[str], None], unit: str) -> None:
    with suppress(LabError):  # what led here is to be told, and what follows is to be done
        undo(unit)


def service(unit: str) -> str:
    """`order service`, but `mediator`."""
    return unit if unit == "mediator" else f"{unit} service"


def _unheard(_: Progress) -> None:
    pass
