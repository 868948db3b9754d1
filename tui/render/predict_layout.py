"""Where the panes of a prediction stand: side by side from 70 columns on, else one above the other, the guess first."""

from collections.abc import Mapping, Sequence
from typing import Final

from tui.render.panes import Box, Line
from tui.render.text import Row

_BESIDE_FROM: Final = 70
_LEFT_SHARE: Final = 0.5
_LEAST_ABOVE_WHY: Final = 5


def places(body: Box, left: Row, right: Row, *, why: int, alone: bool) -> tuple[Mapping[str, Box], Sequence[Line]]:
    """Return boxes and lines. why: rows of the comparison; 0: it is not shown. alone: the guess has all the room."""
    below = min(why, max(0, body.height - _LEAST_ABOVE_WHY - 2))
    main = Box(body.x, body.y, body.width, body.height - (below + 1 if below else 0))
    boxes: dict[str, Box] = {}
    lines = [Line(body.x - 1, main.y + main.height, across=body.width + 2)] if below else []
    if below:
        boxes["why"] = Box(body.x, main.y + main.height + 1, body.width, below)
    if alone:
        boxes["said"] = Box(main.x, main.y + 1, main.width, main.height - 1)
        return boxes, [*lines, Line(body.x - 1, main.y, across=body.width + 2, title=left)]
    if body.width + 2 < _BESIDE_FROM:
        half = (main.height - 2) // 2
        boxes["said"] = Box(main.x, main.y + 1, main.width, half)
        boxes["happened"] = Box(main.x, main.y + half + 2, main.width, main.height - half - 2)
        titles = ((main.y, left), (main.y + half + 1, right))
        return boxes, [*lines, *(Line(body.x - 1, y, across=body.width + 2, title=title) for y, title in titles)]
    share = int(main.width * _LEFT_SHARE)
    boxes["said"] = Box(main.x, main.y + 1, share, main.height - 1)
    boxes["happened"] = Box(main.x + share + 1, main.y + 1, main.width - share - 1, main.height - 1)
    end = main.height + (1 if below else 0)
    return boxes, [
        *lines,
        Line(body.x - 1, main.y, across=share + 2, title=left),
        Line(body.x + share, main.y, across=body.width - share + 1, title=right),
        Line(body.x + share, main.y, down=end),
    ]
