"""The app: one history, one time cursor and one followed order for all screens; the screens show them."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final

from textual.dom import DOMNode
from textual.screen import Screen
from textual.worker import Worker, get_current_worker

import lab.home
from lab.engines.versions import kafka_version
from lab.errors import LabError
from tui.actions import PLACES
from tui.ending import ended
from tui.feed import Feed, Link
from tui.journaling import Journal, read_items
from tui.lab import Lab
from tui.learning import Learning
from tui.leaving import leave
from tui.model.cursor import Mode
from tui.model.first_minute import FirstMinute
from tui.model.history import History
from tui.pace import Pace
from tui.palette import LabCommands
from tui.placing import Placing
from tui.render.bars import clock
from tui.render.facts import facts
from tui.render.text import Row, row
from tui.screens.base import LabScreen
from tui.screens.health import HealthScreen
from tui.screens.journal import JournalScreen
from tui.screens.learn import LearnScreen
from tui.screens.logs import LogsScreen
from tui.screens.shop import ShopScreen
from tui.screens.start import StartScreen
from tui.sheets.ask_name import AskName
from tui.sheets.confirm import Confirm
from tui.sheets.explain import Explain
from tui.shown import Shown, now_ms
from tui.stack_work import StackWork
from tui.surroundings import Surroundings, look_around, terminal_is_gone
from tui.theme import PALETTES, textual_theme
from tui.unit_verbs import do_to_unit

if TYPE_CHECKING:
    from textual.actions import ActionParseResult
    from textual.notifications import SeverityLevel

QUIET_TICKS: Final = 5
"""So many ticks without anything new end the timer; news begins it again."""
CLOCK_SECONDS: Final = 1.0
_BREAK: Final = "break"


def _break_screen() -> Screen[Any]:
    from tui.screens.break_it import BreakScreen  # noqa: PLC0415  it brings what faults need along

    return BreakScreen()


class Orderlab(Shown):
    """The terminal app.

    file: a journal to show first. history, and listens=False: for whoever feeds the app, as a benchmark does.
    """

    TITLE = "Orderlab"
    CSS_PATH = "app.tcss"
    ENABLE_COMMAND_PALETTE = True
    COMMANDS: ClassVar = {LabCommands}
    MODES: ClassVar[dict[str, str | Callable[[], Screen[Any]]]] = {
        "start": StartScreen,
        "shop": ShopScreen,
        "learn": LearnScreen,
        "logs": LogsScreen,
        "health": HealthScreen,
        "journal": JournalScreen,
        _BREAK: _break_screen,
    }

    def __init__(
        self,
        lab_: Lab,
        *,
        file: Path | None = None,
        history: History | None = None,
        listens: bool = True,
        surroundings: Surroundings | None = None,
        first: str = "",
    ) -> None:
        super().__init__(History() if history is None else history)
        self.lab = lab_
        self.surroundings = surroundings or look_around()
        self.motion, self.ascii_only = self.surroundings.motion, self.surroundings.ascii_only
        self.listens = listens
        self.journal = Journal(lab.home.home() / "journals")
        self.feed = Feed(lab_, self.history, self.journal, self.has_news)
        self.stack_work = StackWork(self)
        self.learning = Learning(lab_)
        self.first_minute = FirstMinute()
        self.placing = Placing(self)
        self.breaking: Worker[None] | None = None
        """The fault that is being tried, or was the last."""
        self._came_from = "shop"
        self._first = first
        self.reads = ""
        """The journal that is being read."""
        self._feeding: Worker[None] | None = None
        self._quiet = 0
        self._pace = Pace()
        self._told = ""
        self._drawn: tuple[object, ...] = ()
        if file is not None:
            self.open_file(file)

    # ── life ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def on_mount(self) -> None:
        """Choose the colours, begin to listen, open the first screen."""
        for palette in PALETTES.values():
            self.register_theme(textual_theme(palette))
        self.theme = self.surroundings.theme
        self._ticking = self.set_interval(1 / self.surroundings.hz, self._tick)
        self.set_interval(CLOCK_SECONDS, self._clock)
        self.switch_mode(self._first or ("journal" if self.file else "start"))
        if self.listens:
            self._feeding = self.run_worker(self.feed.run(), name="feed", group="feed", exclusive=True)

    def show_file(self, file: Path) -> None:
        """Read a journal, which may take long, and show it; what is wrong with it is said."""
        self.reads = file.name
        self.run_worker(partial(self._read, file), thread=True, name="read", group="read", exclusive=True)

    def close_file(self) -> None:
        """Show the running shop again; what is being read is not shown any more."""
        self.workers.cancel_group(self, "read")
        self.reads = ""
        super().close_file()

    def _read(self, file: Path) -> None:
        worker = get_current_worker()
        try:
            read = partial(self.show_items, file, *read_items(file))
        except LabError as error:
            read = partial(self.trouble, error)
        if not worker.is_cancelled:
            self.call_from_thread(self._show_read, read)

    def _show_read(self, show: Callable[[], None]) -> None:
        self.reads = ""
        show()
        self.has_news()

    async def on_unmount(self) -> None:
        """End a start that goes on, and the watching of the learner's files: nobody would hear of it any more."""
        self.stack_work.give_up()
        self.learning.close()
        if self._feeding is not None:
            await ended(self._feeding)

    @property
    def link(self) -> Link:
        """How the app stands to the shop."""
        return self.feed.link

    @property
    def lost_ms(self) -> float | None:
        """Since when Kafka does not answer."""
        return None if self.file is not None else self.link.lost_ms

    def has_news(self) -> None:
        """Draw soon: something has come, or changed."""
        self._quiet = 0
        self._ticking.resume()

    def _tick(self) -> None:
        """Draw one frame where that is due and there is something to draw."""
        if self._pace.due():
            self._draw()

    async def run_action(
        self,
        action: "str | ActionParseResult",
        default_namespace: DOMNode | None = None,
        namespaces: Mapping[str, DOMNode] | None = None,
    ) -> bool:
        """Do it, and let what it changed be seen at once: a person waits for it."""
        done = await super().run_action(action, default_namespace, namespaces)
        self._draw()
        return done

    def _draw(self) -> None:
        """Draw one frame where there is something to draw; after some quiet the timer rests."""
        moment = self.cursor.moment(now_ms())
        key = (self.history.version, moment.end, moment.mode, self.link.lost_ms, self.order)
        screen = self._showing()
        moving = screen is not None and screen.moves(moment)
        if key == self._drawn and not moving:
            self._quiet += 1
            if self._quiet > QUIET_TICKS:
                self._ticking.pause()
            return
        self._quiet, self._drawn, self._view = 0, key, None
        if screen is not None:
            self._pace.draws()
            screen.on_tick()

    def _showing(self) -> LabScreen | None:
        """Return the screen to draw: none while one mode gives way to another, or while it is being put together."""
        screen = self.screen if self.screen_stack else None
        return screen if isinstance(screen, LabScreen) and screen.is_mounted else None

    def _clock(self) -> None:
        """Let the clock in the time row go on, and what was read long ago grow old; end with the terminal."""
        if not self.is_headless and terminal_is_gone():
            self.exit()
            return
        self._tell_of_the_journal()
        screen = self._showing()
        if screen is not None and not self._ticking_now():
            self._view = None
            screen.on_second()

    def _tell_of_the_journal(self) -> None:
        """Say once why nothing is written any more; the Journal screen goes on saying it."""
        if self.journal.trouble != self._told:
            self._told = self.journal.trouble
            if self._told:
                self.notify(
                    f"Everything goes on, but nothing more is recorded. {self._told}", severity="error", timeout=20
                )

    def _ticking_now(self) -> bool:
        return self._quiet == 0

    @property
    def phase(self) -> int:
        """Return the phase of the shop that is shown; of a recording, as it was noted."""
        shop = self.link.shop
        return shop.phase if shop is not None and self.file is None else self.view().flow.phase

    # ── what screens draw from ───────────────────────────────────────────────────────────────────────────────────

    def facts(self, width: int) -> Row:
        """Return what stands at the right in the top line, as far as it fits."""
        if self.file is not None:
            return row(f"{self.file.name}, no broker")
        shop = self.link.shop
        return facts(shop, kafka_version(shop.engine) if shop else "", self.view().flow.units, width)

    def next_step(self, place: str) -> str:
        """Return the next step of a newcomer's first minute, as this screen says it; empty for everybody else."""
        orders, is_open = self.history.now.orders, self.link.shop is not None and not self.stack_work.going
        self.first_minute.saw(shop=is_open, orders=orders, order=self.order, place=place)
        return self.first_minute.sentence(place)

    # ── what every screen can ask for ────────────────────────────────────────────────────────────────────────────

    def go(self, place: str) -> None:
        """Show one of the six screens."""
        if place in PLACES and self.current_mode != place:
            self.switch_mode(place)

    def keep_journal(self) -> None:
        """Ask for a name, and keep the journal under it."""

        def keep(name: str | None) -> None:
            if not name:
                return
            try:
                kept = self.journal.keep(name)
            except LabError as error:
                self.trouble(error)
            else:
                self.notify(f"Kept: {kept}\nTell it again: uv run lab replay {kept.name}")

        self.push_screen(AskName("Keep the journal", "A word for it, such as monday:"), keep)

    def place_order(self) -> None:
        """Place one order of a customer's; what comes of it is seen on Kafka."""
        self.if_live(self.placing.one)

    def place_many(self) -> None:
        """Ask how many orders are to be placed, and place them; while some are being placed, stop that."""
        self.if_live(self.placing.many)

    def break_it(self) -> None:
        """Open the screen on which faults are tried."""
        if self.current_mode != _BREAK:
            self._came_from = self.current_mode
            self.switch_mode(_BREAK)

    @property
    def is_breaking(self) -> bool:
        """Say whether a fault is being tried: it must come to its end, so that the shop is put right again."""
        return self.breaking is not None and not self.breaking.is_finished

    def leave_break_it(self) -> None:
        """Go back to where one was before."""
        self.switch_mode(self._came_from)

    def explain(self, screen: LabScreen) -> None:
        """Show what the screen is for, and all its keys."""
        self.push_screen(Explain(screen.PLACE, screen.NAME, screen.ABOUT))

    def leave(self) -> None:
        """Quit. While a shop is open, ask whether it stays so; one that is being started is stopped again."""
        leave(self)

    async def action_quit(self) -> None:
        """Quit as q does: ctrl+q asks, too."""
        self.leave()

    def action_help_quit(self) -> None:
        """Say how one quits to whoever tries ctrl+c."""
        self.notify("ctrl+q quits, and q on the six screens; it asks whether the shop stays open.", timeout=5)

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: "SeverityLevel" = "information",
        timeout: float | None = None,
        markup: bool = False,  # noqa: ARG002  the base has it
    ) -> None:
        """Say something in the corner. Nothing in it is markup: much of it is a learner's own text."""
        super().notify(message, title=title, severity=severity, timeout=timeout, markup=False)

    def do_to_unit(self, verb: str, unit: str) -> None:
        """Start, stop, pause, resume, kill or restart a unit. In the past it first asks whether now is meant."""
        self.if_live(lambda: do_to_unit(self, verb, unit))

    def if_live(self, deed: Callable[[], None]) -> None:
        """Do something to the running shop; where the view stands in the past, ask first whether now is meant."""
        moment = self.view().moment
        if self.file is not None:
            self.notify("This is a file: no shop runs behind it.", severity="warning")
        elif moment.live or moment.mode is Mode.PAUSED:
            deed()
        else:
            at = clock(moment.at_ms)
            self.push_screen(
                Confirm("Now?", f"The view is at {at}. Do it now, live?"), lambda yes: deed() if yes else None
            )

    def trouble(self, error: LabError) -> None:
        """Say what went wrong, and what to do next."""
        self.notify(f"{error.what}\n{error.mend}", severity="error", timeout=12)
