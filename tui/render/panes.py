"""Panes and the lines between them: where each stands, and the frame with its joints and titles."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from tui.render.canvas import Canvas
from tui.render.signs import SIGNS
from tui.render.text import Role, Row

_UP, _DOWN, _LEFT, _RIGHT = 1, 2, 4, 8
_JOINTS: Final = {
    _LEFT | _RIGHT: 0, _LEFT: 0, _RIGHT: 0, _UP | _DOWN: 1, _UP: 1, _DOWN: 1,
    _DOWN | _RIGHT: 2, _DOWN | _LEFT: 3, _UP | _RIGHT: 4, _UP | _LEFT: 5,
    _UP | _DOWN | _RIGHT: 6, _UP | _DOWN | _LEFT: 7, _DOWN | _LEFT | _RIGHT: 8, _UP | _LEFT | _RIGHT: 9,
    _UP | _DOWN | _LEFT | _RIGHT: 10,
}  # fmt: skip
"""Which ways a line goes on from a cell → the place of its sign in `SIGNS.frame_line`."""


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle of cells."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Line:
    """A straight line of the frame, its ends among it: horizontal where `down` is 0, else vertical."""

    x: int
    y: int
    across: int = 0
    down: int = 0
    title: Row = field(default_factory=Row)
    at_right: Row = field(default_factory=Row)


@dataclass(frozen=True, slots=True)
class Plan:
    """How a screen is laid out: a box for each pane that is shown, and the lines around them."""

    width: int
    height: int
    boxes: Mapping[str, Box]
    lines: Sequence[Line] = ()

    def drawn(self) -> list[Row]:
        """Return the frame alone; the panes are blank."""
        shape = tuple((line.x, line.y, line.across, line.down) for line in self.lines)
        rows = list(_untitled(self.width, self.height, shape))
        for y in {line.y for line in self.lines if line.across} & set(range(self.height)):
            canvas = Canvas(self.width, 1)
            canvas.put_row(0, 0, rows[y])
            for line in self.lines:
                if line.y == y:
                    _titles(canvas, line)
            rows[y] = canvas.rows()[0]
        return rows


@lru_cache(maxsize=8)
def _untitled(width: int, height: int, shape: tuple[tuple[int, int, int, int], ...]) -> Sequence[Row]:
    """Draw the lines without their titles, which alone change from frame to frame."""
    canvas = Canvas(width, height)
    for (x, y), way in _ways(shape).items():
        canvas.put(x, y, SIGNS.frame_line[_JOINTS[way]], Role.FRAME)
    return canvas.rows()


def outer(width: int, height: int, title: Row, at_right: Row, top: int = 0) -> list[Line]:
    """Return the four lines around everything, the titles in the first `top` cells of the first one; 0: in all."""
    return [
        Line(0, 0, across=top or width, title=title, at_right=at_right),
        Line(0, 0, across=width),
        Line(0, height - 1, across=width),
        Line(0, 0, down=height),
        Line(width - 1, 0, down=height),
    ]


def _ways(lines: tuple[tuple[int, int, int, int], ...]) -> Mapping[tuple[int, int], int]:
    """Return where the lines go from each place; a line is x, y, across, down."""
    ways: dict[tuple[int, int], int] = {}
    for x, y, across, down in lines:
        steps = across or down
        before, after = (_LEFT, _RIGHT) if across else (_UP, _DOWN)
        for step in range(steps):
            place = (x + step, y) if across else (x, y + step)
            way = (before if step > 0 else 0) | (after if step < steps - 1 else 0)
            ways[place] = ways.get(place, 0) | way
    return {place: way for place, way in ways.items() if way}


def _titles(canvas: Canvas, line: Line) -> None:
    """Write the titles of a horizontal line into the one row that it is in, a blank at each side.

    The left one wins where both do not fit.
    """
    if not line.across:
        return
    room = line.across - 4
    left = line.title.fitted(min(line.title.cells, room)) if line.title.spans and room > 0 else Row()
    if left.spans:
        canvas.put(line.x + 1, 0, " ")
        canvas.put_row(line.x + 2, 0, left)
        canvas.put(line.x + 2 + left.cells, 0, " ")
    right = line.at_right
    if right.spans and left.cells + right.cells + 3 <= room:
        start = line.x + line.across - 2 - right.cells
        canvas.put(start - 1, 0, " ")
        canvas.put_row(start, 0, right)
        canvas.put(start + right.cells, 0, " ")
