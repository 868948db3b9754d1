"""What one frame is drawn from: the history up to a moment, and what followed from it."""

from collections.abc import Sequence
from dataclasses import dataclass

from tui.model.cursor import Moment
from tui.model.flow import Flow
from tui.model.history import History
from tui.model.item import Item


@dataclass(frozen=True, slots=True)
class View:
    """Frozen for one frame. `lost_ms`: since when Kafka does not answer, None while it does; then nothing is live.

    order: the one order that every pane is narrowed to; empty for all.
    """

    history: History
    moment: Moment
    flow: Flow
    lost_ms: float | None = None
    order: str = ""
    motion: bool = True

    @property
    def stale(self) -> bool:
        """Say whether what is shown may have been overtaken."""
        return self.lost_ms is not None and self.moment.live

    def latest(self, count: int) -> Sequence[Item]:
        """Return the last so many items up to the moment."""
        return self.history.between(self.moment.end - count, self.moment.end)


def view_at(
    history: History, moment: Moment, *, lost_ms: float | None = None, order: str = "", motion: bool = True
) -> View:
    """Put a view together."""
    return View(history, moment, history.at(moment.end), lost_ms, order, motion)
