"""A question with a few answers: who runs this part, or one of the course's about what was."""

from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Label, OptionList
from textual.widgets.option_list import Option


class Choosing(ModalScreen[int | None]):
    """Returns the number of the answer, from 0; None: none was given. A digit takes its answer."""

    BINDINGS: ClassVar[list[BindingType]] = [("escape", "dismiss(None)", "Leave it")]
    DEFAULT_CSS = """
    Choosing Vertical { width: 76; }
    Choosing Label { width: 100%; }
    Choosing OptionList, Choosing OptionList:focus { border: none; height: auto; }
    """

    def __init__(
        self, title: str, question: str, answers: Sequence[str], *, at: int = 0, esc: str = "leaves it"
    ) -> None:
        super().__init__()
        self._title, self._question, self._answers, self._at, self._esc = title, question, answers, at, esc

    def compose(self) -> ComposeResult:
        """Show the answers, the one that holds now under the keyboard."""
        with Vertical(classes="sheet") as sheet:
            sheet.border_title = self._title
            sheet.border_subtitle = f"enter or a number takes it · esc {self._esc}"
            yield Label(f"{self._question}\n", markup=False)
            numbered = enumerate(self._answers, 1)
            yield OptionList(
                *(Option(f"{number}  {answer}", id=f"a{number - 1}") for number, answer in numbered), markup=False
            )

    def on_mount(self) -> None:
        """Go to the answer that holds now."""
        self.query_one(OptionList).highlighted = self._at

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Return the answer."""
        self.dismiss(event.option_index)

    def on_key(self, event: events.Key) -> None:
        """Take the answer of that number."""
        if event.character and event.character.isdigit() and 1 <= int(event.character) <= len(self._answers):
            event.stop()
            self.dismiss(int(event.character) - 1)
