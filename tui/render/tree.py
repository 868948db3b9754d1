"""The tree of the course: phases, exercises, how each stands, minutes. And its twin of one line."""

from collections.abc import Sequence
from itertools import groupby
from typing import Final, NamedTuple

from lab.course.catalog import Course, Exercise, Kind
from lab.course.progress import Progress
from lab.shop.wording import fit, pad
from tui.render.signs import SIGNS
from tui.render.text import Look, Role, Row, Span, row, sides

TREE_CELLS: Final = 30
_ID_CELLS, _NOTE_CELLS = 10, 8
_KINDS: Final = {Kind.PREDICT: "predict", Kind.ORDER: "order", Kind.FILE: "file", Kind.CAPSTONE: "capstone"}
_LEGEND: Final = (
    f" {SIGNS.right} passed  {SIGNS.helped} with help  {SIGNS.here} here",
    f" {SIGNS.open} open: any may be taken now",
    "   minutes at the right",
)


class TreeLine(NamedTuple):
    """A row, and what enter does there: go to an exercise, or fold a phase."""

    row: Row
    exercise: Exercise | None = None
    phase: int | None = None

    @property
    def can_be_chosen(self) -> bool:
        """Say whether the keyboard stops here."""
        return self.exercise is not None or self.phase is not None


class Mark(NamedTuple):
    """How an exercise stands, as a sign."""

    sign: str
    role: Role


def mark_of(progress: Progress, exercise: Exercise, here: str) -> Mark:
    """Return an exercise's sign: passed, passed with help, here, or open."""
    standing = progress.exercises.get(exercise.id)
    if standing is not None and standing.passed_at is not None:
        return Mark(SIGNS.helped if standing.helped else SIGNS.right, Role.GOOD)
    return Mark(SIGNS.here, Role.COMMAND) if exercise.id == here else Mark(SIGNS.open, Role.QUIET)


def tree(course: Course, progress: Progress, here: str, unfolded: frozenset[int]) -> list[TreeLine]:
    """Return the lines of the tree. `here`: the exercise that is shown, by its id."""
    lines = list[TreeLine]()
    titles = {phase.number: phase.title for phase in course.phase}
    for number, group in groupby(course, key=lambda one: one.phase):
        exercises = list(group)
        if number in unfolded:
            lines += _unfolded(number, titles.get(number, ""), exercises, progress, here)
        else:
            lines.append(_folded(number, titles.get(number, ""), exercises, progress))
    return lines


def legend() -> list[Row]:
    """Return what the signs mean."""
    return [row(Span(line, Role.QUIET)) for line in _LEGEND]


def _unfolded(number: int, title: str, exercises: Sequence[Exercise], progress: Progress, here: str) -> list[TreeLine]:
    passed = sum(progress.has_passed(one.id) for one in exercises)
    said = f"{passed} of {len(exercises)}"
    room = TREE_CELLS - 2 - len(said) - 1
    done = SIGNS.bar_done * round(room * passed / len(exercises))
    bar = row(" ", Span(done, Role.GOOD), Span(SIGNS.bar_left * (room - len(done)), Role.QUIET), f" {said}")
    left = sum(one.minutes for one in exercises if not progress.has_passed(one.id))
    last = sides(
        row(Span(f"   left in phase {number}", Role.QUIET)), row(Span(f"{hours(left)}  ", Role.QUIET)), TREE_CELLS
    )
    return [
        TreeLine(row(f" {SIGNS.unfolded} ", Span(f"{number} {title}", look=Look.STRONG)), phase=number),
        TreeLine(bar),
        TreeLine(Row()),
        *(TreeLine(_exercise(one, progress, here), exercise=one) for one in exercises),
        TreeLine(last),
        TreeLine(Row()),
    ]


def _exercise(one: Exercise, progress: Progress, here: str) -> Row:
    mark = mark_of(progress, one, here)
    standing = progress.exercises.get(one.id)
    tries = standing.attempts if standing and standing.passed_at is None and one.id == here else 0
    note = _KINDS.get(one.kind, "") if not tries else "1 try" if tries == 1 else f"{tries} tries"
    name = Span(pad(fit(one.id, _ID_CELLS), _ID_CELLS), look=Look.STRONG if one.id == here else Look.PLAIN)
    return row(
        "  ",
        Span(mark.sign, mark.role),
        f" {one.number:>2} ",
        name,
        Span(f" {pad(note, _NOTE_CELLS)} {one.minutes:>2} ", Role.QUIET),
    )


def _folded(number: int, title: str, exercises: Sequence[Exercise], progress: Progress) -> TreeLine:
    passed = sum(progress.has_passed(one.id) for one in exercises)
    left = row(f" {SIGNS.folded} ", Span(f"{number} {title}", look=Look.STRONG))
    time = hours(sum(one.minutes for one in exercises))
    right = row(Span(f"{passed}/{len(exercises)} {time:<6} ", Role.QUIET))
    return TreeLine(sides(left, right, TREE_CELLS), phase=number)


def hours(minutes: int) -> str:
    """Return minutes shortly: `5 h 50`, `25 min`."""
    whole, rest = divmod(minutes, 60)
    return f"{whole} h {rest:02}" if whole else f"{rest} min"


def phase_line(course: Course, progress: Progress, exercise: Exercise, cells: int) -> Row:
    """Return the tree as one line: the phase, a sign for each exercise, how far it is."""
    exercises = [one for one in course if one.phase == exercise.phase]
    title = next((phase.title for phase in course.phase if phase.number == exercise.phase), "")
    passed = sum(progress.has_passed(one.id) for one in exercises)
    left = sum(one.minutes for one in exercises if not progress.has_passed(one.id))
    marks = [mark_of(progress, one, exercise.id) for one in exercises]
    told = f"{passed} of {len(exercises)} {SIGNS.open} {hours(left)} left"
    line = row(" ", Span(f"{exercise.phase} {title} ", look=Look.STRONG))
    line += Row(tuple(Span(mark.sign, mark.role) for mark in marks)) + row("  ", told)
    key = row("  ", Span("t", look=Look.STRONG), Span(" tree ", Role.QUIET))
    return sides(line, key, cells)
