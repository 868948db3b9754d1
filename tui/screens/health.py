"""Health: how every unit is, how fast it works and answers, and how much waits for it."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar, Final

from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.worker import Worker

from lab.shop.units import BY_NAME
from lab.shop.urls import ShopUrls
from tui.bindings import bindings_of
from tui.editing import edit_broken_part
from tui.model.item import AT_REST, UnitLook, UnitState
from tui.model.series import Series, series_of
from tui.render.health import UnitHealth, cells_for, detail, head, table
from tui.render.panes import Box, Line
from tui.render.text import Look, Role, Row, Span, row
from tui.screens.base import LabScreen, note, trouble
from tui.sheets.dead_letters import DeadLetters
from tui.unit_verbs import title_of
from tui.widgets.rows import Rendered

if TYPE_CHECKING:
    from lab.shop.figures import Figures

FRESH_SECONDS: Final = 5
ANSWER_SECONDS: Final = 1.5
AGAIN_SECONDS: Final = 2.0
COUNTED_FROM: Final = 2
"""The first phase whose units count."""
_DOWN: Final = {UnitState.STOPPED, UnitState.PAUSED, UnitState.CRASHED, UnitState.MUTE}
_NOTHING: Final = Series((), (), (), 0)


class HealthScreen(LabScreen):
    """One row a unit."""

    PLACE = "health"
    NAME = "Health"
    ABOUT = (
        "One row for each unit. alive: its process runs. ready: it answered, and can do its work. writes/s: the "
        "messages that it wrote to Kafka. answer ms: one round trip to it. lag: records on Kafka that it has not "
        "committed yet. From phase 2 on each unit counts what comes of its messages: below the charts. "
        "All charts end at the moment of the time row; in the past they show how it was then."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings_of("health"),
        Binding("up,k", "move(-1)", show=False),
        Binding("down,j", "move(1)", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._chosen = 0
        self._figures: Mapping[str, Figures | None] = {}
        self._asking: Worker[None] | None = None

    def on_mount(self) -> None:
        """Ask the units for what they count, while somebody looks."""
        self.set_interval(AGAIN_SECONDS, self._ask)

    def on_screen_resume(self) -> None:
        """Ask at once."""
        self._ask()

    def _ask(self) -> None:
        shop = self.lab_app.link.shop
        if not self.is_current or shop is None or shop.phase < COUNTED_FROM or not self.lab_app.view().moment.live:
            self._figures = {}
            return
        if self._asking is not None and not self._asking.is_finished:
            return  # a unit that answers nobody is waited for; the next round asks again
        from lab.shop.figures import ask_figures  # noqa: PLC0415  nobody needs it before this screen is shown

        async def read() -> None:
            self._figures = await ask_figures(ShopUrls(shop.service_port), seconds=ANSWER_SECONDS)
            self.on_tick()

        self._asking = self.run_worker(read, name="figures", group="figures")

    def panes(self) -> Sequence[Widget]:
        """Make the table and the charts."""
        return Rendered(self._table, id="units"), Rendered(self._detail, id="detail")

    def boxes(self, body: Box) -> tuple[Mapping[str, Box], Sequence[Line]]:
        """Give the table the rows that it needs, the charts the rest."""
        rows = len(self._names()) + 2
        rest = body.height - rows - 1
        boxes = {"units": Box(body.x, body.y, body.width, min(rows, body.height))}
        if rest < 3:  # noqa: PLR2004
            return boxes, ()
        boxes["detail"] = Box(body.x + 1, body.y + rows + 1, body.width - 2, rest)
        title = row(Span(title_of(self._chosen_unit()), look=Look.STRONG))
        return boxes, [Line(0, body.y + rows, across=body.width + 2, title=title, at_right=self._age())]

    def status(self) -> Row:
        """Say what is wrong, or that nothing is."""
        if self.lab_app.link.shop is None and self.lab_app.file is None:
            return note("The shop is closed. 1 opens Start; or uv run lab up.")
        units = self._looks()
        down = [title_of(name) for name, look in units.items() if look.state in _DOWN]
        if down:
            at_rest = any(look.state in AT_REST for look in units.values())
            key = "u starts it, or lets it go on." if at_rest else "4 shows its log."
            return trouble(f"{', '.join(down)}: not at work. ↑↓ chooses a unit, {key}")
        return note("Every unit is at work." if units else "Looking at the units…")

    def greyed(self) -> frozenset[str]:
        """Leave out the editor where every part loads."""
        return frozenset() if any(look.file for look in self._looks().values()) else frozenset({"edit"})

    def _names(self) -> Sequence[str]:
        known = [name for name in self.lab_app.view().flow.units if name in BY_NAME]
        return known or list(BY_NAME)

    def _chosen_unit(self) -> str:
        names = self._names()
        return names[min(self._chosen, len(names) - 1)]

    def _looks(self) -> Mapping[str, UnitLook]:
        """Return how the units are: live as they were found the last time, else as it was noted then."""
        view, look = self.lab_app.view(), self.lab_app.link.look
        now = look is not None and view.moment.live and self.lab_app.file is None
        return look.units if look is not None and now else view.flow.units

    def _healths(self, steps: int) -> list[UnitHealth]:
        view, names, looks = self.lab_app.view(), self._names(), self._looks()
        series = series_of(view.history, view.moment.at_ms, view.moment.end, names, steps)
        return [
            UnitHealth(
                name,
                title_of(name),
                looks.get(name) or view.flow.unit(name),
                series.get(name, _NOTHING),
                figures=self._figures.get(name) if view.moment.live else None,
            )
            for name in names
        ]

    def _table(self, width: int, height: int) -> Sequence[Row]:
        return self._dated([head(width), *table(self._healths(cells_for(width)), self._chosen, width)][:height])

    def _dated(self, rows: Sequence[Row]) -> Sequence[Row]:
        """Return the rows so that one sees whether they are of now."""
        return [one.all_in(Role.GHOST) for one in rows] if self.lab_app.view().stale else rows

    def _detail(self, width: int, height: int) -> Sequence[Row]:
        steps = max(8, (width - 4) // 2 - 8)
        chosen = next(one for one in self._healths(steps) if one.name == self._chosen_unit())
        return self._dated(detail(chosen, width, height))

    def _age(self) -> Row:
        view = self.lab_app.view()
        if not view.flow.looked_ms or not view.moment.live:
            return Row()
        seconds = max(0.0, view.moment.at_ms - self.lab_app.link.looked_ms) / 1_000
        old = seconds > FRESH_SECONDS
        return row(Span(f"{'! ' if old else ''}read {seconds:.0f} s ago", Role.FAULT if old else Role.QUIET))

    def action_move(self, by: int) -> None:
        """Choose the next unit, or the one before."""
        self._chosen = min(max(self._chosen + by, 0), len(self._names()) - 1)
        self.on_tick()

    async def action_edit(self) -> None:
        """Open the part that the chosen unit cannot load."""
        await edit_broken_part(self.lab_app, self._looks(), self._chosen_unit())

    def action_partitions(self) -> None:
        """Show where each log ends, and how far each group is."""
        from tui.sheets.partitions import PartitionsSheet  # noqa: PLC0415  it brings the Kafka client

        self.app.push_screen(PartitionsSheet())

    def action_dead_letters(self) -> None:
        """Show what nobody can work on."""
        view = self.lab_app.view()
        self.app.push_screen(DeadLetters(view.history, view.moment.end, view.flow.parked))

    def action_start_unit(self) -> None:
        """Start the chosen unit, or let it go on."""
        self.lab_app.do_to_unit("start", self._chosen_unit())

    def action_stop_unit(self) -> None:
        """Stop the chosen unit."""
        self.lab_app.do_to_unit("stop", self._chosen_unit())

    def action_pause_unit(self) -> None:
        """Pause the chosen unit."""
        self.lab_app.do_to_unit("pause", self._chosen_unit())

    def action_kill_unit(self) -> None:
        """Kill the chosen unit."""
        self.lab_app.do_to_unit("kill", self._chosen_unit())
