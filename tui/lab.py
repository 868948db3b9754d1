"""What the app asks of the rest of the lab. The command line hands it in; tests hand in a real one, too.

Everything here may block for long, so the app calls it from workers, never from its event loop.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol, TypeAlias

from lab.course.classroom import Classroom
from lab.engines.base import Engine, EngineName, Report
from lab.engines.choose import Choice
from lab.engines.doctor import Finding
from lab.running import Running
from lab.shop.contracts import State

FlowTable: TypeAlias = Mapping[tuple[State, str, str | None], tuple[State, tuple[str, ...], str]]
"""(state, message, outcome) → (next state, the commands that are then said, the exercise that brings the row)."""


class Lab(Protocol):
    """The lab of this checkout."""

    def running(self) -> Running | None:
        """Return where the shop is, None while it is closed. Whether it answers, only a round trip can tell. Fast."""

    def engine(self, name: EngineName) -> Engine:
        """Return an engine: its status, its logs, and the seven verbs for one unit."""

    def choose(self) -> Choice | None:
        """Return which engine `up` would take and why; None where Docker is silent and a person has to say."""

    def doctor(self) -> Sequence[Finding]:
        """Look over the machine; takes seconds at most."""

    def mend(self, findings: Sequence[Finding]) -> Sequence[str]:
        """Mend what can be mended without asking; say what was done. Raises LabError."""

    def up(self, engine: EngineName, report: Report) -> Running:
        """Bring up Kafka and the shop, as `lab up` does. Raises LabError."""

    def down(self, report: Report, *, volumes: bool = False) -> None:
        """Stop everything, as `lab down` does. Raises LabError."""

    def restart(self, units: Sequence[str], report: Report) -> None:
        """Restart these units of the shop and wait until they answer. Raises LabError."""

    def classroom(self) -> Classroom:
        """Return the course, with the running shop behind it. Raises LabError."""

    def flow_table(self, phase: int) -> FlowTable:
        """Return the mediator's table of a phase as the solutions have it: what is expected. Raises LabError."""
