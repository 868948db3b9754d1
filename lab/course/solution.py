"""The learner's file beside the solution: what differs, as data, and why the solution has it so.

The solution's comments are the lesson, so those that stand in a difference are its reasons. Who may see it is said in
hints.py (`solution_is_open`).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from pathlib import Path
from typing import Final

from lab.course.catalog import Exercise
from lab.course.files import read_if_there
from lab.errors import LabError, NotFound

CONTEXT: Final = 3
"""How many lines that are the same are shown around a difference."""


class Side(StrEnum):
    """Where a line is found; the value is the sign of a unified diff."""

    BOTH = " "
    MINE = "-"
    SOLUTION = "+"


@dataclass(frozen=True, slots=True)
class Line:
    """One line, without its end, and its number in each file that has it."""

    side: Side
    text: str
    mine: int | None = None
    solution: int | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    """One place where the two differ, with a few lines around it."""

    lines: tuple[Line, ...]
    reasons: tuple[str, ...] = ()
    """What the solution's comments say here, a paragraph each."""


def diff(exercise: Exercise, mine: Path) -> tuple[Difference, ...]:
    """Return what differs between the learner's file and the solution; nothing where they are the same.

    Line ends, and blanks at the end of a line, are no difference. Raises NotFound where the learner's file is absent.
    """
    ours, theirs = _lines(mine), _lines(exercise.solution)
    if ours is None:
        raise NotFound(f"{mine} is not there: nothing to compare.", f"Begin: uv run lab open {exercise.id}")
    if theirs is None:
        raise LabError(f"{exercise.solution} is not there.", f"git checkout -- {exercise.solution}")
    groups = SequenceMatcher(None, ours, theirs, autojunk=False).get_grouped_opcodes(CONTEXT)
    found = (tuple(_group(ours, theirs, group)) for group in groups)
    return tuple(Difference(lines, tuple(_reasons(lines))) for lines in found)


def _lines(file: Path) -> list[str] | None:
    data = read_if_there(file)
    return None if data is None else [line.rstrip() for line in data.decode("utf-8-sig", "replace").splitlines()]


def _group(
    ours: Sequence[str], theirs: Sequence[str], group: Sequence[tuple[str, int, int, int, int]]
) -> Iterator[Line]:
    for kind, mine, mine_end, solution, solution_end in group:
        if kind == "equal":
            for step in range(mine_end - mine):
                yield Line(Side.BOTH, theirs[solution + step], mine + step + 1, solution + step + 1)
            continue
        yield from (Line(Side.MINE, ours[at], mine=at + 1) for at in range(mine, mine_end))
        yield from (Line(Side.SOLUTION, theirs[at], solution=at + 1) for at in range(solution, solution_end))


def _reasons(lines: Sequence[Line]) -> Iterator[str]:
    """Join the solution's comments: lines of comment that follow one another are one paragraph."""
    paragraph: list[str] = []
    for line in lines:
        if line.side is Side.MINE:
            continue
        text = line.text.strip()
        if text.startswith("#"):
            paragraph.append(text.lstrip("# "))
        elif paragraph:
            yield " ".join(paragraph)
            paragraph = []
    if paragraph:
        yield " ".join(paragraph)
