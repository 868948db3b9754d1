"""What stands above the lesson, below it, and in Learn's status row."""

from lab.course.catalog import Need
from lab.course.saying import NEEDS
from tui.model.learn import Study
from tui.render.bars import clock
from tui.render.signs import SIGNS
from tui.render.text import Look, Role, Row, Span, row, sides
from tui.render.tree import phase_line


def title_row(study: Study, cells: int, *, kafka: bool, indent: int = 1) -> Row:
    """Return the exercise's number and title, with its minutes and what it needs."""
    exercise = study.known.exercise
    needs = [f"needs {NEEDS[need]}" for need in exercise.needs]
    said = f" {SIGNS.open} ".join([f"{exercise.minutes} min", *needs])
    right = row("  ", Span(said, Role.QUIET))
    if Need.KAFKA in exercise.needs:
        sign = Span(f" {SIGNS.right}", Role.GOOD) if kafka else Span(f" {SIGNS.unknown}", Role.QUIET)
        right = right + row(sign)
    title = row(" " * indent, Span(f"{exercise.number} · {exercise.title}", look=Look.STRONG))
    return sides(title, right + row(" " * (indent - 1)), cells)


def head_rows(study: Study, cells: int, height: int, *, kafka: bool, side: bool) -> list[Row]:
    """Return the rows above the lesson; with the tree at the side its line is not needed."""
    title = title_row(study, cells, kafka=kafka, indent=2 if side else 1)
    if height == 1:
        return [title]
    if side:
        return [Row(), title, Row()]
    return [phase_line(study.known.course, study.known.progress, study.known.exercise, cells), title, Row()]


def more_row(read: int | None, cells: int) -> Row:
    """Say how much of the lesson is above the pane's lower edge, and that it goes on."""
    if read is None:
        return Row()
    told = f"{SIGNS.more_below} {read} % · ↓ goes on" if read < 100 else "the end · home goes back"  # noqa: PLR2004
    return sides(Row(), row(Span(told, Role.QUIET), "    "), cells)


def status_row(study: Study, cells: int, right: Row) -> Row:
    """Say what is watched, or what goes on."""
    check, known = study.check, study.known
    name = known.place
    last = f" (last {clock(check.at_ms)})" if check.at_ms else ""
    if check.runs:
        texts = [f"Checking {name}…"]
    elif check.goes_in:
        texts = ["It has passed. The units that use it restart with your lines…"]
    else:
        texts = [f"Watching {name} for your next save{last}.", f"Watching {known.exercise.file} for your next save"]
    for text in texts:
        if len(text) + right.cells + 2 <= cells:
            return sides(row(text), right, cells)
    return sides(row(texts[-1]), right, cells)
