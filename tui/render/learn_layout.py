"""Where the panes of Learn stand, and what gives way first."""

from dataclasses import dataclass
from typing import Final

from tui.render.panes import Box
from tui.render.tree import TREE_CELLS

SIDE_FROM: Final = 110
"""From so many columns on the tree stands at the side."""
SHORT_CHECK: Final = 3
_FEWEST_LESSON: Final = 4
_ROOMY, _TIGHT = 28, 12
"""Rows: from so many on lesson and whole card stand together; below so many the head and the check are a row each."""
_CHECK_SHARE: Final = 0.56


@dataclass(frozen=True, slots=True)
class Wants:
    """card: rows of the whole card. grown: it is opened. drawer: so is the tree. zoomed: a pane's id, or empty."""

    card: int = 0
    grown: bool = False
    drawer: bool = False
    zoomed: str = ""


@dataclass(frozen=True, slots=True)
class Places:
    """The panes' boxes, the row of the line above the check, and the column of the one beside the tree (0: none)."""

    boxes: dict[str, Box]
    check_line: tuple[int, int, int]
    """Column, row, cells."""
    side_line: int = 0


def has_side(columns: int) -> bool:
    """Say whether the tree stands at the side in a window of so many columns."""
    return columns >= SIDE_FROM


def places(body: Box, wants: Wants) -> Places:
    """Return where everything stands inside `body`."""
    wide = has_side(body.width + 2)
    if not wide:
        boxes, line = _stacked(body, wants, wide=False, whole=wants.grown or wants.zoomed == "check")
        if wants.drawer:
            boxes["tree"] = Box(body.x, body.y, min(TREE_CELLS + 1, body.width), body.height)
        return Places(boxes, line)
    right = Box(body.x + TREE_CELLS + 1, body.y, body.width - TREE_CELLS - 1, body.height)
    boxes, line = _stacked(right, wants, wide=True, whole=wants.zoomed != "lesson")
    boxes["tree"] = Box(body.x, body.y, TREE_CELLS, body.height)
    return Places(boxes, line, body.x + TREE_CELLS)


def _stacked(room: Box, wants: Wants, *, wide: bool, whole: bool) -> tuple[dict[str, Box], tuple[int, int, int]]:
    """Put head, lesson and check one above the other; `whole`: the whole card is shown."""
    alone = wants.zoomed == "check" or (whole and not wide and room.height < _ROOMY)
    tight = room.height < _TIGHT
    short = 1 if tight else SHORT_CHECK
    check = max(short, wants.card) if whole else short
    head = 1 if alone or tight else 3
    most = room.height - head - 1 if alone or not wide else int(room.height * _CHECK_SHARE)
    check = max(1, min(check, most))
    lesson = room.height - head - check - 2
    if lesson < _FEWEST_LESSON:
        check += lesson + 1 if alone else 0
        lesson = lesson if not alone else 0
    boxes = {"head": Box(room.x, room.y, room.width, head)}
    below = room.y + head
    if lesson > 0:
        boxes["lesson"] = Box(room.x, below, room.width, lesson)
        boxes["more"] = Box(room.x, below + lesson, room.width, 1)
        below += lesson + 1
    boxes["check"] = Box(room.x, below + 1, room.width, room.y + room.height - below - 1)
    return boxes, (room.x - 1, below, room.width + 2)
