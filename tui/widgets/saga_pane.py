"""The lower pane of Follow: a renderer's rows, and a place for the keyboard; enter asks for the saga's log."""

from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message

from tui.widgets.rows import Rendered


class SagaPane(Rendered, can_focus=True):
    """Says `Opened` at enter or a click."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "open", "The saga's log", show=False)]

    class Opened(Message):
        """The saga's log is asked for."""

    def action_open(self) -> None:
        """Ask for the log."""
        self.post_message(self.Opened())

    def on_click(self, event: events.Click) -> None:
        """A click does what enter does."""
        event.stop()
        self.action_open()
