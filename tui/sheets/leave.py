"""Quitting asks whether the shop stays open."""

from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Label, OptionList
from textual.widgets.option_list import Option


class Leave(ModalScreen[str | None]):
    """Returns `stay` (quit, the shop stays open), `close` (quit and close it), or None: do not quit."""

    BINDINGS: ClassVar[list[BindingType]] = [("escape", "dismiss(None)", "Do not quit")]
    DEFAULT_CSS = "Leave Vertical { width: 66; } Leave OptionList { border: none; height: auto; }"

    def compose(self) -> ComposeResult:
        """Show the three answers; the first is the one that loses nothing."""
        with Vertical(classes="sheet") as sheet:
            sheet.border_title = "Quit"
            yield Label("The shop is open. Shall it go on running?")
            yield OptionList(
                Option("Quit; the shop stays open (uv run lab finds it again)", id="stay"),
                Option("Close the shop, then quit (uv run lab down)", id="close"),
                Option("Do not quit", id="no"),
            )

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Return the answer."""
        self.dismiss(None if event.option.id == "no" else event.option.id)

    def on_key(self, event: events.Key) -> None:
        """A second q means it."""
        if event.key == "q":
            event.stop()
            self.dismiss("stay")
