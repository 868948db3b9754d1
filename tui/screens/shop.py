"""Shop: every message as it moves, and what the units make of it."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.widget import Widget

from tui.actions import actions_of
from tui.bindings import bindings_of
from tui.model.cursor import Mode, Moment
from tui.model.tokens import moves
from tui.render.panes import Box, Line
from tui.render.shop_layout import ABOUT, INSPECTOR, SIDE_FROM, TAIL, TOPOLOGY, Layout, Wanted, layout
from tui.render.text import Look, Row, Span, row
from tui.render.topology_about import about, about_title
from tui.screens.base import ROOMY_ROWS
from tui.screens.shop_deeds import ShopDeeds
from tui.shop_scene import ShopScene
from tui.widgets.inspector import InspectorView
from tui.widgets.rows import Rendered
from tui.widgets.tail import Tail
from tui.widgets.topology import TopologyView

CHOICES_SECONDS = 3.0
_NAMES = {TOPOLOGY: "Topology", TAIL: "Tail", INSPECTOR: "Inspector", ABOUT: "About"}


class ShopScreen(ShopDeeds):
    """Topology above, tail below, and at the side, or over the tail, what one looks at closely."""

    PLACE = "shop"
    NAME = "Shop"
    ABOUT = (
        "Above is the shop: Order tells the mediator of each new order; the mediator asks the others, one after the "
        "other, and they tell it what they did. A token on a line is a message: solid and on a heavy line a command, "
        "hollow and on a dashed line an event. The counts are of this run; lag is what Kafka holds for a unit that "
        "has not committed it yet. ◆ marks what runs on your lines.\n"
        "Arrows walk from unit to unit and along the edges, enter says more about what you stand on; u, S, P and K "
        "start, stop, pause and kill the unit. Tab goes on to the tail: every message as a line. f follows its order."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings_of("shop"),
        Binding("tab", "pane(1)", "The next pane", show=False),
        Binding("shift+tab", "pane(-1)", "The pane before", show=False),
        Binding("escape", "close", "Close what was opened last", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._side_open: bool | None = None  # None: as the width has it
        self._side = INSPECTOR
        self._focused, self._zoomed = TOPOLOGY, ""
        self._drawn: tuple[object, ...] = ()
        self._layout = Layout({})

    # ── the panes ────────────────────────────────────────────────────────────────────────────────────────────────

    def panes(self) -> Sequence[Widget]:
        """Make the four panes; not all of them are seen at once."""
        self.scenes = ShopScene(self.lab_app)
        self.topology = TopologyView(self.scenes.scene, id=TOPOLOGY)
        self.tail, self.inspector = Tail(id=TAIL), InspectorView(id=INSPECTOR)
        return self.topology, self.tail, self.inspector, Rendered(self._about, id=ABOUT)

    def boxes(self, body: Box) -> tuple[Mapping[str, Box], Sequence[Line]]:
        """Place the panes, and title the lines between them."""
        self._layout = layout(body, self._wanted(body.width + 2))
        lines = []
        sheet = "" if self._layout.side_x else self._side_pane(body.width + 2)
        if self._layout.tail_y:
            across = (self._layout.side_x or body.width + 1) + 1
            title = self._title(sheet) if sheet else self.tail.title()
            at_right = self._at_right(sheet) if sheet else self.tail.at_right()
            lines.append(Line(0, self._layout.tail_y, across=across, title=title, at_right=at_right))
        if self._layout.side_x:
            x = self._layout.side_x
            lines.append(Line(x, 0, across=body.width + 2 - x, title=self._title(self._side)))
            lines.append(Line(x, 0, down=body.height + 1 + (body.height >= ROOMY_ROWS - 6)))
        return self._layout.boxes, lines

    def _wanted(self, columns: int) -> Wanted:
        return Wanted(self._side_pane(columns), self._focused, self._zoomed)

    def _side_pane(self, columns: int) -> str:
        """Return what is open at the side, or as a sheet."""
        is_open = columns >= SIDE_FROM if self._side_open is None else self._side_open
        return self._side if is_open else ""

    def _title(self, pane: str) -> Row:
        if pane == INSPECTOR:
            return self.inspector.title()
        return row(Span("About", look=Look.STRONG), f" {about_title(self.topology.chosen)}")

    def _at_right(self, pane: str) -> Row:
        return self.inspector.at_right() if pane == INSPECTOR else row("i closes")

    def _about(self, width: int, height: int) -> Sequence[Row]:
        return list(about(self.scenes.scene(), self.topology.chosen, width))[:height]

    def top_cells(self, width: int, height: int) -> int:
        """Leave the end of the top line to what stands at the side."""
        rows = height - 5 - (height >= ROOMY_ROWS)  # frame and bars
        self._layout = layout(Box(1, 1, width - 2, rows), self._wanted(width))
        return self._layout.side_x + 1 if self._layout.side_x else width

    def headline(self) -> Row:
        """Say where one is; where there is one pane only, which."""
        name = row(Span(self.NAME, look=Look.STRONG))
        alone = len(self._layout.boxes) == 1
        return name + row(f" › {_NAMES[next(iter(self._layout.boxes))]}") if alone else name

    # ── what goes on ─────────────────────────────────────────────────────────────────────────────────────────────

    def status(self) -> Row:
        """Say what goes on, why it is quiet, which key helps."""
        return self.scenes.status(self.size.width - 4)

    def greyed(self) -> frozenset[str]:
        """Leave out what there is nothing for."""
        scene = self.scenes.scene()
        down = any(scene.is_down(unit) for unit in scene.look.units)
        broken = any(unit.file for unit in scene.look.units.values())
        touching = (action.id for action in actions_of(self.PLACE) if action.touches)
        return frozenset(
            {
                *(touching if self.lab_app.file is not None else ()),
                *(() if down else ("start_unit",)),
                *(() if broken else ("edit",)),
            }
        )

    def moves(self, moment: Moment) -> bool:
        """Draw at every tick only while a token travels."""
        view = self.lab_app.view()
        return super().moves(moment) or moves(view.history, moment, motion=self.lab_app.motion)

    def on_tick(self) -> None:
        """Draw what is new; where only tokens go on, only the topology."""
        moment, link = self.lab_app.cursor.moment, self.lab_app.link
        now = moment(self.scenes.now_ms())
        at = int(now.at_ms) if now.mode is Mode.PLAYING else 0
        key = (self.lab_app.history.version, now.end, now.mode, at, link.lost_ms, link.shop, self.lab_app.order)
        if key == self._drawn and self.topology.display:
            self.topology.renew()
            return
        self._drawn = key
        super().on_tick()

    def on_second(self) -> None:
        """Let what was looked at long ago grow old; where nobody has looked yet, nothing does."""
        super().on_second()
        looked = self.lab_app.link.look is not None or self.lab_app.view().flow.looked_ms
        if looked and self.topology.display:
            self.topology.renew()

    def on_mount(self) -> None:
        """Ask now and then whose lines run."""
        self.set_interval(CHOICES_SECONDS, self.read_choices)

    def on_screen_resume(self) -> None:
        """Draw everything anew."""
        self._drawn = ()
        self.read_choices()

    def on_resize(self, event: events.Resize) -> None:
        """Lay everything out anew; from wide to narrow, or back, the side is as the width has it."""
        if (event.size.width >= SIDE_FROM) != (self.scenes.columns >= SIDE_FROM):
            self._side_open = None
        self.scenes.columns = event.size.width

    # ── panes: which one, opened, closed, enlarged ───────────────────────────────────────────────────────────────

    def lay_out(self, width: int = 0, height: int = 0) -> None:
        """Place the panes; then the tail finds its end anew."""
        super().lay_out(width, height)
        self.call_after_refresh(self.tail.refresh)

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Remember where the keyboard is."""
        if event.widget.id in {TOPOLOGY, TAIL, INSPECTOR}:
            self._focused = event.widget.id

    def action_pane(self, by: int) -> None:
        """Go to the next pane."""
        side = self._side_pane(self.size.width)
        order = [TOPOLOGY, TAIL, INSPECTOR] if side == INSPECTOR else [TOPOLOGY, TAIL]
        if side and not self._layout.side_x and len(self._layout.boxes) > 1:
            order.remove(TAIL)  # the sheet lies over it
        at = order.index(self._focused) if self._focused in order else 0
        self.go_to_pane(order[(at + by) % len(order)])

    def go_to_pane(self, name: str) -> None:
        """Put the keyboard into a pane; in a small window, show it."""
        self._focused = name
        if self._zoomed:
            self._zoomed = name
        self.lay_out()
        self.query_one(f"#{name}").focus()

    def open_side(self, pane: str) -> None:
        """Open the inspector, or what is said about a unit or edge."""
        self._side, self._side_open = pane, True
        self._zoomed = ""
        self.lay_out()
        if pane == INSPECTOR and not self._layout.side_x:
            self.go_to_pane(INSPECTOR)
        self._drawn = ()
        self.on_tick()

    def show_side(self, pane: str) -> None:
        """Show this at the side, where something stands there; a sheet is not opened for it."""
        if self._layout.side_x and self._side != pane:
            self._side = pane
            self.lay_out()

    def show_chosen(self) -> None:
        """Draw what is said of the chosen unit or edge, where it is shown."""
        if ABOUT in self._layout.boxes:
            self._drawn = ()
            self.on_tick()

    def close_side(self) -> None:
        """Close it; the keyboard goes where one came from."""
        was, self._side_open = self._side, False
        self._side = INSPECTOR
        if INSPECTOR in {self._focused, was}:
            self.go_to_pane(TAIL)
        self.lay_out()

    def action_inspect(self) -> None:
        """Open or close the inspector."""
        if self._side_pane(self.size.width):
            self.close_side()
        else:
            self.inspector.show(self.tail.current)
            self.open_side(INSPECTOR)

    def action_zoom(self) -> None:
        """Enlarge the pane of the keyboard, or give the others their room back."""
        self._zoomed = "" if self._zoomed else self._focused
        self.lay_out()
        self.query_one(f"#{self._focused}").focus()

    def action_close(self) -> None:
        """Close what was opened last: the enlarged pane, the sheet, the one order, the filter."""
        if self._zoomed:
            self.action_zoom()
        elif self._side == ABOUT and self._layout.side_x:
            self._side = INSPECTOR
            self.lay_out()
        elif self._side_open and not self._layout.side_x:
            self.close_side()
        elif self.lab_app.order:
            self.lab_app.order = ""
            self.lab_app.has_news()
        elif self.tail.wanted:  # wherever the keyboard is: the tail itself says that esc clears
            self.tail.narrow("")
            self.on_tick()
