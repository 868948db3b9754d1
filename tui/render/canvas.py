"""A grid of cells to draw on, and its rows."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from rich.cells import cell_len

from tui.render.text import Look, Role, Row, Span

_COVERED: Final = ""
"""The second cell of a sign that takes two."""
_PLAIN: Final = (Role.TEXT, Look.PLAIN)

_Kind = tuple[Role, Look]


class Canvas:
    """Draw with `put`; what lies outside is not drawn, never an error. Later signs cover earlier ones."""

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = max(0, width), max(0, height)
        self._signs = [[" "] * self.width for _ in range(self.height)]
        self._kinds: list[list[_Kind]] = [[_PLAIN] * self.width for _ in range(self.height)]

    def put(self, x: int, y: int, text: str, role: Role = Role.TEXT, look: Look = Look.PLAIN) -> None:
        """Write one line of text, its first sign at column x of line y."""
        if not 0 <= y < self.height:
            return
        signs, kinds, kind = self._signs[y], self._kinds[y], (role, look)
        end = x + len(text)
        if x >= 0 and end <= self.width and _is_narrow(text):
            _part_wide(signs, x, end)
            signs[x:end] = text
            kinds[x:end] = [kind] * len(text)
            return
        lead = None  # where the sign stands that a mark without a cell of its own belongs to
        for sign in text:
            wide = cell_len(sign)
            if wide == 0:
                if lead is not None:
                    signs[lead] += sign
                continue
            lead = x if x >= 0 and x + wide <= self.width else None
            if lead is not None:
                _part_wide(signs, x, x + wide)
                signs[x : x + wide] = sign, *[_COVERED] * (wide - 1)
                kinds[x : x + wide] = [kind] * wide
            x += wide

    def put_row(self, x: int, y: int, row: Row) -> None:
        """Write a row's spans one after the other."""
        for span in row.spans:
            self.put(x, y, span.text, span.role, span.look)
            x += span.cells

    def rows(self) -> list[Row]:
        """Return the grid, neighbours of one kind in one span."""
        return [Row(tuple(_merged(*line))) for line in zip(self._signs, self._kinds, strict=True)]


@lru_cache(maxsize=2048)
def _is_narrow(text: str) -> bool:
    """Say whether every sign of it takes one cell."""
    return text.isascii() or all(cell_len(sign) == 1 for sign in set(text))


def _part_wide(signs: list[str], begin: int, end: int) -> None:
    """Leave a blank for the half of a wide sign of which these cells take the other half."""
    if begin == end:
        return
    if signs[begin] == _COVERED:
        signs[begin - 1] = " "
    if end < len(signs) and signs[end] == _COVERED:
        signs[end] = " "


def _merged(signs: list[str], kinds: list[_Kind]) -> Iterator[Span]:
    begun = 0
    for end, kind in enumerate(kinds):
        if kind != kinds[begun]:
            yield Span("".join(signs[begun:end]), *kinds[begun])
            begun = end
    if begun < len(kinds):
        yield Span("".join(signs[begun:]), *kinds[begun])
