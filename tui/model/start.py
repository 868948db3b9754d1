"""What the Start screen knows, how that stands, and what it offers: data in, lines out. No clock, no machine."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Final

from lab.course.catalog import Exercise
from lab.course.whereabouts import Whereabouts
from lab.engines.base import EngineName
from lab.engines.checks import Finding
from lab.engines.choose import Choice
from lab.running import Running
from tui.model.first_minute import Step
from tui.model.item import Look, UnitLook, UnitState
from tui.model.starting import Board

_UP: Final = frozenset(
    {UnitState.READY, UnitState.NOT_READY, UnitState.STARTING, UnitState.MUTE, UnitState.PAUSED, UnitState.UNKNOWN}
)
HEARS_MS: Final = 5_000
"""So long after a start or an end that went well, the app may not have heard of it yet."""


@dataclass(frozen=True, slots=True)
class Machine:
    """The machine, as it was looked over.

    choice: the engine; None where a person has to say (`silent`), or where none can run.
    fetch: engine → bytes that its first start fetches. commands: engine → the plain command that starts Kafka.
    """

    findings: tuple[Finding, ...] = ()
    choice: Choice | None = None
    silent: bool = False
    fetch: Mapping[EngineName, int] = field(default_factory=dict)
    commands: Mapping[EngineName, str] = field(default_factory=dict)
    opened_before: bool = False


@dataclass(frozen=True, slots=True)
class Learner:
    """Where the learner is. `order`: the course's exercises, in sequence."""

    where: Whereabouts
    order: Sequence[Exercise]

    @property
    def is_new(self) -> bool:
        """Say whether nothing of the course was ever begun."""
        return self.where.last is None and self.where.passed == 0

    @property
    def tour(self) -> Exercise | None:
        """Return the tour, while it is not passed."""
        first = self.order[0] if self.order else None
        return first if first is not None and (first == self.where.next or first in self.where.left_open) else None


class Stands(Enum):
    """How things stand; it decides what is shown and offered."""

    LOOKING = auto()
    CLOSED = auto()
    SILENT = auto()
    """Docker is installed and does not answer: a person has to say what now."""
    IMPOSSIBLE = auto()
    """Nothing can run here."""
    BUSY = auto()
    FAILED = auto()
    OPEN = auto()
    HURT = auto()
    """The shop is open, and some of it is down."""
    ORPHANED = auto()
    """Its supervisor is gone: nothing is started again, stopped or watched."""
    GONE = auto()
    """It was not closed, and nothing of it runs."""
    NO_DOCKER = auto()
    """Its Kafka is in Docker, and Docker does not answer any more."""


@dataclass(frozen=True, slots=True)
class Known:
    """All that one frame of the Start screen is drawn from.

    last_lines, notes: unit → its last log line, and what the engine says of it.
    """

    now_ms: float
    machine: Machine | None = None
    learner: Learner | None = None
    looking_since_ms: float = 0
    board: Board | None = None
    shop: Running | None = None
    look: Look | None = None
    looked_ms: float = 0
    last_lines: Mapping[str, str] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)
    orphaned: bool = False
    no_docker: str = ""
    """Why Docker does not answer, where the shop's Kafka is in it."""
    postgres: bool = False
    """The shop's books are, or would be, in PostgreSQL."""
    order: str = ""
    """The order that was placed last."""
    step: Step | None = None
    plain: tuple[str, Sequence[tuple[str, str]]] = ("", ())
    """A unit, and the plain command behind each key."""

    @property
    def units(self) -> Mapping[str, UnitLook]:
        """Return the units as they were found last."""
        return self.look.units if self.look else {}

    @property
    def down(self) -> Sequence[str]:
        """Return the units that do not run."""
        return [name for name, unit in self.units.items() if unit.state not in _UP]

    @property
    def stands(self) -> Stands:
        """Say how things stand."""
        if self.board is not None and (self.board.going or self._just_done):
            return Stands.BUSY
        if self.board is not None and self.board.failed:
            return Stands.FAILED
        return self._of_the_machine if self.shop is None else self._of_the_shop

    @property
    def _just_done(self) -> bool:
        """Say whether it has ended well just now, and the app has not heard of it."""
        board = self.board
        if board is None or board.failed or board.ended_ms is None or board.deed.opens is not (self.shop is None):
            return False
        return self.now_ms - board.ended_ms < HEARS_MS

    @property
    def _of_the_machine(self) -> Stands:
        if self.machine is None:
            return Stands.LOOKING
        if self.machine.silent:
            return Stands.SILENT
        return Stands.CLOSED if self.machine.choice else Stands.IMPOSSIBLE

    @property
    def _of_the_shop(self) -> Stands:
        if self.no_docker:
            return Stands.NO_DOCKER
        if self.look is not None and len(self.down) == len(self.units):
            return Stands.GONE
        if self.orphaned:
            return Stands.ORPHANED
        return Stands.HURT if self.down else Stands.OPEN
