"""The ladder of hints: what each is about, how it stands, and what the next one costs."""

from collections.abc import Sequence
from typing import Final

from lab.course.hints import Hints, Rung
from tui.render.lesson import lesson_rows
from tui.render.signs import SIGNS
from tui.render.text import Look, Role, Row, Span, row

NAMES: Final = ("goal", "where to look", "which API", "the lines")
PRICE: Final = "noted 'with help', nothing else"
_SIGN: Final = {
    Rung.READ: (SIGNS.right, Role.GOOD),
    Rung.DUE: (SIGNS.cursor, Role.COMMAND),
    Rung.LATER: (SIGNS.open, Role.QUIET),
}


def ladder(rungs: Sequence[Rung], *, solution_open: bool, cells: int) -> Row:
    """Return the ladder in one row; where room is short the far end leaves first, then the words."""
    pieces = [_rung(number, rung) for number, rung in enumerate(rungs, 1)]
    pieces.append(row(Span(f"{SIGNS.right if solution_open else SIGNS.open} answer", Role.QUIET)))
    for between in ("   ", "  "):
        line = _joined(pieces, between)
        if line.cells <= cells:
            return line
    line = _joined(pieces[:-1], "  ")
    if line.cells <= cells:
        return line
    short = [row(Span(*_SIGN[rung]), f" {number}") for number, rung in enumerate(rungs, 1)]
    return _joined(short, "  ").fitted(cells)


def _rung(number: int, rung: Rung) -> Row:
    name = NAMES[number - 1] if number <= len(NAMES) else f"hint {number}"
    new = Span(" (new)", Role.COMMAND) if rung is Rung.DUE and number > 1 else Span("")
    role = Role.QUIET if rung is Rung.LATER else Role.TEXT
    look = Look.STRONG if rung is Rung.DUE else Look.PLAIN
    return row(Span(*_SIGN[rung]), Span(f" {number} {name}", role, look), new)


def _joined(pieces: Sequence[Row], between: str) -> Row:
    line = Row()
    for number, piece in enumerate(pieces):
        line = line + (row(between) if number else Row()) + piece
    return line


def next_price(rungs: Sequence[Rung]) -> str:
    """Say what opens the next hint, and what it costs to take it before; empty where all are read."""
    due = next((number for number, rung in enumerate(rungs, 1) if rung is Rung.DUE), None)
    later = next((number for number, rung in enumerate(rungs, 1) if rung is Rung.LATER), None)
    if due is not None:
        return f"h opens hint {due}: it costs nothing" if due == 1 else f"h opens hint {due}: you have earned it"
    if later is not None:
        return f"{later} opens after a changed attempt; h h takes it now, {PRICE}"
    return ""


def hint_sheet(hints: Hints, rungs: Sequence[Rung], cells: int, *, armed: bool) -> list[Row]:
    """Return the hints that are open, the newest last, and what the next one costs."""
    rows = list[Row]()
    for number, text in enumerate(hints.open, 1):
        new = Span("  new", Role.COMMAND) if number == hints.new else Span("")
        name = NAMES[number - 1] if number <= len(NAMES) else ""
        rows += [
            row(Span(f"Hint {number} of {len(rungs)}", look=Look.STRONG), Span(f"  {name}", Role.QUIET), new),
            Row(),
        ]
        rows += [one.row for one in lesson_rows(text, cells)]
        rows.append(Row())
    if Rung.DUE in rungs:
        rows.append(row(Span(f"h opens hint {rungs.index(Rung.DUE) + 1}: you have earned it.", Role.COMMAND)))
    elif hints.later is not None:
        number = hints.later.number
        rows.append(
            row(Span(f"Hint {number} opens after a changed attempt: change your file, and save it.", Role.QUIET))
        )
        price = f"h again takes it now: {PRICE}." if armed else f"h: what would it cost to read hint {number} now?"
        rows.append(row(Span(price, Role.COMMAND if armed else Role.QUIET)))
    return rows
