"""What the Shop screen's sentence is made from, and the sentence itself."""

from collections.abc import Sequence
from dataclasses import dataclass

from tui.model.awaiting import Waiting
from tui.model.shape import MEDIATOR
from tui.render.text import Role, Row, Span, row
from tui.render.topology_words import title


@dataclass(frozen=True, slots=True)
class Situation:
    """How the app stands to the shop, and what the scene does not hold. per_second: records that came just now."""

    open: bool = True
    from_file: bool = False
    lost_ms: float | None = None
    listening: bool = True
    caught_up: bool = True
    phase: int = 1
    per_second: int = 0
    waiting: Sequence[Waiting] = ()


@dataclass(frozen=True, slots=True)
class Sentence:
    """What is said, the longest form first. alarming: something is wrong."""

    forms: tuple[str, ...]
    alarming: bool = False

    def row(self, cells: int) -> Row:
        """Return the first form that fits."""
        form = next((form for form in self.forms if len(form) <= cells), self.forms[-1])
        return row(Span(form, Role.FAULT if self.alarming else Role.TEXT))


def name(unit: str) -> str:
    """Return a unit's name as a sentence begins with it."""
    return "The mediator" if unit == MEDIATOR else title(unit)
