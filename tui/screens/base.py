"""What every screen has: the frame with its title, the three rows at the bottom, and the keys of the table."""

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar, Final, cast

from textual import events
from textual.app import ComposeResult
from textual.screen import Screen
from textual.widget import Widget

from tui.actions import Action, bar_of
from tui.model.cursor import Mode, Moment
from tui.render.bars import key_bar
from tui.render.panes import Box, Line, Plan, outer
from tui.render.signs import SIGNS
from tui.render.text import Look, Role, Row, Span, frame, row, sides
from tui.widgets.bottom import BottomView
from tui.widgets.frame import FrameView
from tui.widgets.rows import RowsView

if TYPE_CHECKING:
    from tui.app import Orderlab

SMALLEST: Final = (40, 12)
ROOMY_ROWS: Final = 30
"""From so many rows on, a line stands above the status."""


class LabScreen(Screen[None]):
    """A screen of the lab. Subclasses say which panes there are, where they stand, and what the status is.

    `on_tick` is called when there is something new to draw; hidden panes are not asked. A handler of an event, such as
    `on_resize`, calls no `super()`: Textual calls that of each class by itself, the subclass's first.
    """

    PLACE: ClassVar[str]
    NAME: ClassVar[str]
    ABOUT: ClassVar[str] = ""
    """What the help page says first: what the screen is for, in a few sentences."""
    TIME_ROW: ClassVar[bool] = True

    @property
    def lab_app(self) -> "Orderlab":
        """The app, by its own type."""
        return cast("Orderlab", self.app)

    # ── to be given by each screen ───────────────────────────────────────────────────────────────────────────────

    @abstractmethod
    def panes(self) -> Sequence[Widget]:
        """Make the widgets of the panes; each needs an id, by which `boxes` places it. Called once."""

    @abstractmethod
    def boxes(self, body: Box) -> tuple[Mapping[str, Box], Sequence[Line]]:
        """Say where the panes stand inside `body`, and which lines divide them. A pane without a box is hidden."""

    @abstractmethod
    def status(self) -> Row:
        """Return one sentence: what goes on, why it is quiet, which key helps."""

    def headline(self) -> Row:
        """Return what stands at the left in the top line."""
        return row(Span(self.NAME, look=Look.STRONG))

    def top_cells(self, width: int, height: int) -> int:  # noqa: ARG002  for screens with a pane at the side
        """Return how many cells of the top line are for the headline and the facts; the rest is a pane's title."""
        return width

    def facts(self, width: int) -> Row:
        """Return what stands at the right in the top line, as far as it fits."""
        return self.lab_app.facts(width)

    def has_time_row(self) -> bool:
        """Say whether the row is shown that says where the view stands in time."""
        return self.TIME_ROW

    def greyed(self) -> frozenset[str]:
        """Return the actions that are not in the bar now."""
        return frozenset()

    def bar(self) -> Sequence[Action]:
        """Return the actions of the bar, the first first."""
        return bar_of(self.PLACE, self.greyed())

    def deeds(self) -> Sequence[tuple[str, str, Callable[[], object]]]:
        """Return what the palette has of this screen beside its keys: the words, a note, and what is then done."""
        return ()

    def next_step(self) -> str:
        """Return what a newcomer does next here; empty for everybody else."""
        return self.lab_app.next_step(self.PLACE)

    # ── the same for all ─────────────────────────────────────────────────────────────────────────────────────────

    def compose(self) -> ComposeResult:
        """Put the frame below, the panes on it, the three rows at the bottom."""
        yield FrameView(id="frame")
        for pane in self.panes():
            pane.add_class("pane")
            yield pane
        yield BottomView(self._bottom, self.bar, self._scrub).add_class("pane")

    def on_resize(self, event: events.Resize) -> None:
        """Lay everything out anew."""
        self.lay_out(event.size.width, event.size.height)

    def lay_out(self, width: int = 0, height: int = 0) -> None:
        """Place the panes; call it also when a pane is opened or closed."""
        width, height = width or self.size.width, height or self.size.height
        plan = self._plan(width, height)
        for below in self.query(FrameView):
            below.show(plan)
        for pane in self.query(".pane"):
            box = plan.boxes.get(pane.id or "")
            pane.display = box is not None and box.width > 0 and box.height > 0
            if box is not None and pane.display:
                pane.styles.offset = (box.x, box.y)
                pane.styles.width, pane.styles.height = box.width, box.height

    def on_screen_resume(self) -> None:
        """Draw what came while another screen was shown."""
        self.lay_out()
        self.on_tick()

    def moves(self, moment: Moment) -> bool:
        """Say whether something moves by itself at this moment, so that it must be drawn at every tick."""
        return moment.mode is Mode.PLAYING

    def on_second(self) -> None:
        """Draw what shows the clock, and what grows old: once a second while nothing else is drawn."""
        for bottom in self.query(BottomView):
            bottom.renew()

    def on_tick(self) -> None:
        """Draw anew what is visible."""
        for below in self.query(FrameView):  # none while the screen is being put together, or taken apart
            below.show(self._plan(self.size.width, self.size.height))
        for pane in self.query(".pane"):
            if not pane.display:
                continue
            if isinstance(pane, RowsView):
                pane.renew()
            else:
                pane.refresh()

    def _plan(self, width: int, height: int) -> Plan:
        if width < SMALLEST[0] or height < SMALLEST[1]:
            return Plan(width, height, {})
        top, headline = self.top_cells(width, height), self.headline()
        lines = outer(width, height, headline, self.facts(top - headline.cells - 10), top)
        bars = 3 if self.has_time_row() else 2
        roomy = height >= ROOMY_ROWS
        body = Box(1, 1, width - 2, height - 2 - bars - roomy)
        if roomy:
            lines.append(Line(0, height - bars - 2, across=width))
        boxes, dividers = self.boxes(body)
        bottom = Box(2, height - bars - 1, width - 4, bars)
        return Plan(width, height, {**boxes, "bottom": bottom}, [*lines, *dividers])

    def _bottom(self, width: int, height: int) -> Sequence[Row]:
        rows = [guided(self.status(), self.next_step(), width), key_bar(self.bar(), width)]
        if self.has_time_row():
            rows.insert(1, self.lab_app.time_row(width))
        return frame(rows, width, height)

    def _scrub(self, width: int, x: int) -> bool:
        return self.has_time_row() and self.lab_app.scrub(width, x)

    # ── the keys that mean the same everywhere ───────────────────────────────────────────────────────────────────

    def action_go(self, place: str) -> None:
        """Go to one of the six screens."""
        self.lab_app.go(place)

    def action_back(self) -> None:
        """Go back to where one came from."""
        self.app.pop_screen()

    def action_leave(self) -> None:
        """Quit, after a question."""
        self.lab_app.leave()

    def action_explain(self) -> None:
        """Explain this screen."""
        self.lab_app.explain(self)

    def action_pause_view(self) -> None:
        """Stop the view, or let it go on."""
        self.lab_app.pause_view()

    def action_step(self, by: int) -> None:
        """Go one message back or on."""
        self.lab_app.step(by)

    def action_step_order(self, by: int) -> None:
        """Go one order back or on."""
        self.lab_app.step_order(by)

    def action_speed(self, by: int) -> None:
        """Play faster or slower."""
        self.lab_app.change_speed(by)

    def action_go_live(self) -> None:
        """Go back to now."""
        self.lab_app.go_live()

    def action_keep_journal(self) -> None:
        """Keep the journal under a name."""
        self.lab_app.keep_journal()

    def action_place_many(self) -> None:
        """Place many orders."""
        self.lab_app.place_many()

    def action_break_it(self) -> None:
        """Try a fault."""
        self.lab_app.break_it()

    def action_place_order(self) -> None:
        """Place an order."""
        self.lab_app.place_order()


def note(text: str) -> Row:
    """Return a sentence for the status row."""
    return row(Span(text, Role.TEXT))


def guided(status: Row, step: str, width: int) -> Row:
    """Return the status with the next step of a newcomer's first minute, where nothing is wrong.

    Where both do not fit, the step is the one that is said.
    """
    if not step or any(span.role is Role.FAULT and span.text for span in status.spans):
        return status
    said = row(Span(step, look=Look.STRONG))
    return sides(status, said, width) if status.cells + said.cells + 2 <= width else said


def trouble(text: str) -> Row:
    """Return a sentence for the status row about something that is wrong."""
    return row(Span(f"{SIGNS.wrong} {text}", Role.FAULT))
