"""Start: this machine, the shop, what now."""

from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar, Final

from textual.widget import Widget

from lab.errors import LabError
from tui.actions import Action
from tui.bindings import bindings_of
from tui.machine import learner, look_over
from tui.model.cursor import Moment
from tui.model.offers import offers
from tui.model.start import Known, Learner, Machine, Stands
from tui.render.panes import Box, Line
from tui.render.start import home
from tui.render.start_status import status
from tui.render.text import Look, Row, Span, row
from tui.screens.base import LabScreen
from tui.stack_work import now_ms
from tui.start_deeds import StartDeeds
from tui.start_known import Found, gather
from tui.widgets.start_view import StartView

_MOVE: Final = Action("move(1)", (), "↑↓", "Go to another line", "choose", rank=0)
_GO: Final = Action("choose", (), "enter", "Do what the line says", "go", rank=0)
_GUIDED: Final = frozenset({Stands.CLOSED, Stands.OPEN})


class StartScreen(LabScreen):
    """Start."""

    PLACE = "start"
    NAME = "Start"
    TIME_ROW = False
    ABOUT = (
        "This machine, Kafka and the shop's units, and what to do next. ↑↓ choose a line, enter does what it says, tab "
        "goes to the next part. On a line of the machine enter mends what can be mended. On a unit u, S, P, K and R do "
        "what they say, and enter shows it whole, with the plain commands.\n"
    )
    BINDINGS: ClassVar = bindings_of("start")

    def __init__(self) -> None:
        super().__init__()
        self.found = Found()
        self._guides = False

    # ── what is shown ────────────────────────────────────────────────────────────────────────────────────────────

    def panes(self) -> Sequence[Widget]:
        """Make the one pane."""
        self.view = StartView(self.known, motion=lambda: self.lab_app.motion)
        return (self.view,)

    def boxes(self, body: Box) -> tuple[Mapping[str, Box], Sequence[Line]]:
        """Give it all the room."""
        return {"start": body}, ()

    def known(self) -> Known:
        """Return everything that the screen is drawn from."""
        return gather(self.lab_app, self.found, now_ms())

    def status(self) -> Row:
        """Say what goes on."""
        return status(self.known(), self.size.width - 4)

    def next_step(self) -> str:
        """Say what enter does, or how one comes back to where it does."""
        step, known = super().next_step(), self.known()
        if known.stands not in _GUIDED:
            return ""
        at_home = self.view.cursor_in(known) == home(known)
        return step if at_home else step.replace(": enter", ": home, then enter")

    def headline(self) -> Row:
        """Say whose first visit it is."""
        return row(Span("Orderlab", look=Look.STRONG))

    def bar(self) -> Sequence[Action]:
        """Put the two keys that are all one needs first; those of a unit only where the keyboard is on one."""
        on_unit = self.view.cursor.startswith("unit:")
        shown = [one for one in super().bar() if on_unit or not one.id.endswith("_unit")]
        return (_MOVE, _GO, *shown)

    def greyed(self) -> frozenset[str]:
        """Leave out what cannot be done now: an order while nobody takes one, a file where all load."""
        known = self.known()
        cannot = set() if known.shop else {"place_order"}
        return frozenset(cannot if any(unit.file for unit in known.units.values()) else cannot | {"edit"})

    def moves(self, moment: Moment) -> bool:
        """Draw at every tick while something long goes on."""
        return super().moves(moment) or self.lab_app.stack_work.going

    def on_second(self) -> None:
        """Let seconds pass on the screen, and show a shop that has opened or closed."""
        self.on_tick()

    def deeds(self) -> Sequence[tuple[str, str, Callable[[], object]]]:
        """Offer the lines under 'What now?' in the palette, too."""
        return [(one.text, one.note or one.command, lambda one=one: self.do(one.id)) for one in offers(self.known())]  # type: ignore[misc]

    # ── finding out ──────────────────────────────────────────────────────────────────────────────────────────────

    def on_mount(self) -> None:
        """Look at the machine, and ask where the learner is; both beside what is drawn, and not before it is."""
        self.view.focus()
        self.call_after_refresh(self.look_again)

    def on_screen_resume(self) -> None:
        """Ask where the learner is now."""
        self.call_after_refresh(
            self.run_worker, self._ask_learner, thread=True, name="learner", group="learner", exclusive=True
        )

    def look_again(self) -> None:
        """Look at the machine, and at the shop, anew, and show that."""
        self.lab_app.stack_work.forget()
        self.found.machine, self.found.looking_since_ms = None, now_ms()
        self.lab_app.feed.look_soon()
        self.look_at_machine()

    def look_at_machine(self) -> None:
        """Look at the machine; until that is done, what was found before is shown."""
        self.run_worker(self._look_over, thread=True, name="doctor", group="doctor", exclusive=True)

    def _look_over(self) -> None:
        machine = look_over(self.lab_app.lab)
        self.app.call_from_thread(self._looked, machine)

    def _looked(self, machine: Machine) -> None:
        self.found.machine = machine
        self._guide()
        self.on_tick()

    def _ask_learner(self) -> None:
        try:
            found = learner(self.lab_app.lab)
        except LabError as error:
            self.app.call_from_thread(self.lab_app.trouble, error)
        else:
            self.app.call_from_thread(self._learner_is, found)

    def _learner_is(self, found: Learner) -> None:
        self.found.learner = found
        self._guide()
        self.on_tick()

    def _guide(self) -> None:
        """Begin to guide a newcomer, once, as soon as it is known what there is to do first; end with the tour."""
        if self.found.learner is not None and self.found.learner.tour is None:
            self.lab_app.first_minute.active = False
        if not self._guides and self.found.learner is not None and self.found.machine is not None:
            self._guides = True
            self.lab_app.first_minute.active = self.found.learner.is_new

    # ── keys ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def action_move(self, by: int) -> None:
        """Go to another line."""
        self.view.action_move(by)

    def action_choose(self) -> None:
        """Do what the line says."""
        self.view.action_choose()

    def on_start_view_chosen(self, message: StartView.Chosen) -> None:
        """Do what was chosen."""
        self.do(message.place)

    def do(self, place: str) -> None:
        """Do what a line says: an offer, a finding, a unit."""
        StartDeeds(self).do(place)

    def on_start_view_moved(self) -> None:
        """Find out the plain commands of the unit that the keyboard has come to."""
        self.query_one("#bottom").refresh()
        if (unit := self.unit) is not None:
            work = StartDeeds(self).ask_plain(unit)
            self.run_worker(work, thread=True, name="plain", group="plain", exclusive=True)

    @property
    def unit(self) -> str | None:
        """The unit that the keyboard is on."""
        kind, _, name = self.view.cursor.partition(":")
        return name if kind == "unit" else None

    def to_unit(self, verb: str) -> None:
        """Do something to the unit that the keyboard is on."""
        if self.unit is None:
            self.notify("Which unit? tab goes to the units." if self.known().units else "No unit runs yet.")
        else:
            self.lab_app.do_to_unit(verb, self.unit)

    def action_start_unit(self) -> None:
        """Start the unit, or let it go on."""
        self.to_unit("start")

    def action_stop_unit(self) -> None:
        """Stop the unit."""
        self.to_unit("stop")

    def action_pause_unit(self) -> None:
        """Pause the unit."""
        self.to_unit("pause")

    def action_kill_unit(self) -> None:
        """Kill the unit."""
        self.to_unit("kill")

    def action_restart_unit(self) -> None:
        """Restart the unit."""
        self.to_unit("restart")

    def action_edit(self) -> None:
        """Open the part that does not load."""
        StartDeeds(self).edit(self.unit)
