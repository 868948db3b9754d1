"""Something long that goes through stages: how far each is, how it ended. No clock of its own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from types import MappingProxyType
from typing import Final

from lab.engines.base import EngineName, Progress


class Deed(Enum):
    """What is being done to the whole shop."""

    OPEN = "Starting the shop"
    CLOSE = "Closing the shop"
    EMPTY = "Closing the shop, deleting its data"

    @property
    def opens(self) -> bool:
        """Say whether the shop is open when it has ended well."""
        return self is Deed.OPEN


EXPECTED: Final[Mapping[tuple[Deed, EngineName], Sequence[tuple[str, str]]]] = MappingProxyType(
    {
        (Deed.OPEN, EngineName.DOCKER): (
            ("docker", "to be asked"),
            ("images", "Kafka's, where it is not here yet"),
            ("kafka", "one broker that is also its own controller"),
            ("topics", "11 to make"),
            ("services", "order inventory payment notification …"),
        ),
        (Deed.OPEN, EngineName.NATIVE): (
            ("java", "to run Kafka with"),
            ("jars", "Kafka's, where they are not here yet"),
            ("format", "Kafka's storage"),
            ("kafka", "one broker that is also its own controller"),
            ("topics", "11 to make"),
            ("services", "order inventory payment notification …"),
        ),
    }
)
"""The stages that will come, before they are told of: so that one sees at the beginning how long the way is."""


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage. `began_ms` is None while it has not begun."""

    name: str
    text: str
    done: bool = False
    bytes_now: int | None = None
    bytes_total: int | None = None
    began_ms: float | None = None
    ended_ms: float | None = None


@dataclass(frozen=True, slots=True)
class Board:
    """All stages, in their sequence. `what` and `mend` are filled where it failed; `ended_ms` is None while it goes on.

    given_up: whoever sits here asked for it to be stopped.
    """

    deed: Deed
    engine: EngineName
    began_ms: float
    stages: tuple[Stage, ...] = ()
    ended_ms: float | None = None
    what: str = ""
    mend: str = ""
    given_up: bool = False

    @property
    def going(self) -> bool:
        """Say whether it still goes on."""
        return self.ended_ms is None

    @property
    def failed(self) -> bool:
        """Say whether it ended badly."""
        return bool(self.what)

    @property
    def current(self) -> Stage | None:
        """Return the stage that it is at: the last one that has begun and is not done."""
        begun = [stage for stage in self.stages if stage.began_ms is not None and not stage.done]
        return begun[-1] if begun else None

    def told(self, step: Progress, at_ms: float) -> "Board":
        """Return it with what was reported: a stage goes on, is done, or is a new one."""
        known = next((stage for stage in self.stages if stage.name == step.stage), None)
        before = known or Stage(step.stage, step.text)
        now = Stage(
            step.stage,
            step.text,
            step.done,
            before.bytes_total if step.done and before.bytes_total else step.bytes_now,
            step.bytes_total or before.bytes_total,
            at_ms if before.began_ms is None else before.began_ms,
            at_ms if step.done else None,
        )
        if known is None:
            return replace(self, stages=(*self.stages, now))
        return replace(self, stages=tuple(now if stage is known else stage for stage in self.stages))

    def ended(self, at_ms: float, what: str = "", mend: str = "") -> "Board":
        """Return it as it ended: well, or with what happened and what to do next."""
        return replace(self, ended_ms=at_ms, what=what, mend=mend)

    def giving_up(self) -> "Board":
        """Return it with the wish that it stops."""
        return replace(self, given_up=True)


def begun(deed: Deed, engine: EngineName, at_ms: float) -> Board:
    """Return the board of something that begins now."""
    expected = EXPECTED.get((deed, engine), ())
    return Board(deed, engine, at_ms, tuple(Stage(name, text) for name, text in expected))
