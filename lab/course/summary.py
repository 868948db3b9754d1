"""A phase, summed up from what is known: what the learner built, the words they know, and what breaks next."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from lab.course.catalog import Course, Exercise, Kind, Phase
from lab.course.choices import Source
from lab.course.classroom import Classroom
from lab.course.progress import Progress, Standing, day_of
from lab.errors import LabError, NotFound


@dataclass(frozen=True, slots=True)
class Passed:
    """An exercise that has passed: on which day, and how. `runs`: whose lines run in the shop now; None: no part."""

    exercise: Exercise
    on: date
    helped: bool
    ran: bool
    runs: Source | None


@dataclass(frozen=True, slots=True)
class Word:
    """A word that the learner knows, and where it was taught."""

    word: str
    meaning: str
    exercise: Exercise


@dataclass(frozen=True, slots=True)
class PhaseSummary:
    """A phase as it stands for this learner on this day. `minutes`: worked on it, as well as can be told."""

    phase: Phase
    day: date
    passed: tuple[Passed, ...]
    open: tuple[Exercise, ...]
    words: tuple[Word, ...]
    words_in_all: int
    minutes: int

    @property
    def built(self) -> tuple[Passed, ...]:
        """What runs in the shop, or could: the parts among the passed."""
        return tuple(one for one in self.passed if one.exercise.kind is Kind.PART)

    @property
    def parts_in_all(self) -> int:
        """How many parts the phase has."""
        return len(self.built) + sum(one.kind is Kind.PART for one in self.open)

    @property
    def total(self) -> int:
        """How many exercises the phase has."""
        return len(self.passed) + len(self.open)

    def as_object(self) -> dict[str, Any]:
        """The summary for programs."""
        return {
            "phase": self.phase.number,
            "title": self.phase.title,
            "day": self.day.isoformat(),
            "total": self.total,
            "minutes": self.minutes,
            "passed": [_passed(one) for one in self.passed],
            "open": [one.id for one in self.open],
            "words": [{"word": one.word, "meaning": one.meaning, "exercise": one.exercise.id} for one in self.words],
            "words_in_all": self.words_in_all,
            "breaks": [{"what": one.what, "then": one.then} for one in self.phase.breaks],
        }


def _passed(one: Passed) -> dict[str, Any]:
    return {
        "id": one.exercise.id,
        "place": one.exercise.place,
        "title": one.exercise.title,
        "kind": one.exercise.kind.value,
        "file": one.exercise.file,
        "does": one.exercise.does,
        "on": one.on.isoformat(),
        "helped": one.helped,
        "ran": one.ran,
        "runs": one.runs.value if one.runs else None,
    }


def is_over(number: int, course: Course, progress: Progress) -> bool:
    """Say whether every exercise of the phase has passed."""
    return all(progress.has_passed(one.id) for one in course if one.phase == number)


def sum_up(room: Classroom, number: int) -> PhaseSummary:
    """Sum up a phase for the learner of this room. Raises NotFound where the course has no exercise of it."""
    phase = next((one for one in room.course.phase if one.number == number), None)
    exercises = [one for one in room.course if one.phase == number]
    if phase is None or not exercises:
        there = ", ".join(str(found) for found in sorted({one.phase for one in room.course}))
        raise NotFound(f"The course has no exercises of phase {number}.", f"There are those of phase {there}.")
    progress, now = room.progress(), room.clock()
    standings = {one.id: progress.exercises.get(one.id) for one in exercises}
    passed = [one for one in exercises if progress.has_passed(one.id)]
    return PhaseSummary(
        phase=phase,
        day=day_of(now, now),
        passed=tuple(_of(room, one, standings[one.id], now) for one in passed),
        open=tuple(one for one in exercises if one not in passed),
        words=tuple(word for one in passed for word in _words(room, one)),
        words_in_all=sum(len(one.teaches) for one in exercises),
        minutes=round(sum(standing.seconds for standing in standings.values() if standing) / 60),
    )


def _of(room: Classroom, exercise: Exercise, standing: Standing | None, now: datetime) -> Passed:
    assert standing is not None and standing.passed_at is not None  # noqa: PT018
    runs: Source | None = None
    if exercise.kind is Kind.PART:
        runs = Source.SOLUTION
        with suppress(LabError):  # a damaged file of choices is told where one chooses
            runs = room.choices.source(exercise)
    return Passed(exercise, day_of(standing.passed_at, now), standing.helped, standing.ran, runs)


def _words(room: Classroom, exercise: Exercise) -> Iterator[Word]:
    meanings: Mapping[str, str] = {}
    with suppress(LabError):  # a lesson that is damaged hides its own meanings only
        meanings = {term.casefold(): meaning for term, meaning in room.lesson(exercise).terms.items()}
    return (Word(word, meanings.get(word.casefold(), ""), exercise) for word in exercise.teaches)
