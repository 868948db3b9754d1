"""The check: three lines, or the whole card, which scrolls where the room is smaller."""

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message

from tui.render.text import Row
from tui.widgets.rows import LinesView

Cards = Callable[[int, int], Sequence[Row]]
"""Cells and rows of the pane → what is shown in it."""


class CardView(LinesView):
    """Shows the rows of a card; `refresh_card` asks for them anew."""

    DEFAULT_CSS = "CardView { scrollbar-size-vertical: 0; scrollbar-size-horizontal: 0; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "scroll_down", show=False),
        Binding("k", "scroll_up", show=False),
    ]

    class Pressed(Message):
        """It was clicked."""

    def __init__(self, card: Cards) -> None:
        super().__init__(id="check")
        self._card = card
        self._shown: Sequence[Row] = ()

    def refresh_card(self) -> None:
        """Draw it anew; the place is kept."""
        if self.size.width:
            self._shown = self._card(self.size.width, self.size.height)
            self.set_length(len(self._shown))
        self.refresh()

    def on_resize(self, event: events.Resize) -> None:
        """Break it anew."""
        del event
        self.refresh_card()

    def line(self, number: int, width: int) -> Row:
        """Return one row."""
        del width
        return self._shown[number] if number < len(self._shown) else Row()

    def on_click(self) -> None:
        """Say so."""
        self.post_message(self.Pressed())
