"""Asks for one word."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Label


class AskName(ModalScreen[str | None]):
    """Returns the word, or None. In the field letters are text."""

    BINDINGS: ClassVar[list[BindingType]] = [("escape", "dismiss(None)", "Leave it")]
    DEFAULT_CSS = "AskName Vertical { width: 60; }"

    def __init__(self, title: str, question: str, value: str = "") -> None:
        super().__init__()
        self._title, self._question, self._value = title, question, value

    def compose(self) -> ComposeResult:
        """Show the question and the field."""
        with Vertical(classes="sheet") as sheet:
            sheet.border_title = self._title
            yield Label(self._question)
            yield Input(self._value, compact=True)
            yield Label("enter takes it · esc leaves it")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Return what was typed."""
        self.dismiss(event.value)
