"""The summary of a phase as a page in the workspace. What the learner writes below its mark stays theirs."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from lab.course.desk import RECORDS
from lab.course.files import locked, read_if_there, write_whole
from lab.course.saying import duration
from lab.course.summary import Passed, PhaseSummary
from lab.errors import Conflict

MARK: Final = "<!-- What stands below this line is yours: it stays as you write it. -->"
_NOTES: Final = "\n\n## Your notes\n\n"


def page_of(folder: Path, number: int) -> Path:
    """Return where the page of a phase is, or would be."""
    return folder / f"phase-{number}.md"


def keep(summary: PhaseSummary, folder: Path) -> Path:
    """Write the page, and return it. What stands below the mark is kept, byte for byte.

    Raises Conflict where there is a page without the mark: nobody knows what of it is the learner's. Then nothing is
    written.
    """
    file = page_of(folder, summary.phase.number)
    with locked(folder / RECORDS / "workspace.lock"):
        there = read_if_there(file)
        notes = _NOTES.encode() if there is None else _below_the_mark(file, there)
        write_whole(file, f"{text(summary)}\n\n{MARK}".encode() + notes)
    return file


def _below_the_mark(file: Path, there: bytes) -> bytes:
    _, mark, notes = there.partition(MARK.encode())
    if not mark:
        raise Conflict(
            f"{file} has no line any more that says what of it is yours, so it is left as it is.",
            f"Give it another name, and write a new one: mv '{file}' '{file.with_suffix('.old.md')}'",
        )
    return notes


def text(summary: PhaseSummary) -> str:
    """Return the page, without the mark and what follows it."""
    return "\n\n".join(_blocks(summary))


def _blocks(of: PhaseSummary) -> Iterator[str]:
    yield f"# Phase {of.phase.number} · {of.phase.title}"
    yield f"Written on {of.day} by `uv run lab summary {of.phase.number}`, which writes it anew whenever you like."
    yield _how_far(of)
    if of.built:
        yield f"## What you built\n\n{len(of.built)} of the {of.parts_in_all} pieces of the shop that this phase has."
        yield _table(("piece", "what it does in the shop", "runs now", "passed"), [_piece(one) for one in of.built])
    others = [one for one in of.passed if one not in of.built]
    if others:
        yield "## What else you did"
        yield "\n".join(f"- {one.exercise.number} · {one.exercise.title} ({_when(one)})" for one in others)
    if of.open:
        yield "## What is open"
        yield "\n".join(f"- {one.number} · {one.title}: `uv run lab open {one.id}`" for one in of.open)
    if of.words:
        yield f"## The words you know\n\n{len(of.words)} of {of.words_in_all}."
        rows = [(one.word, one.meaning, str(one.exercise.number)) for one in of.words]
        yield _table(("word", "here it means", "exercise"), rows)
    if of.phase.breaks:
        yield f"## What breaks next\n\nThe shop works while nothing goes wrong. Phase {of.phase.number + 1} mends this:"
        yield "\n".join(f"- {one.what} (exercise `{one.then}`)" for one in of.phase.breaks)


def _how_far(of: PhaseSummary) -> str:
    if not of.passed:
        return f"None of {of.total} exercises passed yet."
    days = sorted({one.on for one in of.passed})
    span = f"on {days[0]}" if len(days) == 1 else f"from {days[0]} to {days[-1]}"
    worked = f", in about {duration(of.minutes)}" if of.minutes else ""
    return f"{len(of.passed)} of {of.total} exercises passed, {span}{worked}."


def _piece(one: Passed) -> Sequence[str]:
    exercise = one.exercise
    link = f"[{exercise.id}]({exercise.id}/{exercise.file})"
    runs = {"mine": "yours", "broken": "the broken one"}.get(one.runs or "", "the solution")
    return f"{link}, exercise {exercise.number}", exercise.does, runs, _when(one)


def _when(one: Passed) -> str:
    how = "with help" if one.helped else "without help"
    return f"{one.on}, {how}" if one.ran else f"{one.on}, {how}; not run: no Docker"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *([cell.replace("|", r"\|") for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
