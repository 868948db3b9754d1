"""Small charts. Three things differ in shape: little is a low block, nothing is a dot, a blank is not known."""

from collections.abc import Sequence
from typing import Final

from tui.render.signs import SIGNS
from tui.render.text import Role, Row, Span

_STEPS: Final = len(SIGNS.ticks)


def most_of(*series: Sequence[float | None]) -> float:
    """Return the highest value of them all: what the highest block stands for. 0 where nothing is known."""
    return max((value for one in series for value in one if value is not None), default=0.0)


def spark(values: Sequence[float | None], most: float, role: Role = Role.TEXT) -> Row:
    """Return one cell for each value, on a scale that ends at `most`."""
    return Row(tuple(_cell(value, most, role) for value in values))


def _cell(value: float | None, most: float, role: Role) -> Span:
    if value is None:
        return Span(" ")
    if value <= 0 or most <= 0:
        return Span(SIGNS.open, Role.QUIET)
    return Span(SIGNS.ticks[min(_STEPS - 1, int(value / most * _STEPS))], role)


def chart(values: Sequence[float | None], most: float, height: int, role: Role = Role.TEXT) -> list[Row]:
    """Return a chart of `height` rows, a column for each value, eight steps a row. What is not known is a gap."""
    rows: list[Row] = []
    for line in range(height - 1, -1, -1):
        cells = [_column(value, most, height, line, role) for value in values]
        rows.append(Row(tuple(cells)))
    return rows


def _column(value: float | None, most: float, height: int, line: int, role: Role) -> Span:
    if value is None:
        return Span(" ")
    if value <= 0 or most <= 0:
        return Span(SIGNS.open if line == 0 else " ", Role.QUIET)
    filled = max(1, round(value / most * height * _STEPS)) - line * _STEPS
    return Span(" " if filled <= 0 else SIGNS.ticks[min(filled, _STEPS) - 1], role)
