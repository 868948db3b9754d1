"""What the Learn screen is drawn from: where the learner is, and the last check of each exercise. Frozen, all of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from lab.course.catalog import Course, Exercise, Kind
from lab.course.choices import Source
from lab.course.classroom import Checked, Live
from lab.course.hints import Rung
from lab.course.progress import Progress, Standing
from lab.course.verdict import Verdict
from lab.course.watching import Began, BroughtIn, Event, Trouble, Waiting
from lab.course.whereabouts import Whereabouts

SHEETS = frozenset({Kind.PREDICT, Kind.ORDER, Kind.CAPSTONE})
"""Exercises whose file is a sheet of answers, filled in on a screen of their own."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the course and the learner, with the exercise that is shown.

    lesson: its Markdown, with a sentence in the place of the hints. source: whose lines the shop runs, None where
    nothing of it runs there. solution_open: whether it may be seen.
    """

    course: Course
    progress: Progress
    where: Whereabouts
    exercise: Exercise
    lesson: str
    file: Path
    rungs: Sequence[Rung] = ()
    source: Source | None = None
    solution_open: bool = False
    welcome: str = ""
    """After long: where the learner was. Empty otherwise."""

    @property
    def standing(self) -> Standing | None:
        """How the exercise stands; None where nothing is known of it yet."""
        return self.progress.exercises.get(self.exercise.id)

    @property
    def place(self) -> str:
        """Return the file with its workspace, short enough for a row: `workspace/await/carriers.py`."""
        return "/".join(self.file.parts[-3:])

    @property
    def is_sheet(self) -> bool:
        """Say whether it is answered on the screen of predictions."""
        return self.exercise.kind in SHEETS


@dataclass(frozen=True, slots=True)
class Check:
    """The last check of one exercise in this session, and the one that runs now. Times: milliseconds since the epoch.

    A verdict is about the file on disk only while `began_ms` is None. settled: nothing more follows from it.
    """

    checked: Checked | None = None
    at_ms: float = 0.0
    began_ms: float | None = None
    live: Live | None = None
    settled: bool = False
    trouble: Trouble | None = None
    trouble_ms: float = 0.0
    """When it came."""

    @property
    def verdict(self) -> Verdict | None:
        """The last verdict; None before the first."""
        return self.checked.verdict if self.checked else None

    @property
    def runs(self) -> bool:
        """Say whether a check goes on now."""
        return self.began_ms is not None

    @property
    def goes_in(self) -> bool:
        """Say whether what has passed is on its way into the running shop."""
        return self.checked is not None and self.checked.goes_live and not self.settled


NOT_CHECKED = Check()


def after(checks: Mapping[str, Check], event: Event, at_ms: float) -> Mapping[str, Check]:
    """Return the checks after something was heard."""
    match event:
        case Began(exercise):
            changed = replace(checks.get(exercise.id, NOT_CHECKED), began_ms=at_ms)
        case Checked(exercise):
            changed = Check(event, at_ms)
        case BroughtIn(exercise, live):
            changed = replace(checks.get(exercise.id, NOT_CHECKED), live=live, settled=True)
        case Trouble(exercise):
            changed = replace(checks.get(exercise.id, NOT_CHECKED), began_ms=None, trouble=event, trouble_ms=at_ms)
        case Waiting():
            return {name: replace(check, settled=True) for name, check in checks.items()}
    return {**checks, exercise.id: changed}


@dataclass(frozen=True, slots=True)
class Study:
    """Everything at one moment."""

    known: Known
    checks: Mapping[str, Check] = field(default_factory=dict)
    now_ms: float = 0.0
    next_exercise: Exercise | None = None

    @property
    def check(self) -> Check:
        """The check of the exercise that is shown."""
        return self.checks.get(self.known.exercise.id, NOT_CHECKED)
