"""The hints that are open. h says what the next one costs, and a second h takes it."""

from collections.abc import Callable
from typing import ClassVar

from textual.binding import BindingType

from lab.course.hints import Hints, Rung
from tui.render.hints import hint_sheet
from tui.render.text import Row
from tui.sheets.reading import Reading

Found = tuple[Hints, tuple[Rung, ...]]
"""What may be read, and how all of them stand."""


class HintSheet(Reading):
    """`again` is called with the sheet when the next hint is taken before its time; it then calls `show`."""

    BINDINGS: ClassVar[list[BindingType]] = [("h", "again", "The next hint")]

    def __init__(self, title: str, found: Found, again: Callable[["HintSheet"], object]) -> None:
        super().__init__(title, self._rows, "h the next one · esc closes")
        self._found, self._again = found, again
        self._armed = found[0].new is None
        """The price was said; the next h takes the hint."""

    def _rows(self, cells: int) -> list[Row]:
        hints, rungs = self._found
        return hint_sheet(hints, rungs, cells, armed=self._armed)

    def on_mount(self) -> None:
        """Show the newest."""
        self.call_after_refresh(self.fill, to_end=True)

    def show(self, found: Found) -> None:
        """Show these now: one more was taken."""
        self._found, self._armed = found, False
        if self.is_attached:
            self.fill(to_end=True)

    def action_again(self) -> None:
        """Say the price, or take the hint."""
        if self._found[0].later is None:
            return
        if self._armed or Rung.DUE in self._found[1]:
            self._again(self)
        else:
            self._armed = True
            self.fill(to_end=True)
