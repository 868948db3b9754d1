"""The topology of the shop: who asks whom, what travels, what waits. One drawing for every size of window."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from tui.model.scene import Scene
from tui.model.shape import COLUMNS, UNITS_DOWN
from tui.render import topology_boxes, topology_lines, topology_list
from tui.render.panes import Box
from tui.render.signs import SIGNS
from tui.render.text import Role, Row, frame, row

MARGIN: Final = 1
"""A blank at each side."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """Rows, and where in them each unit and edge stands."""

    rows: Sequence[Row]
    spots: Mapping[str, Box]

    def at(self, x: int, y: int) -> str:
        """Return what stands in a cell; empty where nothing does. Of two, the smaller one."""
        hit = [
            (box.width * box.height, name)
            for name, box in self.spots.items()
            if box.x <= x < box.x + box.width and box.y <= y < box.y + box.height
        ]
        return min(hit)[1] if hit else ""


def topology(scene: Scene, width: int, height: int, chosen: str = "") -> Drawing:
    """Draw a scene. chosen: the unit or edge on which the keyboard is, empty where it is elsewhere.

    Where Kafka does not answer everything is drawn as a ghost: what is seen is from before.
    """
    drawn = _drawing(scene, width - 2 * MARGIN, height, chosen)
    here = drawn.spots[chosen].y if isinstance(drawn, topology_list.ListDrawing) and chosen in drawn.spots else -1
    rows = [row(SIGNS.cursor if y == here else " ") + one for y, one in enumerate(drawn.rows())]
    if scene.stale:
        rows = [one.all_in(Role.GHOST) for one in rows]
    spots = {name: Box(box.x + MARGIN, box.y, box.width, box.height) for name, box in drawn.spots.items()}
    return Drawing(frame(rows, width, height), spots)


def _drawing(
    scene: Scene, width: int, height: int, chosen: str
) -> topology_boxes.BoxesDrawing | topology_lines.LinesDrawing | topology_list.ListDrawing:
    if width >= topology_boxes.WIDTH and height >= topology_boxes.HEIGHT - 1:
        return topology_boxes.BoxesDrawing(scene, width, height, chosen)
    if width >= topology_lines.WIDTH and height >= topology_lines.LEAST_HEIGHT:
        return topology_lines.LinesDrawing(scene, width, height, chosen)
    return topology_list.ListDrawing(scene, width, height, chosen)


def next_place(spots: Mapping[str, Box], chosen: str, across: int, down: int) -> str:
    """Return what is chosen by an arrow key: the next one in the column, or the nearest one in the next column."""
    if chosen not in spots:
        return next(iter(spots), "")
    columns = [[name for name in column if name in spots] for column in COLUMNS]
    if not any(len(column) > 0 and "." in column[0] for column in columns):
        columns = [[name for name in UNITS_DOWN if name in spots]]
    number = next(index for index, column in enumerate(columns) if chosen in column)
    if down:
        place = columns[number].index(chosen) + down
        return columns[number][max(0, min(place, len(columns[number]) - 1))]
    others = columns[number + across] if 0 <= number + across < len(columns) else []
    middle = _middle(spots[chosen])
    return min(others, key=lambda name: abs(_middle(spots[name]) - middle), default=chosen)


def _middle(box: Box) -> float:
    return box.y + (box.height - 1) / 2
