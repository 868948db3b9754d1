"""Logs: what the units write, all or one, by how serious it is, by words, by order."""

from collections.abc import Mapping, Sequence
from functools import partial
from math import inf
from typing import ClassVar, Final

from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.worker import Worker

from lab.shop.units import UNITS
from tui.bindings import bindings_of
from tui.model.logbook import Level, Logbook
from tui.reading_logs import read_logs
from tui.render.bars import clock
from tui.render.logs import unit_choice, whole
from tui.render.panes import Box, Line
from tui.render.text import Role, Row, Span, frame, row
from tui.screens.base import LabScreen, note
from tui.sheets.ask_name import AskName
from tui.widgets.log_lines import LogLines
from tui.widgets.rows import Rendered

_LEVELS: Final = (Level.DEBUG, Level.WARNING, Level.ERROR)
_STEP_MS: Final = 200
_SAID: Final = {Level.DEBUG: "every line", Level.WARNING: "warnings and errors", Level.ERROR: "errors only"}


class LogsScreen(LabScreen):
    """The units' own words."""

    PLACE = "logs"
    NAME = "Logs"
    ABOUT = (
        "What each unit writes to its log, up to the moment of the time row. ← → choose the unit, v how serious a line "
        "must be, / words that it must have; f shows all orders again where one is followed. Up and down move; end "
        "follows the newest line again."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings_of("logs"),
        Binding("left", "unit(-1)", show=False),
        Binding("right", "unit(1)", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._book = Logbook()
        self._unit, self._words, self._level = "", "", Level.DEBUG
        self._drawn: tuple[object, ...] = ()
        self._reading: Worker[None] | None = None

    def panes(self) -> Sequence[Widget]:
        """Make the choice of units, the lines, and the room for one line in full."""
        return (
            Rendered(lambda width, _: [self._choice(width)], id="choice"),
            LogLines(id="lines"),
            Rendered(self._whole, id="whole"),
        )

    def boxes(self, body: Box) -> tuple[Mapping[str, Box], Sequence[Line]]:
        """Give the lines all the room there is."""
        whole_rows = 3 if body.height >= 14 else 0  # noqa: PLR2004  less, and the lines would suffer
        height = body.height - 2 - (whole_rows + 1 if whole_rows else 0)
        rule = Line(0, body.y + 1, across=body.width + 2, title=row(Span(_SAID[self._level])), at_right=self._found())
        boxes = {
            "choice": Box(body.x + 1, body.y, body.width - 2, 1),
            "lines": Box(body.x, body.y + 2, body.width, height),
        }
        lines = [rule]
        if whole_rows:
            below = body.y + 2 + height
            lines.append(Line(0, below, across=body.width + 2, title=row("This line")))
            boxes["whole"] = Box(body.x + 1, below + 1, body.width - 2, whole_rows)
        return boxes, lines

    def status(self) -> Row:
        """Say what is shown, and what narrows it."""
        moment = self.lab_app.view().moment
        if self.lab_app.file is not None:
            return note("A recording has no logs. 6, then esc: the running shop again.")
        if self.lab_app.link.shop is None:
            return note("The shop is closed: there is nothing new to read. 1 opens Start.")
        lines = self.query_one("#lines", LogLines)
        if not len(self._book):
            return note("Reading what the units wrote…")
        if not moment.live:
            return note(f"What was written up to {clock(moment.at_ms)}. g goes back to now.")
        if lines.behind:
            return note(f"{lines.behind} new below; end follows them.")
        return self._narrowed()

    def _narrowed(self) -> Row:
        """Say what leaves lines out, and which key brings them back."""
        order = self.lab_app.order
        by = (
            (order, f"order {order}", "f shows all orders"),
            (self._unit, f"unit {self._unit}", "← → another unit"),
            (self._words, f"words '{self._words}'", "esc in / clears the words"),
            (self._level, _SAID[self._level], "v every line"),
        )
        left = [(said, key) for narrows, said, key in by if narrows]
        if not left:
            return note("Every unit. ← → chooses one, v how serious.")
        return note(f"Only {' and '.join(said for said, _ in left)}. {', '.join(key for _, key in left)}.")

    def on_screen_resume(self) -> None:
        """Read while somebody looks."""
        super().on_screen_resume()
        self.query_one("#lines").focus()
        self._read()

    def _read(self) -> None:
        shop = self.lab_app.link.shop
        if shop is None or (self._reading is not None and self._reading.is_running):
            return
        engine = self.lab_app.lab.engine(shop.engine)
        reading = partial(read_logs, engine, self._units, self._book, self.on_tick)
        self._reading = self.run_worker(reading, name="logs", group="logs", exclusive=True)

    def on_screen_suspend(self) -> None:
        """Read nothing that nobody sees."""
        if self._reading is not None:
            self._reading.cancel()
            self._reading = None

    def on_second(self) -> None:
        """Begin to read where the shop has opened meanwhile."""
        super().on_second()
        self._read()

    def on_log_lines_moved(self) -> None:
        """Show the line in full, and what lies below."""
        super().on_tick()

    def on_tick(self) -> None:
        """Show the lines that are wanted now."""
        words = f"{self._words} {self.lab_app.order}".strip()
        wanted, until_ms = (self._unit, self._level, words), self._until_ms()
        if (self._book.version, wanted, until_ms) != self._drawn:
            anew = not self._drawn or self._drawn[1] != wanted
            self._drawn = (self._book.version, wanted, until_ms)
            shown = self._book.shown(self._unit, self._level, words, until_ms)
            self.query_one("#lines", LogLines).show(shown, with_unit=not self._unit, anew=anew)
        super().on_tick()

    def _until_ms(self) -> float:
        """Return up to when lines are shown: nothing is of a recording. A fifth of a second is fine enough to play."""
        moment = self.lab_app.view().moment
        if self.lab_app.file is not None:
            return -inf
        return inf if moment.live else moment.at_ms // _STEP_MS * _STEP_MS + _STEP_MS

    def action_unit(self, by: int) -> None:
        """Choose the next unit, or the one before."""
        names = ["", *self._units()]
        self._unit = names[(names.index(self._unit) + by) % len(names)] if self._unit in names else ""
        self.on_tick()

    def action_level(self) -> None:
        """Choose how serious a line must be."""
        self._level = _LEVELS[(_LEVELS.index(self._level) + 1) % len(_LEVELS)]
        self.on_tick()

    def action_filter(self) -> None:
        """Ask for words."""

        def take(words: str | None) -> None:
            self._words = (words or "").strip()
            self.on_tick()

        self.app.push_screen(AskName("Filter the logs", "Words that a line must have:", self._words), take)

    def action_follow(self) -> None:
        """Show all orders again; which one is followed is chosen where orders are seen."""
        self.lab_app.order = ""
        self.on_tick()

    def action_copy(self) -> None:
        """Copy the line that the keyboard is on."""
        line = self.query_one("#lines", LogLines).chosen_line
        if line is not None:
            self.app.copy_to_clipboard(line.text)

    def _units(self) -> Sequence[str]:
        known = self.lab_app.view().flow.units
        return list(known) or [unit.name for unit in UNITS]

    def _choice(self, width: int) -> Row:
        return unit_choice(self._units(), self._unit, dict(self.lab_app.view().flow.units), width)

    def _found(self) -> Row:
        order = f"only {self.lab_app.order} · " if self.lab_app.order else ""
        return row(Span(f"{order}{len(self._book)} lines", Role.QUIET))

    def _whole(self, width: int, height: int) -> Sequence[Row]:
        line = self.query_one("#lines", LogLines).chosen_line
        return frame(whole(line, width) if line else [row(Span("↑ chooses a line", Role.QUIET))], width, height)
