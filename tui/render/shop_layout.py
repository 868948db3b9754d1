"""Where the Shop screen's panes stand: what gives way first is decided here, and nowhere else."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from tui.render import topology_boxes, topology_lines, topology_list
from tui.render.panes import Box

TOPOLOGY, TAIL, INSPECTOR, ABOUT = "topology", "tail", "inspector", "about"
SIDE_FROM: Final = 110
"""From so many columns on, the inspector stands at the side; below it is a sheet over the tail."""
ROOMY_FROM: Final = 160
ONE_PANE_COLUMNS, ONE_PANE_ROWS = 60, 15
"""Below these (the rows without frame and bars) there is one pane; tab changes it."""
BOXES_ROWS: Final = 28
"""So many rows, without frame and bars, leave the topology its boxes: a window of 34."""
_SIDE, _SIDE_MOST, _MARGINS = 33, 60, 2
_TAIL_LEAST: Final = 5


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the person wants to see. side: INSPECTOR or ABOUT, what is open at the side; empty: nothing.

    focused: the pane where the keyboard is. zoomed: the pane that has all the room; empty: none.
    """

    side: str = ""
    focused: str = TOPOLOGY
    zoomed: str = ""


@dataclass(frozen=True, slots=True)
class Layout:
    """boxes: pane → where it stands. tail_y: the row of the line above what is below the topology; 0: there is none.

    side_x: the column of the line beside what stands at the side; 0: nothing does.
    """

    boxes: Mapping[str, Box]
    tail_y: int = 0
    side_x: int = 0


def layout(body: Box, wanted: Wanted) -> Layout:
    """Place the panes in what the frame and the bars leave over."""
    columns = body.width + _MARGINS
    alone = wanted.zoomed
    if not alone and (columns < ONE_PANE_COLUMNS or body.height < ONE_PANE_ROWS):
        alone = wanted.focused
    if alone:
        return Layout({alone: body})
    boxed = body.height >= BOXES_ROWS and columns >= topology_boxes.WIDTH + 2 * _MARGINS
    at_side = bool(wanted.side) and columns >= SIDE_FROM
    side = _side_cells(columns, topology_boxes.WIDTH if boxed else topology_lines.WIDTH) if at_side else 0
    side_x = columns - side - 2 if at_side else 0
    left = side_x - 1 if at_side else body.width
    rows = _topology_rows(body.height, left, boxed=boxed)
    tail_y = body.y + rows
    below = Box(body.x, tail_y + 1, left, body.height - rows - 1)
    boxes = {TOPOLOGY: Box(body.x, body.y, left, rows)}
    boxes[wanted.side if wanted.side and not at_side else TAIL] = below
    if at_side:
        boxes[wanted.side] = Box(side_x + 1, body.y, side, body.height)
    return Layout(boxes, tail_y, side_x)


def _side_cells(columns: int, topology: int) -> int:
    """Return how wide the pane at the side may be, so that the topology keeps its shape."""
    usual = _SIDE if columns < ROOMY_FROM else min(_SIDE + (columns - ROOMY_FROM) // 3 + 7, _SIDE_MOST)
    return min(usual, columns - topology - _MARGINS - 3)


def _topology_rows(rows: int, left: int, *, boxed: bool) -> int:
    if boxed:
        return topology_boxes.HEIGHT
    room = rows - 1 - _TAIL_LEAST
    if left < topology_lines.WIDTH + _MARGINS:
        return min(topology_list.HEIGHT, room)
    return max(min(topology_lines.HEIGHT, room), topology_lines.LEAST_HEIGHT)
