"""Journal: what was recorded, and one moment of it for every pane."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widget import Widget

from lab.shop.wording import plural
from tui.bindings import bindings_of
from tui.model.recordings import Recording, recordings
from tui.render.panes import Box, Line
from tui.render.recordings import damage_sentence, recording_rows
from tui.render.text import Look, Role, Row, Span, frame, row
from tui.screens.base import LabScreen, note, trouble
from tui.widgets.rows import Rendered
from tui.widgets.tail import Tail

LIST_ROWS = 6


class JournalScreen(LabScreen):
    """The recordings above, the messages up to the moment below."""

    PLACE = "journal"
    NAME = "Journal"
    ABOUT = (
        "Everything you see is recorded from the first second on. Here you choose what is shown: the running shop, or "
        "a recording, which needs no Kafka. , and . step from message to message, < and > from order to order; space "
        "plays and stops, - and + choose the speed, g goes back to now; the mouse chooses a moment on the bar beside "
        "the clock. Every other screen shows the same moment."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings_of("journal"),
        Binding("up,k", "move(-1)", show=False),
        Binding("down,j", "move(1)", show=False),
        Binding("enter", "open", show=False),
        Binding("escape", "close", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._found: Sequence[Recording] = ()
        self._chosen = 0

    def panes(self) -> Sequence[Widget]:
        """Make the list and the tail."""
        tail = Tail()
        tail.can_focus = False  # the keys here are the list's
        return Rendered(self._list, id="list"), tail

    def boxes(self, body: Box) -> tuple[Mapping[str, Box], Sequence[Line]]:
        """Give the list what it needs, up to a few rows, and the messages the rest."""
        rows = min(max(len(self._found) + 1, 2), LIST_ROWS, body.height // 2)
        below = body.y + rows
        boxes = {
            "list": Box(body.x, body.y, body.width, rows),
            "tail": Box(body.x, below + 1, body.width, body.height - rows - 1),
        }
        view = self.lab_app.view()
        counts = f"{plural(view.flow.records, 'record')}, {plural(view.flow.orders, 'order')} up to here"
        title = row(Span("Up to this moment", look=Look.STRONG))
        return boxes, [Line(0, below, across=body.width + 2, title=title, at_right=row(Span(counts, Role.QUIET)))]

    def status(self) -> Row:
        """Say what is shown, and what can be done with it."""
        app = self.lab_app
        if app.reads:
            return note(f"Reading {app.reads}…")
        if app.damage is not None:
            return trouble(damage_sentence(app.damage))
        if app.file is not None:
            return note(f"{app.file.name} is shown on every screen. space plays it, esc shows the running shop again.")
        if app.journal.trouble:
            return trouble(app.journal.trouble)
        return note("↑↓ and enter open a recording. J keeps this visit under a name of yours.")

    def on_screen_resume(self) -> None:
        """See which recordings there are."""
        self._look()
        super().on_screen_resume()

    def on_second(self) -> None:
        """See whether there are others now."""
        self._look()
        super().on_second()

    def _look(self) -> None:
        self._found = recordings(self.lab_app.journal.file)
        self._chosen = min(self._chosen, len(self._found))

    def _list(self, width: int, height: int) -> Sequence[Row]:
        rows = recording_rows(self._found, self._chosen, self.lab_app.file, width)
        first = max(0, min(self._chosen - height // 2, len(rows) - height))
        return frame(rows[first:], width, height)

    def action_move(self, by: int) -> None:
        """Choose another recording."""
        self._chosen = min(max(self._chosen + by, 0), len(self._found))
        self.on_tick()

    def action_open(self) -> None:
        """Show the chosen recording, or the running shop."""
        if self._chosen == 0:
            self.lab_app.close_file()
        else:
            self.lab_app.show_file(self._found[self._chosen - 1].file)
        self.on_tick()

    def action_close(self) -> None:
        """Show the running shop again."""
        if self.lab_app.file is not None:
            self._chosen = 0
            self.lab_app.close_file()
            self.on_tick()
