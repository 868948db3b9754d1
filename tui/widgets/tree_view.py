"""The tree of exercises: at the side, or as a drawer over the lesson."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message

from lab.course.catalog import Exercise
from tui.model.learn import Known
from tui.render.signs import SIGNS
from tui.render.text import Look, Role, Row, Span, row
from tui.render.tree import TreeLine, legend, tree
from tui.widgets.rows import RowsView


class TreeView(RowsView):
    """Shows the tree around the line under the keyboard. `edge`: it draws a line at its right side."""

    can_focus = True
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", show=False),
        Binding("down,j", "move(1)", show=False),
        Binding("pageup", "move(-10)", show=False),
        Binding("pagedown", "move(10)", show=False),
        Binding("home", "move(-1000)", show=False),
        Binding("end", "move(1000)", show=False),
        Binding("enter,right", "choose", show=False),
    ]

    @dataclass
    class Chosen(Message):
        """The learner wants to go there."""

        exercise: Exercise

    def __init__(self) -> None:
        super().__init__(id="tree")
        self.edge = False
        self._known: Known | None = None
        self._unfolded: frozenset[int] = frozenset()
        self._lines: Sequence[TreeLine] = ()
        self._at = self._top = 0

    def show(self, known: Known) -> None:
        """Show this; where another exercise is shown than before, the keyboard is on it."""
        is_other = self._known is None or self._known.exercise != known.exercise
        self._known = known
        if is_other:
            self._unfolded |= {known.exercise.phase}
        self._make()
        if is_other:
            self._at = next((n for n, line in enumerate(self._lines) if line.exercise == known.exercise), 0)
        self.refresh()

    def _make(self) -> None:
        if self._known is not None:
            known = self._known
            self._lines = tree(known.course, known.progress, known.exercise.id, self._unfolded)

    def rows(self, width: int, height: int) -> Sequence[Row]:
        """Return the part around the keyboard, and the legend where there is room."""
        signs = legend()
        room = height - len(signs) - 1 if len(self._lines) + len(signs) < height else height
        self._top = max(0, min(self._top, len(self._lines) - room))
        self._top = min(max(self._top, self._at - room + 1), self._at)
        shown = [self._line(number) for number in range(self._top, min(self._top + room, len(self._lines)))]
        if room < height:
            shown += [Row()] * (height - len(signs) - len(shown)) + signs
        if not self.edge:
            return shown
        shown += [Row()] * (height - len(shown))
        edge = row(Span(SIGNS.frame_line[1], Role.FRAME))
        return [one.fitted(width - 1) + edge for one in shown]

    def _line(self, number: int) -> Row:
        line = self._lines[number].row
        if number != self._at:
            return line
        first = str(line)
        cursor = Span(SIGNS.cursor, look=Look.STRONG)
        marked = Row((cursor, *_without_first(line))) if first.startswith(" ") else line
        return marked.reversed() if self.has_focus else marked

    def action_move(self, by: int) -> None:
        """Go to another line that can be chosen."""
        stops = [number for number, line in enumerate(self._lines) if line.can_be_chosen]
        if stops:
            now = min(range(len(stops)), key=lambda place: abs(stops[place] - self._at))
            self._at = stops[max(0, min(len(stops) - 1, now + by))]
            self.refresh()

    def action_choose(self) -> None:
        """Go to the exercise, or fold the phase."""
        if not self._lines:
            return
        line = self._lines[self._at]
        if line.exercise is not None:
            self.post_message(self.Chosen(line.exercise))
        elif line.phase is not None:
            self._unfolded ^= {line.phase}
            self._make()
            self._at = next((n for n, one in enumerate(self._lines) if one.phase == line.phase), 0)
            self.refresh()

    def on_click(self, event: events.Click) -> None:
        """Take the line under the mouse."""
        number = self._top + event.y
        if number < len(self._lines) and self._lines[number].can_be_chosen:
            self._at = number
            self.action_choose()


def _without_first(line: Row) -> Sequence[Span]:
    first, *rest = line.spans
    return (first.saying(first.text[1:]), *rest)
