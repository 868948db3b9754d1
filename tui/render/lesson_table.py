"""A table of a lesson: columns as wide as they must be, the widest broken into rows."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from tui.render.lesson_text import filled, spans_of
from tui.render.text import Look, Role, Row, Span, row

if TYPE_CHECKING:
    from markdown_it.token import Token

_BETWEEN: Final = 2
_NARROWEST: Final = 8


def table_rows(tokens: "Sequence[Token]", cells: int) -> Iterator[Row]:
    """Return the rows of a table in at most so many cells."""
    lines = list(_lines(tokens))
    if not lines:
        return
    widths = _widths(lines, cells)
    for number, line in enumerate(lines):
        look = Look.STRONG if number == 0 else Look.PLAIN
        columns = [
            filled([span.set_also(look) for span in spans], width, Row())
            for spans, width in zip(line, widths, strict=True)
        ]
        for height in range(max(map(len, columns))):
            pieces = [column[height] if height < len(column) else Row() for column in columns]
            yield _beside(pieces, widths)
        if number == 0:
            yield row(Span("─" * (sum(widths) + _BETWEEN * (len(widths) - 1)), Role.FRAME))


def _lines(tokens: "Sequence[Token]") -> Iterator[list[list[Span]]]:
    line: list[list[Span]] = []
    for number, token in enumerate(tokens):
        if token.type in {"th_open", "td_open"}:
            line.append(spans_of(tokens[number + 1]))
        elif token.type == "tr_close":
            yield line
            line = []


def _widths(lines: Sequence[Sequence[Sequence[Span]]], cells: int) -> list[int]:
    """Return what each column needs; where that is too much, the widest ones give."""
    widths = [max(Row(tuple(line[number])).cells for line in lines) for number in range(len(lines[0]))]
    room = cells - _BETWEEN * (len(widths) - 1)
    while sum(widths) > room and max(widths) > _NARROWEST:
        widest = widths.index(max(widths))
        widths[widest] -= min(sum(widths) - room, widths[widest] - _NARROWEST, max(1, widths[widest] // 4))
    return [max(1, width) for width in widths]


def _beside(pieces: Sequence[Row], widths: Sequence[int]) -> Row:
    line = Row()
    for number, (piece, width) in enumerate(zip(pieces, widths, strict=True)):
        is_last = number == len(widths) - 1
        line = line + (piece if is_last else piece.fitted(width) + row(" " * _BETWEEN))
    return line
