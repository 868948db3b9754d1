"""The tail of all topics: it follows the newest line until one moves up, and then stays where one reads."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, cast

from textual import events
from textual.actions import SkipAction
from textual.binding import Binding, BindingType
from textual.message import Message

from tui.model.causes import LATE_MS, causes_of
from tui.model.filters import EVERYTHING, Filter, nearest, parse
from tui.model.item import Item
from tui.model.tail_lines import TailLines
from tui.model.view import View
from tui.render.signs import SIGNS
from tui.render.tail import TailLine, header, line
from tui.render.text import Look, Role, Row, Span, row
from tui.sheets.ask_name import AskName
from tui.widgets.rows import RowsView

if TYPE_CHECKING:
    from tui.app import Orderlab
    from tui.screens.base import LabScreen

HEADED_ROWS = 12
"""From so many rows on, the columns' names stand above them."""


class Tail(RowsView, can_focus=True):
    """Lines of the view's history, of one order where one is followed. Only those that are seen are made.

    The screen asks for `title` and `at_right` for the line above it, and hears `Chosen` and `Opened`. It keeps its own
    place: what Textual scrolls is laid out anew, with all of its screen, whenever it grows, and this always grows.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "Up", show=False),
        Binding("down,j", "move(1)", "Down", show=False),
        Binding("pageup", "page(-1)", "A page up", show=False),
        Binding("pagedown", "page(1)", "A page down", show=False),
        Binding("home", "first", "The first line", show=False),
        Binding("end", "follow_end", "Follow the newest line", show=False),
        Binding("enter", "open", "Inspect", show=False),
        Binding("escape", "clear", "Clear the filter", show=False),
    ]

    class Chosen(Message):
        """The keyboard has gone to another line; `number` is its item's in the history."""

        def __init__(self, number: int) -> None:
            super().__init__()
            self._number = number

        @property
        def number(self) -> int:
            """The item's number."""
            return self._number

        def can_replace(self, message: Message) -> bool:
            """Say that only the last of several counts."""
            return type(message) is type(self)

    class Opened(Chosen):
        """A line is to be looked at: enter, or a second click."""

    def __init__(self, *, id: str = "tail") -> None:  # noqa: A002
        super().__init__(id=id)
        self._lines: TailLines | None = None
        self._wanted = EVERYTHING
        self._count = 0
        self._stays_at: int | None = None  # the item that the keyboard is on; None: the newest is followed
        self._seen_end = 0  # what stands from this number on came after one had moved up
        self._top = 0  # the line that is the first one seen; while the end is followed, it moves by itself

    # ── for the screen ───────────────────────────────────────────────────────────────────────────────────────────

    @property
    def current(self) -> int | None:
        """The number of the item that the keyboard is on; while the end is followed, the newest."""
        if self._lines is None or not self._count:
            return None
        return self._lines.number(self._count - 1) if self._stays_at is None else self._stays_at

    @property
    def following(self) -> bool:
        """Say whether the newest line is followed."""
        return self._stays_at is None

    @property
    def wanted(self) -> Filter:
        """The filter in force."""
        return self._wanted

    def narrow(self, text: str) -> None:
        """Let through only what fits this filter; an empty text lets everything through."""
        self._wanted, self._stays_at = parse(text), None
        self._retitle()

    def ask_filter(self) -> None:
        """Ask for a filter."""
        question = (
            "type:payment  order:9XA  unit:inventory  topic:orders\nyours, or plain words. Nothing shows all again:"
        )

        def answered(text: str | None) -> None:
            if text is not None:
                self.narrow(text)

        self.app.push_screen(AskName("Filter", question), answered)

    def choose(self, number: int) -> None:
        """Put the keyboard on an item."""
        self._stay(number)
        self.post_message(self.Chosen(number))

    def title(self) -> Row:
        """Return what stands in the line above: what is shown."""
        view = self._view
        said = f"{view.order} only" if view.order else "every topic"
        said += f" · / {self._wanted}" if self._wanted else ""
        return row(Span("Tail", look=Look.STRONG), Span(f"  {said}", Role.QUIET))

    def at_right(self) -> Row:
        """Return what stands at the right of that line: what came while one reads, else the counts."""
        self._take_in()
        if self._stays_at is not None and self._lines is not None:
            new = self._count - self._lines.before(self._seen_end)
            return row(f"{new} new, end follows" if new else "end follows")
        flow = self._view.flow
        return row(
            Span(f"{SIGNS.command_right}{flow.commands}", Role.COMMAND),
            Span(f"  {SIGNS.event_right}{flow.events}", Role.EVENT),
        )

    # ── drawing ──────────────────────────────────────────────────────────────────────────────────────────────────

    @property
    def _view(self) -> View:
        return cast("Orderlab", self.app).view()

    def _retitle(self) -> None:
        """Draw the whole screen: what stands in the line above has changed, and that is the screen's."""
        cast("LabScreen", self.screen).on_tick()

    def _take_in(self) -> None:
        view = self._view
        if self._lines is None or self._lines.history is not view.history:
            self._lines = TailLines(view.history)
        lines = self._lines
        if lines.narrow(self._wanted, view.order):
            self._stays_at = None
        gone = lines.catch_up()
        self._count = lines.before(view.moment.end)
        self._top = min(max(0, self._top - gone), self._last_top) if self._stays_at is not None else self._last_top

    @property
    def _headed(self) -> int:
        return int(self.size.height >= HEADED_ROWS)

    @property
    def _room(self) -> int:
        return max(1, self.size.height - self._headed)

    @property
    def _last_top(self) -> int:
        return max(0, self._count - self._room)

    def rows(self, width: int, height: int) -> Sequence[Row]:
        """Take in what is new; return the lines seen, below the columns' names where there is room for those."""
        self._take_in()
        lines = [self.line(number, width) for number in range(self._top, self._top + height - self._headed)]
        return [header(width), *lines] if self._headed else lines

    def line(self, number: int, width: int) -> Row:
        """Return one line."""
        if self._lines is None or not 0 <= number < self._count:
            return self._nothing() if number == 0 and not self._count else Row()
        view, place = self._view, self._lines.number(number)
        if not view.history.first <= place < view.history.end:
            return Row()  # forgotten since the lines were counted; the next frame has others
        made = line(self._line_of(view, place, view.history[place]), width)
        return made.all_in(Role.GHOST) if view.stale else made

    def _line_of(self, view: View, place: int, item: Item) -> TailLine:
        here = place == (self.current if self.has_focus else self._stays_at)
        if item.record is None:
            return TailLine(item, here, self.has_focus)
        causes, end = causes_of(view.history), view.moment.end
        late = view.moment.at_ms - item.at_ms >= LATE_MS
        cause = causes.cause(place)
        took = None if cause is None else item.at_ms - view.history[cause].at_ms
        copies = len(causes.copies(item, place + 1))
        return TailLine(item, here, self.has_focus, copies, late and causes.unanswered(item, end), took)

    def _nothing(self) -> Row:
        """Say that nothing matches, and what comes nearest; without a filter the screen's status says why."""
        view = self._view
        if not self._wanted:
            return row(Span(" Nothing yet.", Role.QUIET))
        near = nearest(self._wanted, view.history.between(view.history.first, view.moment.end))
        said = f" 0 of {view.flow.records} match '{self._wanted}'." + (f" Nearest: {near}." if near else "")
        return row(f"{said} esc clears.")

    # ── keys and mouse ───────────────────────────────────────────────────────────────────────────────────────────

    def action_move(self, by: int) -> None:
        """Go up or down. Below the last line the newest is followed again."""
        if self._lines is None or not self._count:
            return
        current = self.current
        at = self._count - 1 if current is None else min(self._lines.line_of(current), self._count - 1)
        if at + by >= self._count:
            self.action_follow_end()
            return
        self.choose(self._lines.number(max(0, at + by)))

    def action_page(self, by: int) -> None:
        """Go a page up or down."""
        self.action_move(by * max(1, self._room - 1))

    def action_first(self) -> None:
        """Go to the first line."""
        self.action_move(-self._count)

    def action_follow_end(self) -> None:
        """Follow the newest line."""
        self._stays_at = None
        self._retitle()
        if (current := self.current) is not None:
            self.post_message(self.Chosen(current))

    def action_open(self) -> None:
        """Look at this line."""
        if (current := self.current) is not None:
            self.post_message(self.Opened(current))

    def action_clear(self) -> None:
        """Clear the filter; without one the key means what it means on the screen."""
        if not self._wanted:
            raise SkipAction
        self.narrow("")

    def _stay(self, number: int) -> None:
        stays_now = self._stays_at is None
        if stays_now:
            self._seen_end = self._view.moment.end
        self._stays_at = number
        if stays_now:
            self._retitle()
        self.refresh()
        if self._lines is None:
            return
        at = self._lines.line_of(number)
        self._top = max(at - self._room + 1, min(self._top, at))

    def on_click(self, event: events.Click) -> None:
        """Choose the line under the mouse; clicked again, it opens."""
        number = event.y - self._headed + self._top
        if self._lines is None or not 0 <= number < self._count:
            return
        chosen = self._lines.number(number)
        again = chosen == self._stays_at
        self.choose(chosen)
        if again:
            self.action_open()

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Stay where one reads."""
        event.stop()
        event.prevent_default()
        self.action_move(-3)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Go on; below the last line the newest is followed again."""
        event.stop()
        event.prevent_default()
        self.action_move(3)
