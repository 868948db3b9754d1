"""Says what is about to be done, with the plain command it stands for, and asks."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Label


class Confirm(ModalScreen[bool]):
    """Returns True when enter was pressed."""

    BINDINGS: ClassVar[list[BindingType]] = [
        ("enter", "dismiss(True)", "Do it"),
        ("escape", "dismiss(False)", "Leave it"),
    ]
    DEFAULT_CSS = "Confirm Vertical { width: 72; }"

    def __init__(self, title: str, then: str, command: str = "") -> None:
        super().__init__()
        self._title, self._then, self._command = title, then, command

    def compose(self) -> ComposeResult:
        """Show it."""
        with Vertical(classes="sheet") as sheet:
            sheet.border_title = self._title
            sheet.border_subtitle = "enter does it · esc leaves it"
            yield Label(self._then, markup=False)
            if self._command:
                yield Label(f"\nThe plain command: {self._command}", markup=False)
