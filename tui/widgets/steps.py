"""The steps of one order, to walk through. Until one does, the line to look at is kept in sight."""

from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message

from tui.render.steps import StepLines
from tui.render.text import Look, Row
from tui.widgets.rows import LinesView


class StepsView(LinesView, can_focus=True):
    """Shows what `show` was given; says `Chosen` when the keyboard goes to another step, `Opened` at enter."""

    DEFAULT_CSS = "StepsView { scrollbar-size-vertical: 0; scrollbar-size-horizontal: 0; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "Up", show=False),
        Binding("down,j", "move(1)", "Down", show=False),
        Binding("pageup", "move(-10)", "A page up", show=False),
        Binding("pagedown", "move(10)", "A page down", show=False),
        Binding("home", "edge(0)", "The first step", show=False),
        Binding("end", "edge(-1)", "The newest step", show=False),
        Binding("enter", "open", "Inspect", show=False),
    ]

    class Chosen(Message):
        """Another step is chosen; which one, the view says."""

        def can_replace(self, message: Message) -> bool:
            """Say that only the last of several counts."""
            return type(message) is type(self)

    class Opened(Message):
        """The chosen step is to be looked at."""

    def __init__(self, *, id: str = "steps") -> None:  # noqa: A002
        super().__init__(id=id)
        self._lines: StepLines | None = None
        self._chosen: int | None = None

    def show(self, lines: StepLines, *, anew: bool = False) -> None:
        """Show these lines; `anew`: they are of another order, so nothing is chosen in them yet."""
        self._lines = lines
        if anew:
            self._chosen = None
        self.set_length(max(1, len(lines.entries)))
        self._keep_in_sight()
        self.refresh()

    @property
    def current(self) -> int | None:
        """The history's number of the message on the chosen line; None for what was not seen."""
        if self._lines is None or not self._lines.entries:
            return None
        place = self._lines.place(self._at)
        numbers = self._lines.steps[place].numbers if place is not None else ()
        return numbers[0] if numbers else None

    @property
    def _at(self) -> int:
        assert self._lines is not None
        newest = self._lines.newest
        return newest if self._chosen is None else min(self._chosen, len(self._lines.entries) - 1)

    def line(self, number: int, width: int) -> Row:
        """Return one line."""
        if self._lines is None or number >= len(self._lines.entries):
            return Row()
        here = None
        if number == self._at:
            here = Look.REVERSE if self.has_focus else Look.STRONG
        return self._lines.line(number, here).fitted(width)

    def action_move(self, by: int) -> None:
        """Go up or down."""
        if self._lines is not None and self._lines.entries:
            self._choose(min(max(self._at + by, 0), len(self._lines.entries) - 1))

    def action_edge(self, edge: int) -> None:
        """Go to the first step, or keep the newest in sight again."""
        if self._lines is not None and self._lines.entries:
            self._choose(None if edge else 0)

    def action_open(self) -> None:
        """Look at this step."""
        self.post_message(self.Opened())

    def on_click(self, event: events.Click) -> None:
        """Choose the step under the mouse; clicked again, it opens."""
        number = event.y + int(self.scroll_offset.y)
        if self._lines is None or not 0 <= number < len(self._lines.entries):
            return
        again = number == self._chosen
        self._choose(number)
        if again:
            self.action_open()

    def _choose(self, number: int | None) -> None:
        self._chosen = number
        self._keep_in_sight()
        self.refresh()
        self.post_message(self.Chosen())

    def _keep_in_sight(self) -> None:
        """Scroll so far that the line is seen; one that was not chosen has room for what follows it."""
        height, top = self.size.height, int(self.scroll_offset.y)
        if self._lines is None or not height or not self._lines.entries:
            return
        at = self._at
        below = min(3, height - 1) if self._chosen is None else 0
        if at < top:
            top = at
        elif at + below >= top + height:
            top = min(at + below, len(self._lines.entries) - 1) - height + 1
        self.scroll_to(y=max(0, top), animate=False, force=True, immediate=True)
