"""What a learner may ask for: a hint, the solution beside their own file, a question about what was."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from lab.course.catalog import Exercise, Kind
from lab.course.classroom import Classroom
from lab.course.hints import Hints, Rung, after_solution, rungs, solution_is_open, take_hint
from lab.course.progress import Progress
from lab.course.progress_store import digest_of
from lab.course.questions import Answered, Due, after_answer, after_skip, due_questions
from lab.course.solution import Difference, diff
from lab.errors import LabError


@dataclass(frozen=True, slots=True)
class Given:
    """One answer of a sheet, and the right one."""

    question: str
    yours: str
    right: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """The learner's file beside the solution: `differences` of code, or `answers` of a sheet with their `reasons`."""

    solution: Path
    differences: tuple[Difference, ...] = ()
    answers: tuple[Given, ...] = ()
    reasons: tuple[str, ...] = ()


def hints(room: Classroom, exercise: Exercise, *, anyway: bool = False) -> tuple[Hints, tuple[Rung, ...]]:
    """Return what to show for a hint that is asked for, and how all of them stand then. Raises LabError."""
    texts = room.lesson(exercise).hints
    digest = digest_of(room.workspace.file(exercise))

    def take(progress: Progress) -> tuple[Progress, tuple[Hints, tuple[Rung, ...]]]:
        after, found = take_hint(progress, exercise.id, texts, digest, room.clock(), anyway=anyway)
        return after, (found, rungs(after.exercises.get(exercise.id), len(texts)))

    return room.store.change_and_tell(take)


def comparison(room: Classroom, exercise: Exercise) -> Comparison:
    """Return what differs from the solution, and note that it was seen. Raises LabError while it may not be seen."""
    standing = room.progress().exercises.get(exercise.id)
    if not solution_is_open(standing):
        raise LabError(
            f"The solution of {exercise.id} opens after a pass, or after all four hints.",
            f"The next hint: uv run lab hint {exercise.id}",
        )
    mine = room.workspace.existing(exercise)
    found = diff(exercise, mine)
    room.store.change(lambda progress: after_solution(progress, exercise.id, room.clock()))
    if exercise.kind not in {Kind.PREDICT, Kind.ORDER, Kind.CAPSTONE}:
        return Comparison(exercise.solution, found)
    yours, right = _table(mine), _table(exercise.solution)
    answers = (Given(name, str(yours.get(name, "nothing")), str(answer)) for name, answer in right.items())
    return Comparison(exercise.solution, (), tuple(answers), tuple(_reasons(exercise.solution)))


def _reasons(sheet: Path) -> Sequence[str]:
    lines = sheet.read_text(encoding="utf-8").splitlines()
    return [line.removeprefix("#").removeprefix(" ") for line in lines if line.startswith("#")]


def _table(file: Path) -> dict[str, object]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        return {}  # the check says what is wrong with it


def questions(room: Classroom) -> tuple[Due, ...]:
    """Return the questions about earlier exercises that are due now."""
    return due_questions(room.progress(), room.course, room.clock())


def answer(room: Classroom, due: Due, choice: int) -> Answered:
    """Note an answer; return what came of it."""
    return room.store.change_and_tell(lambda progress: after_answer(progress, due, choice, room.clock()))


def skip(room: Classroom, dues: Sequence[Due]) -> None:
    """Note that these are not to be asked again today."""
    room.store.change(lambda progress: after_skip(progress, dues, room.clock()))
