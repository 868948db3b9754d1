"""Where the learner was, and what comes next: for `lab next` the day after, and months after."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from lab.course.catalog import Course, Exercise
from lab.course.progress import Progress, Standing, day_of

LONG_DAYS: Final = 7
"""From so many days on, somebody comes back and does not merely go on."""


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where the learner was, and what comes next. It advises; any exercise may be taken at any time."""

    last: Exercise | None
    """Where they were; None before the first one, and where the course no longer has it."""
    standing: Standing | None
    """How that one stands: its `last_at`, `last_task`, `last_finding`, `passed_at`."""
    days: int
    """Days since then; 0: today."""
    next: Exercise | None
    """What to do now; None: all are passed."""
    left_open: tuple[Exercise, ...]
    """Exercises before `next` that are not passed; without `next`, none."""
    passed: int
    total: int

    @property
    def goes_on(self) -> bool:
        """Say whether `next` is what they were at already."""
        return self.next is not None and self.next == self.last

    @property
    def was_long_away(self) -> bool:
        """Say whether they should be told where they were, before anything else."""
        return self.days >= LONG_DAYS


def where_you_were(progress: Progress, course: Course, now: datetime) -> Whereabouts:
    """Return where the learner was and what is next.

    Next is what they were at, until it passes; then the first one after it that is open; where none is, the first
    open one of all. So whoever jumped ahead goes on from there, and is told what was left open.
    """
    last = course.by_id.get(progress.last or "")
    todo = [one for one in course if not progress.has_passed(one.id)]
    place = {one.id: number for number, one in enumerate(course)}
    since = place[last.id] if last else 0
    following = next((one for one in todo if place[one.id] >= since), todo[0] if todo else None)
    away = (day_of(now, now) - day_of(progress.last_at, now)).days if progress.last_at else 0
    return Whereabouts(
        last=last,
        standing=progress.exercises.get(last.id) if last else None,
        days=max(0, away),  # a clock may have been set back
        next=following,
        left_open=tuple(one for one in todo if following and place[one.id] < place[following.id]),
        passed=len(place) - len(todo),
        total=len(place),
    )


def after(exercise: Exercise, course: Course, progress: Progress) -> Exercise:
    """Return the open one that follows, for who leaves this one open; after the last, itself."""
    later = (one for one in course if one.number > exercise.number and not progress.has_passed(one.id))
    return next(later, exercise)
