"""The course as one object: what the command line and the terminal app call. It knows nothing of terminals.

What runs the shop is handed in (`Shop`), since the course knows of it only what its contracts say.
"""

import datetime as dt
import platform
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Protocol, Self

import lab
import lab.home
from lab.course.catalog import Course, Exercise, Kind, read_course
from lab.course.checker import Checker
from lab.course.choices import Choices, Source
from lab.course.lesson import Lesson, read_lesson
from lab.course.progress import Progress, Standing, after_check, after_look
from lab.course.progress_store import ProgressStore, digest_of
from lab.course.verdict import Outcome, Verdict
from lab.course.whereabouts import Whereabouts, where_you_were
from lab.course.workspace import FileState, Workspace
from lab.errors import LabError


@dataclass(frozen=True, slots=True)
class Live:
    """What came of putting lines into the running shop: which units run them now, or why none does."""

    units: tuple[str, ...] = ()
    seconds: float = 0.0
    what: str = ""
    mend: str = ""


class Shop(Protocol):
    """The running shop, as far as the course needs it."""

    def put(self, exercise: Exercise) -> Live:
        """Start the units that use the exercise's part anew, with the lines that are chosen now. Never raises."""

    def env(self, exercise: Exercise) -> Mapping[str, str]:
        """Return what its check must be told of the machine: LAB_KAFKA, where it is known."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A verdict, and what followed from it."""

    exercise: Exercise
    verdict: Verdict
    standing: Standing | None
    """How the exercise stands now: attempts, hints, passes. None where the check could not be noted."""
    first_pass: bool = False
    goes_live: bool = False
    """These lines are new and right, and the shop does not run them yet: see `Classroom.bring_in`."""
    notice: str = ""
    """Why the check could not be noted, and the mend. Such a pass goes live once it is noted."""


def _clock() -> datetime:
    return datetime.now().astimezone()


class Classroom:
    """Use as a context manager; the checker's process ends with it."""

    def __init__(
        self,
        *,
        workspace: Path | None = None,
        course: Course | None = None,
        shop: Shop | None = None,
        clock: Callable[[], datetime] = _clock,
    ) -> None:
        self.course = course or read_course()
        self.folder = workspace or lab.home.workspace()
        self.workspace = Workspace(self.folder, self.course)
        self.store = ProgressStore(self.folder)
        self.choices = Choices(self.folder / "choices.json", self.workspace)
        self.clock = clock
        self._shop = shop
        self._checker = Checker({"LAB_WORKSPACE": str(self.folder)})

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._checker.close()

    # ── where the learner is ─────────────────────────────────────────────────────────────────────────────────────

    def progress(self) -> Progress:
        """Return what is known of the learner."""
        return self.store.read()

    def whereabouts(self) -> Whereabouts:
        """Return where the learner was, and what is next."""
        return where_you_were(self.store.read(), self.course, self.clock())

    def current(self) -> Exercise:
        """Return the exercise that the learner is at: the one they looked at last, else the first one open."""
        here = self.whereabouts()
        return here.last or here.next or self.course.exercise[0]

    def go_to(self, exercise: Exercise) -> Path:
        """Note that the learner is at this exercise; make its file on first use and return it."""
        file = self.workspace.ensure(exercise)
        self.store.change(lambda progress: after_look(progress, exercise.id, self.clock()))
        return file

    def lesson(self, exercise: Exercise) -> Lesson:
        """Return the lesson. Raises LabError."""
        return read_lesson(exercise.lesson)

    @cached_property
    def words(self) -> Mapping[str, tuple[Exercise, str]]:
        """Every word that the course teaches: which exercise does, and what it means."""
        found: dict[str, tuple[Exercise, str]] = {}
        for exercise in self.course:
            with suppress(LabError):  # a lesson that is damaged hides its own words only
                for term, meaning in self.lesson(exercise).terms.items():
                    found.setdefault(term, (exercise, meaning))
        return found

    # ── checking ─────────────────────────────────────────────────────────────────────────────────────────────────

    def env(self, exercise: Exercise) -> Mapping[str, str]:
        """Return what a check, or an example, must be told of the machine: LAB_KAFKA, where it is known."""
        return self._shop.env(exercise) if self._shop else {}

    def warm(self) -> None:
        """Start the checker now, so that the first check does not wait for it. Raises LabError."""
        self._checker.start()

    def check(self, exercise: Exercise, *, here: bool = True) -> Checked:
        """Judge the learner's file, and note it. What passes goes into the shop by `bring_in`. Raises LabError.

        Where progress cannot be written, the verdict comes all the same, with a `notice`.
        `here=False`: one of many at once, so the place where the learner is stays what it is.
        """
        if self.workspace.state(exercise).state is FileState.NOT_BEGUN:
            self.workspace.ensure(exercise)
        file = self.workspace.file(exercise)
        digest = digest_of(file)
        verdict = self._checker.check(exercise, file, **self.env(exercise))
        if verdict.outcome is Outcome.LAB_BUG:
            verdict = verdict.model_copy(update={"report": _report(verdict)})
        try:
            before = self.store.read().exercises.get(exercise.id)
            after = self.store.change(
                lambda progress: after_check(progress, exercise.id, verdict, digest, self.clock(), here=here)
            )
        except LabError as error:
            return Checked(exercise, verdict, None, notice=f"This check is not noted. {error.what}\n{error.mend}")
        return Checked(
            exercise,
            verdict,
            after.exercises.get(exercise.id),
            first_pass=verdict.passed and (before is None or before.passed_at is None),
            goes_live=verdict.passed and exercise.kind is Kind.PART and not _unchanged(before, digest),
        )

    def bring_in(self, checked: Checked) -> Live | None:
        """Put what has passed into the running shop, where it goes live; return what came of it. Never raises."""
        if not checked.goes_live:
            return None
        try:
            return self.use(checked.exercise, Source.MINE)
        except LabError as error:  # these lines do not go live by another check, so the mend names the command
            return Live(what=error.what, mend=f"{error.mend} Then: uv run lab use {checked.exercise.id} mine")

    def use(self, exercise: Exercise, source: Source) -> Live | None:
        """Choose whose lines the shop runs for this exercise, and bring them in where it runs. Raises LabError."""
        self.choices.use(exercise, source)
        return self._shop.put(exercise) if self._shop else None


def _unchanged(before: Standing | None, digest: str) -> bool:
    """Say whether these very lines have passed before: whose lines run now is then the learner's choice already."""
    return before is not None and before.passed_at is not None and before.last_digest == digest


def _report(verdict: Verdict) -> str:
    """Write what is known of a check that broke; return the file, or "" where it cannot be written."""
    lines = [
        f"orderlab {lab.__version__}, Python {platform.python_version()}, {platform.platform()}",
        f"check of {verdict.exercise}, seed {verdict.seed}",
        "",
        verdict.what,
        "",
        verdict.raw,
    ]
    try:
        folder = lab.home.home() / "reports"
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / f"check-{verdict.exercise}-{dt.datetime.now(dt.UTC):%Y%m%dT%H%M%SZ}.txt"
        file.write_text("\n".join(lines), encoding="utf-8")
    except OSError:
        return ""
    return str(file)
