"""The help of one screen: what it is for, and every key, from the table of actions."""

from typing import ClassVar

from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from tui.actions import actions_of


class Explain(ModalScreen[None]):
    """Any of its keys closes it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        ("escape", "dismiss", "Close"),
        ("question_mark", "dismiss", "Close"),
        ("q", "dismiss", "Close"),
    ]

    def __init__(self, place: str, name: str, about: str) -> None:
        super().__init__()
        self._place, self._name, self._about = place, name, about

    def compose(self) -> ComposeResult:
        """Show it."""
        with VerticalScroll(classes="sheet") as sheet:
            sheet.styles.width, sheet.styles.max_width = "92%", 100  # an automatic width would be that of nothing
            sheet.border_title = f"{self._name}: what is what"
            sheet.border_subtitle = "esc closes · ctrl+p has every action"
            yield Static(self._about)
            yield Static(self._keys())

    def _keys(self) -> Table:
        table = Table.grid(padding=(0, 2))
        for action in actions_of(self._place):
            table.add_row(Text(action.shown, "bold"), Text(action.title))
        return table
