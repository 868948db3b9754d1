"""Dead letters: a sheet; enter shows one of them in the inspector."""

from collections.abc import Sequence
from typing import ClassVar, Final

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen

from tui.model.history import History
from tui.model.item import Kind
from tui.render.dead_letters import head, letter
from tui.render.text import Row
from tui.widgets.rows import LinesView, Rendered

WIDTH, HEAD_ROWS, FRAME_ROWS = 100, 3, 2
SHOWN_AT_MOST: Final = 1_000


def unreadable_in(history: History, end: int) -> Sequence[int]:
    """Return the numbers of the records that nobody can read, the newest first."""
    items = history.between(history.first, end)
    found = [history.first + at for at, item in enumerate(items) if item.kind is Kind.UNREADABLE]
    return found[: -SHOWN_AT_MOST - 1 : -1]


class _Letters(LinesView, can_focus=True):
    """One line each."""

    def __init__(self, history: History, numbers: Sequence[int]) -> None:
        super().__init__()
        self._history, self._numbers = history, numbers
        self.at = 0

    def on_mount(self) -> None:
        """Say how many there are."""
        self.set_length(len(self._numbers))

    def move(self, by: int) -> None:
        """Go up or down."""
        self.at = max(0, min(self.at + by, len(self._numbers) - 1))
        self.scroll_to(y=max(0, self.at - self.size.height + 1), animate=False)
        self.refresh()

    def line(self, number: int, width: int) -> Row:
        """Return one line."""
        place = self._numbers[number]
        if place < self._history.first:  # forgotten since this sheet was opened
            return Row()
        return letter(self._history[place], width, chosen=number == self.at)

    def on_click(self, event: events.Click) -> None:
        """Choose a line."""
        self.move(int(event.y + self.scroll_offset.y) - self.at)


class DeadLetters(ModalScreen[int | None]):
    """Returns the number of the item that is to be inspected, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,d", "dismiss(None)", "Close", show=False),
        Binding("up,k", "move(-1)", show=False),
        Binding("down,j", "move(1)", show=False),
        Binding("enter", "open", show=False),
    ]
    DEFAULT_CSS = "DeadLetters Rendered { height: 3; }"

    def __init__(self, history: History, end: int, parked: int | None) -> None:
        super().__init__()
        self._history, self._numbers, self._parked = history, unreadable_in(history, end), parked

    def compose(self) -> ComposeResult:
        """Make the head and the list."""
        with Vertical(classes="sheet") as sheet:
            sheet.styles.max_width, sheet.styles.max_height, sheet.styles.padding = "100%", "90%", 0
            sheet.styles.width = WIDTH
            sheet.styles.height = HEAD_ROWS + max(1, len(self._numbers)) + FRAME_ROWS
            sheet.border_title = "Dead letters"
            sheet.border_subtitle = "enter inspects · esc closes" if self._numbers else "esc closes"
            yield Rendered(lambda _, height: list(head(len(self._numbers), self._parked))[:height])
            yield _Letters(self._history, self._numbers)

    def action_move(self, by: int) -> None:
        """Go up or down."""
        self.query_one(_Letters).move(by)

    def action_open(self) -> None:
        """Return the one that the keyboard is on."""
        self.dismiss(self._numbers[self.query_one(_Letters).at] if self._numbers else None)
