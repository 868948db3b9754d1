"""The topology with a line for each unit: what stays of it at 80×24."""

from collections.abc import Sequence
from typing import Final

from tui.model.scene import Scene
from tui.model.shape import ANALYTICS, ASKED, COMMANDS_TO, DEAD, EVENTS_OF, INITIATING, MEDIATOR, ORDER, READS
from tui.render.canvas import Canvas
from tui.render.dead_letters import brief
from tui.render.panes import Box
from tui.render.signs import SIGNS
from tui.render.text import Look, Role, Row, Span, row, sides
from tui.render.topology_box import draw_box, frame_role
from tui.render.topology_channel import Edge, channel
from tui.render.topology_mediator import mediator_rows, mediator_title, mediator_trouble
from tui.render.topology_words import commands, events, lag, short, spread, stand_of, title, yours

WIDTH, HEIGHT, LEAST_HEIGHT = 76, 11, 10
_LABEL, _CHANNEL, _MIDDLE, _UNIT = 16, 7, 23, 20
_RIGHT_CHANNEL: Final = 10
_WIDEST: Final = 16
_ROOMY: Final = 30
"""From so many cells on, a unit's line has room for its round trip."""


class LinesDrawing:
    """Draws a scene. `spots`: where each unit and edge stands."""

    def __init__(self, scene: Scene, width: int, height: int, chosen: str = "") -> None:
        self.scene, self.chosen = scene, chosen
        self.canvas = Canvas(width + 1, height)  # a long name may stand in the margin
        self._end = width
        self.spots: dict[str, Box] = {}
        wider = min(max(0, width - WIDTH) // 3, _WIDEST)
        self._left_cells, self._right_cells = _CHANNEL + wider, _RIGHT_CHANNEL + wider
        self._middle_x = _LABEL + self._left_cells
        self._channel_x = self._middle_x + _MIDDLE
        self._unit_x = self._channel_x + self._right_cells + 1
        self._left_side(min(height, HEIGHT))
        self._mediator(min(height, HEIGHT))
        for number, unit in enumerate(ASKED):
            self._asked(unit, 1 + 2 * number)

    def rows(self) -> Sequence[Row]:
        """Return what was drawn."""
        return self.canvas.rows()

    def _left_side(self, height: int) -> None:
        scene = self.scene
        tight = height < HEIGHT
        self._unit(ORDER, 0, 0, self._middle_x - 1)
        queue = scene.lag(ORDER) or 0 if scene.is_down(ORDER) else 0
        to_order = COMMANDS_TO[ORDER]
        self._labelled(INITIATING, 1, "initiating", events(scene.count(INITIATING)), Edge(False, True))  # noqa: FBT003
        self._labelled(to_order, 2, "commands", commands(scene.count(to_order)), Edge(True, False, queue))  # noqa: FBT003
        self._labelled(EVENTS_OF[ORDER], 3, "events", events(scene.count(EVENTS_OF[ORDER])), Edge(False, True))  # noqa: FBT003
        y = 4 if tight else 5
        self._unit(ANALYTICS, 0, y, self._middle_x - 1)
        reads = self._label("reads", events(scene.count(READS))) + row("  ", lag(scene.lag(ANALYTICS)))
        self.canvas.put_row(0, y + 1, reads.reversed() if self.chosen == READS else reads)
        self.spots[READS] = Box(0, y + 1, self._middle_x, 1)
        self._dead(height - 3)

    def _labelled(self, name: str, y: int, word: str, count: Span, edge: Edge) -> None:
        self.canvas.put_row(0, y, self._label(word, count))
        self._edge(name, edge, Box(_LABEL, y, self._left_cells, 1))
        self.spots[name] = Box(0, y, self._middle_x, 1)

    @staticmethod
    def _label(word: str, count: Span) -> Row:
        return sides(row(f" {word}"), row(count), _LABEL - 1)

    def _dead(self, y: int) -> None:
        count, parked = sum(self.scene.beside.unreadable.values()), self.scene.look.parked
        box, role = Box(0, y, self._middle_x - 1, 3), Role.FAULT if count or parked else Role.FRAME
        heading = row(f" {SIGNS.dead} dead letters ")
        draw_box(self.canvas, box, heading, role, signs=SIGNS.double_line, chosen=self.chosen == DEAD)
        self.canvas.put_row(2, y + 1, brief(parked, count).fitted(box.width - 3))
        self.spots[DEAD] = box

    def _mediator(self, height: int) -> None:
        box = Box(self._middle_x, 0, _MIDDLE, height)
        role = frame_role(self.scene, MEDIATOR)
        draw_box(self.canvas, box, mediator_title(self.scene), role, chosen=self.chosen == MEDIATOR)
        for number, one in enumerate(mediator_rows(self.scene, height - 2, _MIDDLE - 2, every=False)):
            self.canvas.put_row(box.x + 1, 1 + number, one)
        self.canvas.put_row(box.x + 1, height - 1, mediator_trouble(self.scene, _MIDDLE - 2))
        self.spots[MEDIATOR] = box

    def _asked(self, unit: str, y: int) -> None:
        scene, waits = self.scene, self.scene.lag(unit)
        queue = waits or 0 if scene.is_down(unit) else 0
        line = Box(self._channel_x, y, self._right_cells, 1)
        self._edge(COMMANDS_TO[unit], Edge(command=True, to_right=True, queue=queue), line)
        self._edge(EVENTS_OF[unit], Edge(command=False, to_right=False), Box(line.x, y + 1, line.width, 1))
        room = self._end - self._unit_x
        self._unit(unit, self._unit_x, y, room)
        counts = [commands(scene.count(COMMANDS_TO[unit])), events(scene.count(EVENTS_OF[unit])), lag(waits)]
        if unreadable := scene.beside.unreadable[unit]:
            counts.append(Span(f"{SIGNS.dead}{short(unreadable)}", Role.FAULT))
        self.canvas.put_row(self._unit_x, y + 1, spread(counts, room))
        self.spots[unit] = Box(self._unit_x, y, room, 2)

    def _edge(self, name: str, edge: Edge, box: Box) -> None:
        edge = Edge(edge.command, edge.to_right, edge.queue, self.chosen == name, self.scene.motion)
        self.canvas.put_row(box.x, box.y, channel(edge, self.scene.going_on(name), box.width))
        self.spots[name] = box

    def _unit(self, unit: str, x: int, y: int, room: int) -> None:
        stand, mark = stand_of(self.scene, unit), yours(self.scene, unit)
        name = row(Span(title(unit), look=Look.STRONG)) + (row(" ") + mark if mark.spans else Row())
        said = stand.row if room < _ROOMY else stand.row + row(Span(f"  {stand.beside}".rstrip(), Role.QUIET))
        if name.cells + said.cells + 1 > room:
            said = row(Span(stand.word, stand.role))
            room += self.canvas.width - self._end if x == self._unit_x else 0
        usual = max(13, room - 7) if room < _ROOMY else 14  # `ready` stands in one column; what is longer goes before
        gap = usual - name.cells if said.cells <= room - usual else room - name.cells - said.cells
        made = name.fitted(min(name.cells, room - said.cells - 1)) + row(" " * max(gap, 1)) + said
        self.canvas.put_row(x, y, made.reversed() if self.chosen == unit else made)
        if self.chosen == unit:
            self.canvas.put(x - 1 if x else 0, y, SIGNS.cursor, Role.TEXT, Look.REVERSE)
        self.spots[unit] = Box(x, y, room, 1)
