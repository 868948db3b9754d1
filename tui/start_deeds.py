"""What the lines of the Start screen do. What takes long, or destroys something, says so first."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Final

from lab.course.catalog import Exercise
from lab.engines.base import EngineName
from lab.engines.checks import Finding
from lab.errors import LabError
from tui.editing import edit_file, place_of
from tui.render.start_units import log_line, title_of
from tui.sheets.confirm import Confirm
from tui.sheets.unit_sheet import UnitSheet

if TYPE_CHECKING:
    from tui.screens.start import StartScreen

_FIX: Final = "uv run lab doctor --fix"
_KEYS: Final = (
    ("u", "start it, or let it go on", "start"),
    ("S", "stop it: its messages wait", "stop"),
    ("P", "pause it: it answers nobody", "pause"),
    ("K", "kill it, as a power cut would", "kill"),
    ("R", "restart it", "restart"),
    ("4", "its log", "logs"),
)
_SHOWN: Final = ("stop", "pause", "kill")


class StartDeeds:
    """Does what a place of the screen says."""

    def __init__(self, screen: "StartScreen") -> None:
        self._screen, self._app = screen, screen.lab_app
        self._offers: Mapping[str, Callable[[], object]] = {
            "start_docker": partial(self._open, EngineName.DOCKER),
            "start_native": partial(self._open, EngineName.NATIVE),
            "bring_back": self._bring_back,
            "give_up": self._app.stack_work.give_up,
            "look": screen.look_again,
            "close": partial(self._close, volumes=False),
            "empty": partial(self._close, volumes=True),
            "place": self._place,
            "follow": self._follow,
            "begin": partial(self._learn, 1),
            "tour": partial(self._learn, 0),
            "go_on": self._go_on,
        }

    def do(self, place: str) -> None:
        """Do what `offer:…`, `find:…` or `unit:…` stands for; a bare name is an offer's."""
        kind, _, name = place.partition(":") if ":" in place else ("offer", "", place)
        if kind == "offer" and name in self._offers:
            self._offers[name]()
        elif kind == "find":
            self._mend(name)
        elif kind == "unit":
            self._screen.run_worker(partial(self._look_at, name), thread=True, name="unit", group="unit sheet")

    # ── the whole shop ───────────────────────────────────────────────────────────────────────────────────────────

    def _open(self, engine: EngineName) -> None:
        self._app.stack_work.open(engine, self._ended)

    def _bring_back(self) -> None:
        shop = self._app.link.shop
        if shop is not None:
            self._open(shop.engine)

    def _ended(self) -> None:
        """Look at the machine anew after something has ended; what went wrong stays on the screen."""
        self._screen.look_at_machine()
        self._screen.on_tick()

    def _close(self, *, volumes: bool) -> None:
        shop = self._app.link.shop
        if shop is None:
            return
        if self._app.is_breaking:
            self._app.notify("A fault is being tried. It ends by itself; close the shop then.", severity="warning")
            return
        lost = "Orders, books and messages are deleted; your exercises and your progress stay."
        then = lost if volumes else "Everything is stopped. Orders, books and messages stay for the next time."

        def answered(yes: bool | None) -> None:  # noqa: FBT001  what a screen returns
            if yes:
                self._app.stack_work.close(shop.engine, self._ended, volumes=volumes)

        command = "uv run lab down --volumes" if volumes else "uv run lab down"
        self._app.push_screen(Confirm("Close the shop", then, command), answered)

    # ── orders and exercises ─────────────────────────────────────────────────────────────────────────────────────

    def _place(self) -> None:
        self._app.place_order()
        self._app.go("shop")

    def _follow(self) -> None:
        order = self._screen.known().order
        self._app.go("shop")
        self._app.call_later(self._follow_now, order)

    def _follow_now(self, order: str) -> None:
        from tui.screens.follow import FollowScreen  # noqa: PLC0415  it is seldom needed

        self._app.push_screen(FollowScreen(order))

    def _learn(self, number: int) -> None:
        learner = self._screen.found.learner
        if learner is not None:
            self._go_to(learner.order[min(number, len(learner.order) - 1)])

    def _go_on(self) -> None:
        learner = self._screen.found.learner
        if learner is not None and learner.where.next is not None:
            self._go_to(learner.where.next)
        else:
            self._app.go("learn")

    def _go_to(self, exercise: Exercise) -> None:
        """Note that the learner is at this exercise, and open Learn, which shows where the learner is."""

        def work() -> None:
            try:
                self._app.lab.classroom().go_to(exercise)
            except LabError as error:
                self._app.call_from_thread(self._app.trouble, error)
            self._app.call_from_thread(self._app.go, "learn")

        self._app.run_worker(work, thread=True, name="go to", group="go to", exclusive=True)

    # ── the machine ──────────────────────────────────────────────────────────────────────────────────────────────

    def _mend(self, name: str) -> None:
        machine = self._screen.found.machine
        found = next((one for one in machine.findings if one.id == name), None) if machine else None
        if found is None:
            return
        if not found.fixable:
            self._app.notify(f"{found.text}\n{found.mend}\nLooking again.", severity="warning")
            self._screen.look_again()
            return

        def answered(yes: bool | None) -> None:  # noqa: FBT001
            if yes:
                work = partial(self._mend_now, found)
                self._app.run_worker(work, thread=True, name="mend", group="doctor", exclusive=True)

        does = found.mend.partition("--fix")[2].strip() or "What is broken is removed."
        self._app.push_screen(Confirm("Mend it", f"{found.text}\n{does}", _FIX), answered)

    def _mend_now(self, found: Finding) -> None:
        try:
            done = self._app.lab.mend([found])
        except LabError as error:
            self._app.call_from_thread(self._app.trouble, error)
        else:
            self._app.call_from_thread(self._app.notify, "\n".join(done) or "Nothing was left to mend.")
        self._app.call_from_thread(self._screen.look_at_machine)

    def edit(self, unit: str | None) -> None:
        """Open the part that a unit cannot load, of this unit or of the first one, in the learner's editor."""
        units = self._screen.known().units
        file = units[unit].file if unit is not None and unit in units else ""
        place = file or next((one.file for one in units.values() if one.file), "")
        if place:
            self._app.run_worker(edit_file(self._app, *place_of(place)), name="edit", group="edit")
        else:
            self._app.notify("Every part loads. Your files: 3 opens Learn.")

    # ── one unit ─────────────────────────────────────────────────────────────────────────────────────────────────

    def ask_plain(self, unit: str) -> Callable[[], None]:
        """Return work that finds out the plain commands of a unit, for a worker."""

        def work() -> None:
            found = [(key, _typed(command)) for key, verb, command in self._plain(unit) if verb in _SHOWN]
            self._app.call_from_thread(self._plain_is, unit, found)

        return work

    def _plain_is(self, unit: str, found: list[tuple[str, str]]) -> None:
        self._screen.found.plain = (unit, found)
        self._screen.on_tick()

    def _plain(self, unit: str) -> list[tuple[str, str, str]]:
        """Return key, verb and plain command, as far as the engine can say."""
        shop = self._app.link.shop
        if shop is None:
            return []
        engine = self._app.lab.engine(shop.engine)
        try:
            return [(key, verb, engine.plain_command(verb, unit)) for key, _, verb in _KEYS]
        except LabError:
            return []

    def _look_at(self, unit: str) -> None:
        commands = {key: command for key, _, command in self._plain(unit)}
        shop = self._app.link.shop
        try:
            lines = list(self._app.lab.engine(shop.engine).logs(unit, lines=6)) if shop else []
        except LabError as error:
            lines = [error.what]
        self._app.call_from_thread(self._show, unit, lines, commands)

    def _show(self, unit: str, lines: list[str], commands: Mapping[str, str]) -> None:
        known = self._screen.known()
        look = known.units.get(unit)
        if look is None:
            return
        said = [f"{look.state.value}; brought back {look.restarts} times by itself"]
        said += [f"{look.file} does not load"] if look.file else []
        said += [known.notes[unit]] if known.notes.get(unit) else []
        said += ["", "The last lines of its log:", *(log_line(line) for line in lines)]
        keys = [(key, what, _typed(commands.get(key, ""))) for key, what, _ in _KEYS]
        self._app.push_screen(UnitSheet(title_of(unit), said, keys), partial(self._pressed, unit))

    def _pressed(self, unit: str, key: str | None) -> None:
        verb = next((verb for one, _, verb in _KEYS if one == key), None)
        if verb == "logs":
            self._app.go("logs")
        elif verb is not None:
            self._app.do_to_unit(verb, unit)


def _typed(command: str) -> str:
    """Return a command as one can type it; empty where the engine has none, and only a remark."""
    return "" if command.startswith("#") else command.partition("  #")[0]
