"""The inspector: one message in full. At the side it is tall; as a sheet over other panes, low."""

import textwrap
from typing import TYPE_CHECKING, ClassVar, Final, cast

from textual.binding import Binding, BindingType
from textual.geometry import Region

from lab.shop.wording import clean
from tui.model.causes import LATE_MS, Causes, causes_of
from tui.model.item import Item
from tui.model.view import View
from tui.render.inspector import Inspected, Related, heading, low, related, size, tall, value_lines
from tui.render.tail import title as title_of
from tui.render.text import Look, Role, Row, Span, row
from tui.widgets.rows import LinesView

if TYPE_CHECKING:
    from tui.app import Orderlab

TALL_ROWS: Final = 14
_CHOOSE: Final = "Choose a line of the tail: ↑ ↓, then enter."
_CAUSES_AT_MOST, _EFFECTS_AT_MOST = 12, 12


class InspectorView(LinesView, can_focus=True):
    """Shows an item of the view's history by its number; None: says how to choose one."""

    DEFAULT_CSS = "InspectorView { scrollbar-size-vertical: 0; scrollbar-size-horizontal: 0; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "scroll_up", "Up", show=False),
        Binding("down,j", "scroll_down", "Down", show=False),
        Binding("home", "scroll_home", "Top", show=False),
        Binding("end", "scroll_end", "End", show=False),
    ]

    def __init__(self, *, id: str = "inspector", nothing: str = _CHOOSE) -> None:  # noqa: A002
        super().__init__(id=id)
        self._nothing = nothing
        self._number: int | None = None
        self._raw = False
        self._made_for: tuple[object, ...] = ()
        self._above: list[Row] = []
        self._value: list[str] = []
        self._long = ""
        self._bytes = ""
        self._below: list[Row] = []

    # ── for the screen ───────────────────────────────────────────────────────────────────────────────────────────

    @property
    def number(self) -> int | None:
        """The number of the item that is shown."""
        return self._number

    def show(self, number: int | None) -> None:
        """Show this item from now on."""
        if number != self._number:
            self._number, self._raw, self._made_for = number, False, ()
            if self.is_mounted:
                self.scroll_to(y=0, animate=False, force=True, immediate=True)
            self.refresh()

    def toggle_raw(self) -> None:
        """Show the value and the headers as they are stored, or set in lines again."""
        self._raw = not self._raw
        self.refresh()

    def title(self) -> Row:
        """Return what stands in the line above."""
        name = row(Span("Inspector", look=Look.STRONG))
        item = self._item()
        return name if item is None or self._is_tall or not item.is_message else name + row(" ") + heading(item)

    def at_right(self) -> Row:
        """Return what stands at the right of that line, where it is a sheet."""
        return Row() if self._is_tall else row("i closes")

    # ── drawing ──────────────────────────────────────────────────────────────────────────────────────────────────

    @property
    def _view(self) -> View:
        return cast("Orderlab", self.app).view()

    @property
    def _is_tall(self) -> bool:
        return self.size.height >= TALL_ROWS

    def _item(self) -> Item | None:
        history = self._view.history
        if self._number is None or not history.first <= self._number < history.end:
            return None
        return history[self._number]

    def refresh(
        self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False
    ) -> "InspectorView":
        """Make the rows anew where something about them has changed, then draw."""
        if not regions and self.is_mounted:
            self._make()
        super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)
        return self

    def on_resize(self) -> None:
        """Set the lines anew: they are broken for a width."""
        self.refresh()

    def _make(self) -> None:
        view, width = self._view, self.size.width
        known = (self._number, self._raw, width, self._is_tall)
        key = (*known, view.history.version, view.moment.end, view.moment.at_ms // 100)
        if key == self._made_for:
            return
        item, anew = self._item(), self._made_for[: len(known)] != known
        self._made_for = key
        if item is None:
            said = textwrap.wrap(self._nothing, max(8, width - 2))
            self._above, self._value = [row(Span(f" {line}", Role.QUIET)) for line in said], []
            self._long, self._below = "", []
        else:
            shown = self._inspected(view, item)
            self._above = tall(shown, width) if self._is_tall else low(shown, width)
            self._below = related(shown, width) if self._is_tall else []
            if anew:
                self._set_value(shown, width)
        self.set_length(max(1, len(self._above) + self._value_lines(width) + len(self._below)))

    def _inspected(self, view: View, item: Item) -> Inspected:
        causes, end = causes_of(view.history), view.moment.end
        back = list[Related]()
        number = self._number
        while number is not None and len(back) < _CAUSES_AT_MOST and view.history[number].record is not None:
            cause = causes.cause(number)
            if cause is None or cause == self._number:
                break
            before = view.history[cause]
            back.append(Related(before, before.at_ms - item.at_ms))
            number = cause
        after = [view.history[effect] for effect in causes.effects(item, end)[:_EFFECTS_AT_MOST]]
        on = [Related(one, one.at_ms - item.at_ms, self._waiting(view, causes, one)) for one in after]
        return Inspected(item, back, on, len(causes.copies(item, end)), self._raw)

    def _waiting(self, view: View, causes: Causes, item: Item) -> str:
        waited = view.moment.at_ms - item.at_ms
        if waited < LATE_MS or not causes.unanswered(item, view.moment.end):
            return ""
        unit = view.flow.unit(item.target)
        return f"no answer for {waited / 1000:.1f} s: {title_of(item.target)} is {unit.state.value}"

    def _set_value(self, shown: Inspected, width: int) -> None:
        record = shown.item.record
        self._bytes = size(record.value, whole=shown.raw) if record else ""
        made = value_lines(shown, max(8, width - 3), glued=not self._is_tall)
        self._value, self._long = [], ""
        if isinstance(made, str):
            self._long = made
            return
        for line in made:
            safe, room = clean(line, max(1, len(line))), self._room(width, line)
            self._value += [safe[at : at + room] for at in range(0, max(1, len(safe)), room)]

    def _room(self, width: int, text: str) -> int:
        return max(4, (width - 3) if text.isascii() else (width - 3) // 2)

    def _value_lines(self, width: int) -> int:
        if self._long:
            room = self._room(width, self._long)
            return -(-len(self._long) // room)
        return len(self._value)

    def line(self, number: int, width: int) -> Row:
        """Return one line; of a very long value only those are cut that are seen."""
        if number < len(self._above):
            return self._above[number]
        number -= len(self._above)
        lines = self._value_lines(width)
        if number >= lines:
            below = number - lines
            return self._below[below] if below < len(self._below) else Row()
        head = row("  ") if number or self._is_tall else row(Span(f" value {self._bytes}   ", Role.QUIET))
        if self._long:
            room = self._room(width, self._long)
            return head + row(clean(self._long[number * room : (number + 1) * room], room + 1))
        return head + row(self._value[number])
