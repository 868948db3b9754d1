"""Break it: a fault on the running shop, with a prediction first."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widget import Widget

from lab.errors import LabError
from tui.bindings import bindings_of
from tui.fault_work import FaultWork
from tui.model.breaking import VERBS, Breaking, Step
from tui.render.breaking import faults, shown_end, steps, work
from tui.render.panes import Box, Line
from tui.render.text import Look, Row, Span, frame, row
from tui.screens.base import LabScreen, note
from tui.widgets.rows import Rendered

LIST_CELLS = 28
_NARROW = 70
_KEPT = {Step.RUN: 2, Step.COMPARE: 5}


class BreakScreen(LabScreen):
    """Four steps in one frame. They stay as they are while another screen is looked at."""

    PLACE = "break"
    NAME = "Break it"
    ABOUT = (
        "A fault on purpose, on the shop that runs. First you pick one, then you say what will become of the orders, "
        "then it happens for real, and at the end both stand side by side. The lab puts the shop right again by "
        "itself. The other screens show the same seconds: step back to the hit with , and ."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings_of("break"),
        Binding("up,k", "move(-1)", show=False),
        Binding("down,j", "move(1)", show=False),
        Binding("pageup", "leap(-1)", show=False),
        Binding("pagedown", "leap(1)", show=False),
        Binding("left", "turn(-1)", show=False),
        Binding("right", "turn(1)", show=False),
        Binding("enter", "go_on", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._state = Breaking()
        self._command = ""

    def on_screen_resume(self) -> None:
        """Ask for the plain command of the fault that is chosen first."""
        self._ask_command()

    def headline(self) -> Row:
        """Return the name, and where one stands."""
        return row(Span(self.NAME, look=Look.STRONG), "  ", *steps(self._state).spans)

    def panes(self) -> Sequence[Widget]:
        """Make the list and the work."""
        return Rendered(self._list, id="faults"), Rendered(self._work, id="work")

    def boxes(self, body: Box) -> tuple[Mapping[str, Box], Sequence[Line]]:
        """Put both side by side; in a narrow window the list is the first step alone."""
        title = row(Span(self._state.fault.name, look=Look.STRONG))
        if body.width < _NARROW:
            here = "faults" if self._state.step is Step.PICK else "work"
            return {here: body}, ()
        at = body.x + LIST_CELLS
        boxes = {
            "faults": Box(body.x, body.y + 1, LIST_CELLS - 1, body.height - 1),
            "work": Box(at + 2, body.y + 1, body.width - LIST_CELLS - 3, body.height - 1),
        }
        lines = [
            Line(0, body.y, across=at + 1, title=row("Faults")),
            Line(at, body.y, across=body.width + 2 - at, title=title),
            Line(at, body.y, down=body.height),
        ]
        return boxes, lines

    def status(self) -> Row:
        """Say what comes next."""
        if self.lab_app.link.shop is None:
            return note("The shop is closed, so nothing can be broken. 1 opens Start.")
        return note(
            {
                Step.PICK: "↑↓ chooses a fault, PgUp PgDn its kind, ← → how many orders, enter goes on.",
                Step.PREDICT: "↑↓ chooses a question, ← → your number, enter goes on, esc goes back.",
                Step.RUN: "It runs to its end; then the shop is put right again. 2 shows it happen.",
                Step.COMPARE: "Everything runs again. enter picks another fault, b tries this one once more.",
            }[self._state.step]
        )

    def action_move(self, by: int) -> None:
        """Go up or down."""
        self._set(self._state.move(by))
        self._ask_command()

    def action_leap(self, by: int) -> None:
        """Go to the next kind of fault, or to the one before."""
        self._set(self._state.leap(by))
        self._ask_command()

    def action_turn(self, by: int) -> None:
        """Change the number."""
        self._set(self._state.turn(by))

    def action_go_on(self) -> None:
        """Go to the next step."""
        if self._state.step is Step.PICK:
            self._set(self._state.predict())
        elif self._state.step is Step.PREDICT and not self._state.unanswered:
            self.lab_app.if_live(self._begin)
        elif self._state.step is Step.COMPARE:
            self._set(Breaking(chosen=self._state.chosen, orders=self._state.orders))

    def action_break_it(self) -> None:
        """Try the same fault once more, with new guesses."""
        if self._state.step is not Step.RUN:
            self._set(self._state.predict())

    def action_back(self) -> None:
        """Go one step back, and from the first out of here; what has begun runs to its end."""
        before = self._state.back()
        if before is None:
            self.lab_app.leave_break_it()
        elif self._state.step is Step.RUN:
            self.notify("It runs to its end, so that the shop can be put right. 2 shows it happen.")
        else:
            self._set(before)

    def _set(self, state: Breaking) -> None:
        self._state = state
        if self.is_current:
            self.lay_out()
            self.on_tick()

    def _ask_command(self) -> None:
        """Ask the engine for the plain command; it may have to look at the processes for that."""
        app, fault = self.lab_app, self._state.fault
        if (shop := app.link.shop) is None or self._state.step is not Step.PICK:
            return
        if (verb := VERBS.get(fault.act)) is None:
            self._take_command("")
            return

        def ask() -> None:
            try:
                command = app.lab.engine(shop.engine).plain_command(verb, fault.unit)
            except LabError:
                return  # the shop is just being closed, and the status says so
            app.call_from_thread(self._take_command, command)

        self.run_worker(ask, thread=True, name="plain command", group="plain command", exclusive=True)

    def _take_command(self, command: str) -> None:
        self._command = command
        self.on_tick()

    def _begin(self) -> None:
        shop = self.lab_app.link.shop
        if shop is None:
            self.notify("The shop is closed. 1 opens Start.", severity="warning")
            return
        self._set(self._state.begin())
        work = FaultWork(self.lab_app, shop, self._state.fault, self._state.orders, self)
        self.lab_app.breaking = self.run_worker(work.run, thread=True, name="fault", group="fault", exclusive=True)

    def tell(self, line: str) -> None:
        """Take in a line of what happens."""
        self._set(self._state.tell(line))

    def failed(self, text: str) -> None:
        """Take in why it could not be tried, and the mend."""
        self._end(self._state.failed(text), "could not be tried")

    def compare(self, outcome: Mapping[str, object]) -> None:
        """Take in what the fault has shown."""
        self._end(self._state.compare(outcome), "is over, and everything runs again")

    def _end(self, state: Breaking, how: str) -> None:
        self._set(state)
        if not self.is_current:
            self.notify(f"{state.fault.name} {how}. b shows what came of it.", timeout=8)

    def _list(self, width: int, height: int) -> Sequence[Row]:
        return frame(faults(self._state, width, height), width, height)

    def _work(self, width: int, height: int) -> Sequence[Row]:
        rows = work(self._state, self._command, width)
        return frame(shown_end(rows, height, _KEPT.get(self._state.step, 3)), width, height)
