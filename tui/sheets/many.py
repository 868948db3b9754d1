"""Asks how many orders are to be placed, how fast, and by which seed."""

from dataclasses import dataclass
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Grid, Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Label

MOST_ORDERS: Final = 10_000
MOST_A_SECOND: Final = 200.0


@dataclass(frozen=True, slots=True)
class Many:
    """So many orders, so many a second, whose endings follow from the seed."""

    count: int = 25
    rate: float = 5.0
    seed: int = 7


def read_many(count: str, rate: str, seed: str) -> Many | str:
    """Read what was typed; a sentence where it is no number, or out of bounds."""
    try:
        many = Many(int(count), float(rate), int(seed))
    except ValueError:
        return "Each of the three is a number, such as 25, 5 and 7."
    if not 1 <= many.count <= MOST_ORDERS:
        return f"From 1 to {MOST_ORDERS} orders can be placed at once."
    if not 0.1 <= many.rate <= MOST_A_SECOND:  # noqa: PLR2004  one in ten seconds
        return f"From 0.1 to {MOST_A_SECOND:.0f} orders a second can be placed."
    return many


class AskMany(ModalScreen[Many | None]):
    """Returns what was asked for, or None. In the fields letters are text; tab goes to the next one."""

    BINDINGS: ClassVar[list[BindingType]] = [("escape", "dismiss(None)", "Leave it")]
    DEFAULT_CSS = """
    AskMany Vertical { width: 66; }
    AskMany Grid { grid-size: 2; grid-columns: 24 1fr; height: auto; }
    """

    def __init__(self, before: Many) -> None:
        super().__init__()
        self._before = before

    def compose(self) -> ComposeResult:
        """Show the three fields; enter in any of them takes all."""
        with Vertical(classes="sheet") as sheet:
            sheet.border_title = "Place many orders"
            sheet.border_subtitle = "enter places them · tab next · esc leaves it"
            yield Label("Good and bad cards, full and empty shelves: what becomes of\nthem follows from the seed.")
            with Grid():
                for name, text, value in (
                    ("count", "how many", f"{self._before.count}"),
                    ("rate", "how many a second", f"{self._before.rate:g}"),
                    ("seed", "seed", f"{self._before.seed}"),
                ):
                    yield Label(text)
                    yield Input(value, id=name, compact=True)
            yield Label("", id="fault")

    def on_input_submitted(self) -> None:
        """Take what was typed, or say what is wrong with it."""
        many = read_many(*(self.query_one(f"#{name}", Input).value for name in ("count", "rate", "seed")))
        if isinstance(many, str):
            self.query_one("#fault", Label).update(many)
        else:
            self.dismiss(many)
