"""`lab` without a command: opens the terminal app, and hands it the lab of this checkout."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from lab.cli.course_room import classroom
from lab.course.classroom import Classroom
from lab.engines import doctor as machine_doctor
from lab.engines import interrupts
from lab.engines.base import Engine, EngineName, Report
from lab.engines.checks import Finding
from lab.engines.choose import Choice, choose
from lab.errors import MachineProblem
from lab.live import restart
from lab.running import Running, is_running, other_kafka, running
from lab.shop.contracts import State
from lab.stack import Wanted, down, engine_named, up


class ThisLab:
    """The lab of this checkout, as the app asks for it (tui/lab.py)."""

    def running(self) -> Running | None:
        """Return where the shop is."""
        return is_running()

    def engine(self, name: EngineName) -> Engine:
        """Return an engine."""
        return engine_named(name)

    def choose(self) -> Choice | None:
        """Return which engine `up` would take; None where a person has to say."""
        try:
            return choose("auto", ask=lambda _: False)
        except MachineProblem:
            return None

    def doctor(self) -> Sequence[Finding]:
        """Look over the machine."""
        return machine_doctor.run()

    def mend(self, findings: Sequence[Finding]) -> Sequence[str]:
        """Mend what can be mended."""
        return machine_doctor.fix(findings)

    def up(self, engine: EngineName, report: Report) -> Running:
        """Bring up the shop."""
        return up(engine_named(engine), Wanted(), report=report).shop

    def down(self, report: Report, *, volumes: bool = False) -> None:
        """Stop everything."""
        shop = is_running()
        if shop is not None:
            down(engine_named(shop.engine), report=report, volumes=volumes)

    def restart(self, units: Sequence[str], report: Report) -> None:
        """Restart units."""
        shop = running()
        restart(engine_named(shop.engine), shop, units, report=report)

    def classroom(self) -> Classroom:
        """Return the course."""
        return classroom()

    def flow_table(self, phase: int) -> Mapping[tuple[State, str, str | None], tuple[State, tuple[str, ...], str]]:
        """Return the mediator's table, as the solutions have it."""
        from lab.cli.flow_table import flow_table  # noqa: PLC0415  the parts are read when they are asked for

        return flow_table(phase)


def open_app(file: Path | None = None) -> None:
    """Open the app, on this journal where there is one; returns when it is left.

    Raises what ended it, a LabError where a person can mend it; and where `file` cannot be read.
    """
    other_kafka()  # what is wrong with the environment is said before the screen is taken
    from tui.garbage import settle  # noqa: PLC0415

    settle()
    from tui.app import Orderlab  # noqa: PLC0415  Textual is imported only when it is asked for

    app = Orderlab(ThisLab(), file=file)
    with interrupts.also_when_ended():  # a closed terminal leaves nothing of the shop frozen
        app.run()
    if (fault := app.fault) is not None:
        raise fault


if __name__ == "__main__":  # what `lab serve` runs for each page
    open_app()
