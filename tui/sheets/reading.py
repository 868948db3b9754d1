"""Something to read over the screen: hints, the solution, what was printed. It scrolls; esc closes it."""

from collections.abc import Callable, Sequence
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen

from tui.render.text import Row
from tui.widgets.rows import LinesView

_WIDEST, _SHARE = 100, 0.9
"""Cells, and the share of the window; app.tcss gives a sheet no more."""
_AROUND: Final = 4
"""Cells that the frame and its inner margin take."""

Rows = Callable[[int], Sequence[Row]]
"""Cells → rows."""


class _Pages(LinesView):
    """Shows rows that are made for its width."""

    DEFAULT_CSS = "_Pages { scrollbar-size-vertical: 1; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "scroll_down", show=False),
        Binding("k", "scroll_up", show=False),
        Binding("space", "page_down", show=False),
    ]
    shown: Sequence[Row] = ()

    def line(self, number: int, width: int) -> Row:
        """Return one row."""
        del width
        return self.shown[number]


class Reading(ModalScreen[str | None]):
    """Shows what `rows` returns for its width. Returns None."""

    BINDINGS: ClassVar[list[BindingType]] = [("escape", "dismiss(None)", "Close"), ("q", "dismiss(None)", "Close")]

    def __init__(self, title: str, rows: Rows, subtitle: str = "esc closes") -> None:
        super().__init__()
        self._title, self.rows, self._subtitle = title, rows, subtitle

    def compose(self) -> ComposeResult:
        """Show it."""
        with Vertical(classes="sheet") as sheet:
            sheet.border_title = self._title
            sheet.border_subtitle = self._subtitle
            yield _Pages()

    def on_resize(self) -> None:
        """Break the rows anew."""
        self.fill()

    def fill(self, *, to_end: bool = False) -> None:
        """Make the rows anew; the sheet is as high as they need, up to the window. A sheet that is closed stays so."""
        pages = next(iter(self.query(_Pages)), None)
        if pages is None:  # it was closed before what it waited for came
            return
        width = min(_WIDEST, int(self.app.size.width * _SHARE))
        pages.shown = self.rows(width - _AROUND - 1)
        sheet = self.query_one(Vertical)
        sheet.styles.width = width
        height = max(1, min(len(pages.shown), int(self.app.size.height * _SHARE) - 2))
        sheet.styles.height = height + 2
        pages.styles.height = height
        pages.set_length(len(pages.shown))
        pages.refresh()
        if to_end:
            self.call_after_refresh(pages.scroll_end, animate=False)
