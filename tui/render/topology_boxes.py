"""The topology with a box for each unit: for windows with room."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from tui.model.scene import Scene
from tui.model.shape import ANALYTICS, ASKED, COMMANDS_TO, DEAD, EVENTS_OF, INITIATING, MEDIATOR, ORDER, READS
from tui.render.bars import clock
from tui.render.canvas import Canvas
from tui.render.dead_letters import how_many, unreadable
from tui.render.panes import Box
from tui.render.signs import SIGNS
from tui.render.text import Role, Row, Span, row, sides
from tui.render.topology_box import box_title, draw_box, frame_role, help_of
from tui.render.topology_channel import Edge, channel
from tui.render.topology_mediator import mediator_rows, mediator_title, mediator_trouble
from tui.render.topology_words import age, commands, events, lag, part_rows, short, spread, stand_of

WIDTH, HEIGHT = 82, 17
"""The least room that it takes."""
_LEFT, _CHANNEL, _MIDDLE, _RIGHT = 15, 14, 23, 16
_WIDEST_CHANNEL, _WIDEST_BOX = 34, 24
_LEGEND: Final = row(
    Span(f"{SIGNS.command_line}{SIGNS.command_right}", Role.COMMAND), " command: one is asked   ",
    Span(f"{SIGNS.event_line}{SIGNS.event_right}", Role.EVENT), " event: all are told   ",
    Span(f"{SIGNS.yours} yours", Role.YOURS), "   ", Span(f"{SIGNS.dead} dead", Role.FAULT), "   ",
    Span(f"{SIGNS.stopped} stopped", Role.FAULT),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Columns:
    """Where each of the five columns begins, and how wide it is."""

    left: int
    channel: int
    right: int

    @classmethod
    def of(cls, width: int) -> "_Columns":
        """Share what is left over: channels first, then the boxes."""
        extra = max(0, width - WIDTH)
        wider = min(extra // 3, _WIDEST_CHANNEL - _CHANNEL)
        boxes = min(extra // 6, _WIDEST_BOX - _RIGHT)
        return cls(_LEFT + boxes, _CHANNEL + wider, _RIGHT + boxes)

    @property
    def middle_x(self) -> int:
        return self.left + self.channel

    @property
    def channel_x(self) -> int:
        return self.middle_x + _MIDDLE

    @property
    def right_x(self) -> int:
        return self.channel_x + self.channel


class BoxesDrawing:
    """Draws a scene. `spots`: where each unit and edge stands."""

    def __init__(self, scene: Scene, width: int, height: int, chosen: str = "") -> None:
        self.scene, self.chosen = scene, chosen
        self.canvas = Canvas(width, height)
        self.columns = _Columns.of(width)
        self.spots: dict[str, Box] = {}
        legend = height >= HEIGHT
        self._y = 1 if legend else 0
        if legend:
            self.canvas.put_row(0, 0, _LEGEND)
        self._left_side()
        self._mediator()
        for number, unit in enumerate(ASKED):
            self._asked(unit, self._y + 4 * number)

    def rows(self) -> Sequence[Row]:
        """Return what was drawn."""
        return self.canvas.rows()

    # ── the left side ────────────────────────────────────────────────────────────────────────────────────────────

    def _left_side(self) -> None:
        scene, x, cells, y = self.scene, self.columns.left, self.columns.channel, self._y
        self._unit(ORDER, Box(0, y, x, 7), self._order_rows())
        queue = scene.lag(ORDER) or 0 if scene.is_down(ORDER) else 0
        self._label(x, y, "initiating", events(scene.count(INITIATING)))
        self._edge(INITIATING, Edge(command=False, to_right=True), Box(x, y + 1, cells, 1))
        self._label(x, y + 2, "commands", commands(scene.count(COMMANDS_TO[ORDER])))
        self._edge(COMMANDS_TO[ORDER], Edge(command=True, to_right=False, queue=queue), Box(x, y + 3, cells, 1))
        self._label(x, y + 4, "events", events(scene.count(EVENTS_OF[ORDER])))
        self._edge(EVENTS_OF[ORDER], Edge(command=False, to_right=True), Box(x, y + 5, cells, 1))
        stand = stand_of(scene, ANALYTICS)
        listens = row("listens") if not stand.sign else stand.row
        self._unit(ANALYTICS, Box(0, y + 8, x, 4), [listens, row(lag(scene.lag(ANALYTICS)))])
        self._label(x, y + 8, "reads", events(scene.count(READS)))
        line = channel(Edge(command=False, to_right=False, motion=scene.motion), scene.going_on(READS), 2)
        self.canvas.put_row(x, y + 9, line + row(Span(" every event", Role.QUIET)))
        self.spots[READS] = Box(x, y + 9, cells, 1)
        self._dead(y + 12)

    def _label(self, x: int, y: int, word: str, count: Span) -> None:
        self.canvas.put_row(x, y, sides(row(word), row(count), self.columns.channel))

    def _order_rows(self) -> Sequence[Row]:
        scene, stand = self.scene, stand_of(self.scene, ORDER)
        port = scene.ports.get(ORDER)
        where = f" :{port}" if port and not stand.sign else f" {stand.beside}" if stand.sign else ""
        first = row(Span(stand.word, stand.role), Span(where, Role.QUIET))
        posts = row(f"{short(scene.flow.orders)} POST, 202")
        help_ = help_of(scene, ORDER)
        return [first, posts, *([help_] if help_.spans else []), *part_rows(scene, ORDER, 3 - bool(help_.spans))]

    def _dead(self, y: int) -> None:
        scene, box = self.scene, Box(0, y, self.columns.left, 4)
        count, last = sum(scene.beside.unreadable.values()), scene.last_unreadable()
        parked = scene.look.parked
        role = Role.FAULT if count or parked else Role.FRAME
        self._frame(DEAD, box, row(f" {SIGNS.dead} dead "), role, SIGNS.double_line)
        letters = how_many(parked)
        self.canvas.put_row(2, y + 1, row(letters, f"{'':{4 - letters.cells}}d opens").fitted(box.width - 3))
        said = unreadable(count) if count or not parked else Span("parked", Role.FAULT)
        self.canvas.put_row(1, y + 2, row(" " if len(said.text) < box.width - 2 else "", said).fitted(box.width - 2))
        if last is not None:
            head = Span(f"{SIGNS.command_left} ", Role.FAULT)
            self.canvas.put_row(box.width, y + 1, row(head, clock(last.at_ms)))
            self.canvas.put_row(box.width + 2, y + 2, row(Span(f"{age(scene.at_ms - last.at_ms)} ago", Role.QUIET)))

    # ── the middle and the right side ────────────────────────────────────────────────────────────────────────────

    def _mediator(self) -> None:
        scene, x = self.scene, self.columns.middle_x
        box = Box(x, self._y, _MIDDLE, 16)
        self._frame(MEDIATOR, box, mediator_title(scene), frame_role(scene, MEDIATOR))
        for number, one in enumerate(mediator_rows(scene, 14, _MIDDLE - 2, every=True)):
            self.canvas.put_row(x + 1, box.y + 1 + number, one)
        self.canvas.put_row(x + 1, box.y + box.height - 1, mediator_trouble(scene, _MIDDLE - 2))

    def _asked(self, unit: str, y: int) -> None:
        scene, x, cells = self.scene, self.columns.channel_x, self.columns.channel
        waits = scene.lag(unit)
        counts = [commands(scene.count(COMMANDS_TO[unit])), events(scene.count(EVENTS_OF[unit]))]
        whole = spread([*counts, lag(waits)], 1_000)
        self.canvas.put_row(x, y, whole if whole.cells <= cells else spread(counts, cells))
        if whole.cells > cells:
            self.canvas.put_row(x, y + 3, row(lag(waits)))
        queue = waits or 0 if scene.is_down(unit) else 0
        self._edge(COMMANDS_TO[unit], Edge(command=True, to_right=True, queue=queue), Box(x, y + 1, cells, 1))
        self._edge(EVENTS_OF[unit], Edge(command=False, to_right=False), Box(x, y + 2, cells, 1))
        self._unit(unit, Box(self.columns.right_x, y, self.columns.right, 4), self._asked_rows(unit))

    def _asked_rows(self, unit: str) -> Sequence[Row]:
        scene, stand = self.scene, stand_of(self.scene, unit)
        room = self.columns.right - 3
        word = row(Span(stand.word if stand.sign != "?" else f"? {stand.word}", stand.role))
        first = sides(word, row(Span(stand.beside, Role.QUIET)), room) if stand.beside else word
        unreadable = scene.beside.unreadable[unit]
        dead = [row(Span(f"{SIGNS.dead} {short(unreadable)} unread", Role.FAULT))] if unreadable else []
        help_ = help_of(scene, unit)
        return [first, *([help_] if help_.spans else []), *dead, *part_rows(scene, unit, 1)]

    # ── both ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def _edge(self, name: str, edge: Edge, box: Box) -> None:
        edge = Edge(edge.command, edge.to_right, edge.queue, self.chosen == name, self.scene.motion)
        self.canvas.put_row(box.x, box.y, channel(edge, self.scene.going_on(name), box.width))
        self.spots[name] = box

    def _unit(self, unit: str, box: Box, rows: Sequence[Row]) -> None:
        self._frame(unit, box, box_title(self.scene, unit, box.width - 2), frame_role(self.scene, unit))
        for number, one in enumerate(rows[: box.height - 2]):
            self.canvas.put_row(box.x + 1, box.y + 1 + number, (row(" ") + one).fitted(box.width - 2))

    def _frame(self, name: str, box: Box, heading: Row, role: Role, signs: str = SIGNS.frame_line) -> None:
        draw_box(self.canvas, box, heading, role, signs=signs, chosen=self.chosen == name)
        self.spots[name] = box
