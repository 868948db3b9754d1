"""The ladder of hints: goal, where to look, which call, the lines.

What `lab hint` does, so that nobody has to think about it:

- It shows every hint that is open, the newest last. To read one again costs nothing and needs no option.
- It opens one more where one is due. The first is always due. Each further one is due when, since the last hint, the
  file was changed, checked, and not yet right. What was tried before the first one, which is free, earns the second.
- Where none is due it says what opens the next one. `--anyway` opens it at once, and that is noted as "with help". It
  is never refused, and `--anyway` on a hint that is due is noted as nothing.
- After a pass all are open: nothing is left to give away.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from lab.course.progress import HINTS, Progress, Standing, after_look, standing_of


class Rung(StrEnum):
    """How one hint of the ladder stands."""

    READ = "read"
    DUE = "due"  # may be taken now
    LATER = "later"  # opens after a changed attempt, or anyway


@dataclass(frozen=True, slots=True)
class NotYetOpen:
    """The next hint, and what opens it. Not an error: a sentence to go with what is open."""

    number: int
    what: str
    mend: str


@dataclass(frozen=True, slots=True)
class Hints:
    """What to show now."""

    open: tuple[str, ...]
    """The texts that may be read, first to last."""
    new: int | None
    """The number, from 1, of the one that was opened just now; None where none was."""
    later: NotYetOpen | None
    """The one that comes after these; None where all are open."""


def take_hint(
    progress: Progress, exercise: str, texts: Sequence[str], digest: str, now: datetime, *, anyway: bool = False
) -> tuple[Progress, Hints]:
    """Return the progress after asking for a hint, and what to show. `digest`: of the file as it is now."""
    here = after_look(progress, exercise, now)
    standing = here.exercises[exercise]
    ladder = rungs(standing, len(texts))
    opens = next((number for number, rung in enumerate(ladder, 1) if rung is not Rung.READ), None)
    if standing.passed_at is not None:
        return here, Hints(tuple(texts), None, None)
    if opens is None or (ladder[opens - 1] is Rung.LATER and not anyway):
        return here, _shown(exercise, texts, standing, new=None)
    taken = standing.model_copy(
        update={
            "hints_shown": opens,
            "hint_digest": digest,
            # the first hint is free: what was tried before it still earns the second
            "hint_earned": standing.hint_earned and opens == 1,
            "helped": standing.helped or ladder[opens - 1] is Rung.LATER,
        }
    )
    return here.having(exercise, taken), _shown(exercise, texts, taken, new=opens)


def _shown(exercise: str, texts: Sequence[str], standing: Standing, *, new: int | None) -> Hints:
    shown = standing.hints_shown
    return Hints(
        open=tuple(texts[:shown]),
        new=new,
        later=None if shown >= len(texts) else _not_yet_open(exercise, shown + 1),
    )


def _not_yet_open(exercise: str, number: int) -> NotYetOpen:
    return NotYetOpen(
        number,
        f"Hint {number} opens after a changed attempt.",
        f"Change your file and check it: uv run lab check {exercise}\n"
        f'Or read it now: uv run lab hint {exercise} --anyway (noted "with help", nothing else)',
    )


def rungs(standing: Standing | None, total: int = HINTS) -> tuple[Rung, ...]:
    """Return how each hint stands, first to last."""
    if standing is None:
        return _ladder(0, Rung.DUE, total)
    if standing.passed_at is not None:
        return (Rung.READ,) * total
    is_due = standing.hints_shown == 0 or standing.hint_earned
    return _ladder(standing.hints_shown, Rung.DUE if is_due else Rung.LATER, total)


def _ladder(read: int, following: Rung, total: int) -> tuple[Rung, ...]:
    return ((Rung.READ,) * read + (following,) + (Rung.LATER,) * total)[:total]


def solution_is_open(standing: Standing | None, total: int = HINTS) -> bool:
    """Say whether `lab solution` may show the answer: after a pass, or after all the hints."""
    return standing is not None and (standing.passed_at is not None or standing.hints_shown >= total)


def after_solution(progress: Progress, exercise: str, now: datetime) -> Progress:
    """Note that the answer was seen. Before a pass that is help; after it, it is a comparison."""
    here = after_look(progress, exercise, now)
    standing = standing_of(here, exercise, now)
    helped = standing.helped or standing.passed_at is None
    return here.having(exercise, standing.model_copy(update={"helped": helped}))
