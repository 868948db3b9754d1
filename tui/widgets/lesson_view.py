"""The lesson, scrolled by lines. It keeps its place: also when the room around it, or its width, is another one."""

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType

from tui.render.lesson import Laid, lesson_rows, place_of, row_at
from tui.render.text import Look, Row, Span, row
from tui.widgets.rows import LinesView


class LessonView(LinesView):
    """Shows a lesson. `scrolled` is called whenever another part of it is seen."""

    DEFAULT_CSS = "LessonView { scrollbar-size-vertical: 0; scrollbar-size-horizontal: 0; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "scroll_down", show=False),
        Binding("k", "scroll_up", show=False),
    ]

    def __init__(self, scrolled: Callable[[], object]) -> None:
        super().__init__(id="lesson")
        self._text = self._first = ""
        self._laid: Sequence[Laid] = ()
        self._scrolled = scrolled

    def show(self, text: str, first: str = "") -> None:
        """Show this text; another one from its beginning. `first`: a sentence above it."""
        if (text, first) == (self._text, self._first):
            return
        is_other = text != self._text
        self._text, self._first = text, first
        self._lay()
        if is_other:
            self.scroll_home(animate=False, force=True)
        self._scrolled()

    def on_resize(self, event: events.Resize) -> None:
        """Lay the text for the new width, and go back to the same place in it."""
        del event
        place = place_of(self._laid, self.scroll_offset.y)
        if self._lay():
            self.scroll_to(y=row_at(self._laid, place), animate=False, force=True)
        self._scrolled()

    def _lay(self) -> bool:
        if not self.size.width:
            return False
        laid = list(lesson_rows(self._text, self.size.width))
        if self._first:
            margin = next((str(one.row)[:3] for one in laid if str(one.row).strip()), "")
            indent = " " * (len(margin) - len(margin.lstrip()))
            laid = [Laid(row(indent, Span(self._first, look=Look.STRONG)), -1), Laid(Row(), -1), *laid]
        is_other = laid != self._laid
        self._laid = laid
        self.set_length(len(laid))
        self.refresh()
        return is_other

    def line(self, number: int, width: int) -> Row:
        """Return one row."""
        del width
        return self._laid[number].row if number < len(self._laid) else Row()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Say that another part is seen."""
        super().watch_scroll_y(old_value, new_value)
        self._scrolled()

    @property
    def read(self) -> int | None:
        """How much of it was seen, in per cent; None where all of it fits."""
        length, height = len(self._laid), self.size.height
        if length <= height or not height:
            return None
        return min(100, round(100 * (self.scroll_offset.y + height) / length))
