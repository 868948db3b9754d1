"""One unit: how it is, the last lines of its log, and what its keys do, each with the plain command."""

from collections.abc import Sequence
from typing import ClassVar

from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static


class UnitSheet(ModalScreen[str | None]):
    """Returns the key that was pressed, None where it was closed."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,enter", "dismiss(None)", "Close", show=False),
        *(Binding(key, f"dismiss('{key}')", key, show=False) for key in ("u", "S", "P", "K", "R", "4")),
    ]

    def __init__(self, title: str, said: Sequence[str], commands: Sequence[tuple[str, str, str]]) -> None:
        super().__init__()
        self._title, self._said, self._commands = title, said, commands

    def compose(self) -> ComposeResult:
        """Show it."""
        with Vertical(classes="sheet") as sheet:
            sheet.styles.width, sheet.styles.max_width = "92%", 110
            sheet.border_title = self._title
            sheet.border_subtitle = "a key does it · esc closes"
            yield Static(Text("\n".join(self._said), overflow="fold"))
            yield Static("")
            table = Table.grid(padding=(0, 2))
            for key, what, command in self._commands:
                table.add_row(Text(key, "bold"), what, Text(command, overflow="fold"))
            yield Static(table)
