"""What the app shows: a history, a moment of it, and the one order that every pane may be narrowed to."""

import time
from collections.abc import Sequence
from pathlib import Path

from tui.ending import EndsInWords
from tui.journaling import Damage, read_items
from tui.model.cursor import Cursor
from tui.model.history import History
from tui.model.item import Item
from tui.model.view import View, view_at
from tui.render.text import Row
from tui.render.timebar import moment_at, time_row


class Shown(EndsInWords):
    """An app that shows the running shop or a recording, now or at any moment. `has_news` is called at every change."""

    motion = True

    def __init__(self, history: History) -> None:
        super().__init__()
        self.history = history
        self.cursor = Cursor(history)
        self._live = (self.history, self.cursor)
        self.file: Path | None = None
        """The journal that is shown instead of the running shop."""
        self.damage: Damage | None = None
        """What of that journal cannot be read."""
        self.order = ""
        """The one order that every pane is narrowed to; empty for all."""
        self._view: View | None = None

    def has_news(self) -> None:
        """Draw soon."""
        raise NotImplementedError

    @property
    def lost_ms(self) -> float | None:
        """Since when Kafka does not answer; None while it does, and of a recording."""
        raise NotImplementedError

    def view(self) -> View:
        """Return what this frame is drawn from; the same one for all panes of a frame."""
        moment, lost_ms = self.cursor.moment(now_ms()), self.lost_ms
        old = self._view
        if old is None or old.moment.end != moment.end or old.order != self.order:
            self._view = view_at(self.history, moment, lost_ms=lost_ms, order=self.order, motion=self.motion)
        elif old.moment != moment or old.lost_ms != lost_ms:
            self._view = View(self.history, moment, old.flow, lost_ms, self.order, self.motion)
        assert self._view is not None
        return self._view

    def time_row(self, width: int) -> Row:
        """Return the row that says where the view stands in time."""
        return time_row(self.view(), width)

    # ── recordings ───────────────────────────────────────────────────────────────────────────────────────────────

    def open_file(self, file: Path) -> None:
        """Show a journal instead of the running shop, which is heard all the same. Raises LabError."""
        self.show_items(file, *read_items(file))

    def show_items(self, file: Path, items: Sequence[Item], damage: Damage | None) -> None:
        """Show what was read from a journal."""
        self.damage = damage
        self.history = History(room=max(len(items), 1))
        self.history.add(items)
        self.cursor = Cursor(self.history, from_file=True)
        self.file, self.order, self._view = file, "", None

    def close_file(self) -> None:
        """Show the running shop again."""
        (self.history, self.cursor), self.file, self.damage, self.order = self._live, None, None, ""
        self._view = None
        self.has_news()

    # ── time ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def pause_view(self) -> None:
        """Stop the view, or let it go on."""
        self.cursor.pause_or_go_on(now_ms())
        self.has_news()

    def scrub(self, width: int, x: int) -> bool:
        """Go to the moment that stands in this cell of the time row; return whether there is one."""
        at_ms = moment_at(self.view(), width, x)
        if at_ms is None:
            return False
        self.cursor.to_time(at_ms, now_ms())
        self.has_news()
        return True

    def step(self, by: int) -> None:
        """Go so many messages back or on."""
        self.cursor.step(by, now_ms())
        self.has_news()

    def step_order(self, by: int) -> None:
        """Go to the next order, or the one before; where one order is followed, to that one's story."""
        found = self.cursor.step_order(by, now_ms())
        if found and self.order:
            self.order = found
        self.has_news()

    def change_speed(self, by: int) -> None:
        """Play faster or slower."""
        self.cursor.faster(by)
        self.has_news()

    def go_live(self) -> None:
        """Go back to now; of a file to its end."""
        self.cursor.go_live()
        self.has_news()


def now_ms() -> float:
    """Return the clock, milliseconds since the epoch."""
    return time.time() * 1000
