"""A list of log lines that follows its end until one moves up."""

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message

from tui.model.logbook import LogLine
from tui.render.logs import log_line
from tui.render.text import Row
from tui.widgets.rows import LinesView


class LogLines(LinesView, can_focus=True):
    """Shows what `show` was given; `behind` says how many lines came since it stopped following."""

    class Moved(Message):
        """The keyboard went to another line."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", show=False),
        Binding("down,j", "move(1)", show=False),
        Binding("pageup", "move(-20)", show=False),
        Binding("pagedown", "move(20)", show=False),
        Binding("home", "edge(0)", show=False),
        Binding("end", "edge(1)", show=False),
    ]

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._lines: Sequence[LogLine] = ()
        self._with_unit = True
        self.chosen: int | None = None
        """The line that the keyboard is on; None while the end is followed."""
        self.behind = 0

    @property
    def chosen_line(self) -> LogLine | None:
        """Return the line that the keyboard is on."""
        return self._lines[self.chosen] if self.chosen is not None and self.chosen < len(self._lines) else None

    def show(self, lines: Sequence[LogLine], *, with_unit: bool, anew: bool) -> None:
        """Show these lines; `anew`: others are wanted now, so the end is followed again."""
        chosen = None if anew else self.chosen_line
        if chosen is not None and self.chosen is not None:
            before, self.chosen = self.chosen, _place(lines, chosen, self.chosen)
            self.behind += max(0, len(lines) - len(self._lines) + before - self.chosen)
            self.scroll_to(y=max(0, self.scroll_offset.y + self.chosen - before), animate=False)
        else:
            self.chosen = None
        self._lines, self._with_unit = lines, with_unit
        self.set_length(len(lines))
        if self.chosen is None:
            self.behind = 0
            self.scroll_end(animate=False)
        self.refresh()

    def line(self, number: int, width: int) -> Row:
        """Return one line."""
        return log_line(self._lines[number], width, with_unit=self._with_unit, chosen=number == self.chosen)

    def action_move(self, by: int) -> None:
        """Go up or down; below the last line the end is followed again."""
        last = len(self._lines) - 1
        if last < 0:
            return
        here = last + 1 if self.chosen is None else self.chosen
        there = max(here + by, 0)
        self.chosen = None if there > last else there
        self._to_chosen()

    def action_edge(self, end: int) -> None:
        """Go to the first line, or follow the end."""
        self.chosen = None if end or not self._lines else 0
        self._to_chosen()

    def _to_chosen(self) -> None:
        if self.chosen is None:
            self.behind = 0
            self.scroll_end(animate=False)
        else:
            top, height = int(self.scroll_offset.y), self.size.height
            if not top <= self.chosen < top + height:
                self.scroll_to(y=max(0, self.chosen - height // 2), animate=False)
        self.refresh()
        self.post_message(self.Moved())


def _place(lines: Sequence[LogLine], chosen: LogLine, before: int) -> int:
    """Return where the line stands now: never further down, since only the oldest go. Gone itself, it is the first."""
    for number in range(min(before, len(lines) - 1), -1, -1):
        if lines[number] is chosen:
            return number
    return 0
