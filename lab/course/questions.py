"""Questions that come back: is what an earlier exercise taught still there?

- A question is due a day after its exercise has passed, three days after it was answered rightly, and seven days after
  the second right answer. The third right answer in a row retires it: on four different days it was known.
- A wrong answer sends it back to the first step: due again the day after.
- At most two a day, from two exercises where there are two, the longest due first. None on the learner's first day.
- To skip counts as asked for today. Tomorrow it is due again, as if nothing had been.

A question is known by its exercise's id and its words, not by its number: questions may change their places. One that
is worded anew is a new one. What was kept about the old words stays in the file and hurts nobody.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

from lab.course.catalog import Course, Exercise, Question
from lab.course.progress import Progress, Recall, day_of
from lab.errors import WrongUsage

WAITS: Final = (1, 3, 7)
"""Days until it is asked, by how many times in a row it was answered rightly."""
A_DAY: Final = 2


@dataclass(frozen=True, slots=True)
class Due:
    """A question to ask now."""

    key: str
    exercise: Exercise
    question: Question
    since: date


@dataclass(frozen=True, slots=True)
class Answered:
    """What came of an answer. The question itself has the right choice and its reason."""

    question: Question
    choice: int
    right: bool
    comes_back_in: int | None
    """Days until it is asked again; None: it is retired."""


def key_of(exercise: str, question: Question) -> str:
    """Return what a question is known by: its exercise's id and its words, whatever their spacing and case."""
    words = " ".join(question.ask.split()).casefold()
    return f"{exercise}/{hashlib.sha256(words.encode()).hexdigest()[:12]}"


def due_questions(progress: Progress, course: Course, now: datetime) -> tuple[Due, ...]:
    """Return what to ask at this start: two at most, and none where today's two were answered or skipped."""
    today = day_of(now, now)
    if progress.began_at is None or today <= day_of(progress.began_at, now):
        return ()
    asked = [key for key, recall in progress.questions.items() if today in _days_asked(recall, now)]
    served = {key.partition("/")[0] for key in asked}
    waiting = sorted(_waiting(progress, course, now), key=lambda due: due.since)  # stable: then by the course
    first_of_each = {due.exercise.id: due for due in reversed(waiting) if due.exercise.id not in served}
    other_exercises_first = sorted(waiting, key=lambda due: first_of_each.get(due.exercise.id) is not due)
    return tuple(other_exercises_first[: max(0, A_DAY - len(asked))])


def _waiting(progress: Progress, course: Course, now: datetime) -> Iterator[Due]:
    """Yield every question whose day has come, in the course's sequence."""
    today = day_of(now, now)
    for exercise in course:
        standing = progress.exercises.get(exercise.id)
        if standing is None or standing.passed_at is None:
            continue
        for key, question in {key_of(exercise.id, one): one for one in exercise.questions}.items():
            recall = progress.questions.get(key, Recall())
            if recall.step >= len(WAITS) or today in _days_asked(recall, now):
                continue
            known = recall.answered_at or standing.passed_at
            since = day_of(known, now) + timedelta(days=WAITS[recall.step])
            if since <= today:
                yield Due(key, exercise, question, since)


def _days_asked(recall: Recall, now: datetime) -> set[date]:
    return {day_of(moment, now) for moment in (recall.answered_at, recall.skipped_at) if moment}


def after_answer(progress: Progress, due: Due, choice: int, now: datetime) -> tuple[Progress, Answered]:
    """Return the progress after an answer, and what came of it. Raises WrongUsage where there is no such choice."""
    if not 1 <= choice <= len(due.question.choices):
        raise WrongUsage(f"There is no choice {choice}.", f"Choose 1 to {len(due.question.choices)}.")
    recall = progress.questions.get(due.key, Recall())
    right = choice == due.question.answer
    step = min(recall.step + 1, len(WAITS)) if right else 0
    answered = recall.model_copy(
        update={
            "step": step,
            "answered_at": now.astimezone(UTC),
            "right": recall.right + right,
            "wrong": recall.wrong + (not right),
        }
    )
    wait = WAITS[step] if step < len(WAITS) else None
    return progress.remembering({due.key: answered}), Answered(due.question, choice, right, wait)


def after_skip(progress: Progress, skipped: Iterable[Due], now: datetime) -> Progress:
    """Return the progress after these were skipped: they are not asked again today."""
    moment = now.astimezone(UTC)
    return progress.remembering(
        {
            due.key: progress.questions.get(due.key, Recall()).model_copy(update={"skipped_at": moment})
            for due in skipped
        }
    )
