"""Follow one order: its messages in sequence and in time, where the mediator stands, what should have been."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import ClassVar, Final

from textual.widget import Widget

from lab.errors import LabError
from lab.shop.wording import clean
from tui.actions import Action, actions_of
from tui.bindings import bindings_of
from tui.model.expected import Table, table_of
from tui.model.followed import Usual, followed, usual
from tui.model.story import without_ghosts
from tui.render import difference, saga
from tui.render.order_title import no_such, order_title
from tui.render.panes import Box, Line
from tui.render.signs import SIGNS
from tui.render.steps import StepLines
from tui.render.text import Look, Role, Row, Span, row
from tui.render.waterfall import pauses_of
from tui.screens.base import ROOMY_ROWS, note
from tui.screens.follow_deeds import FollowDeeds
from tui.widgets.inspector import InspectorView
from tui.widgets.rows import Rendered
from tui.widgets.saga_pane import SagaPane
from tui.widgets.steps import StepsView

_BELOW, _BELOW_ROOMY, _SHEET = 5, 10, 7
_LEAST_STEPS: Final = 3


class FollowScreen(FollowDeeds):
    """One order through everything. While it is shown every other screen is narrowed to this order, too."""

    PLACE = "follow"
    NAME = "Shop › Follow"
    ABOUT = (
        "One row a message: who spoke to whom, and how long it took. ━▸ asks, ╌▹ tells; ░ is time in the mediator, "
        "█ in a service. Names in parentheses are steps that the solution's rows expect: below ⋯ they may still come, "
        "with ✗ they should have come and did not. x hides them, if you want to guess first."
    )
    BINDINGS: ClassVar = bindings_of("follow")

    def __init__(self, order_id: str) -> None:
        super().__init__(order_id)
        self._table: Table | None = None
        self._lines: StepLines | None = None
        self._usual: tuple[object, Usual | None] = (None, None)

    # ── what is drawn ────────────────────────────────────────────────────────────────────────────────────────────

    def panes(self) -> Sequence[Widget]:
        """Make the panes."""
        return (
            Rendered(lambda width, _: [self._title(width)], id="title"),
            Rendered(lambda *_: [(self._lines and self._lines.one_line) or Row()], id="line"),
            Rendered(lambda *_: [self._lines.header() if self._lines else Row()], id="head"),
            StepsView(id="steps"),
            SagaPane(self._below, id="below"),
            InspectorView(nothing="This step was not seen: the solution's rows expect it. ↑ ↓ choose another."),
        )

    def boxes(self, body: Box) -> tuple[Mapping[str, Box], Sequence[Line]]:
        """Give the steps what the title and the lower pane leave."""
        self._read(body.width)
        roomy = body.height >= ROOMY_ROWS
        wanted = _BELOW_ROOMY if roomy else _SHEET if self._inspecting else _BELOW
        above = 3 if body.height > _LEAST_STEPS + _BELOW else 2
        below = max(1, min(wanted, body.height - above - 1 - _LEAST_STEPS))
        steps = body.height - above - 1 - below
        box = {
            "title": Box(body.x, body.y, body.width, 1),
            "head": Box(body.x, body.y + above - 1, body.width, 1),
            "steps": Box(body.x, body.y + above, body.width, steps),
            "inspector" if self._inspecting else "below": Box(body.x, body.y + above + steps + 1, body.width, below),
        }
        if above > 2 and self._lines is not None and self._lines.one_line is not None:  # noqa: PLR2004  a row is free
            box["line"] = Box(body.x, body.y + 1, body.width, 1)
        left, right = self._lower_title()
        return box, [Line(0, body.y + above + steps, across=body.width + 2, title=left, at_right=right)]

    def headline(self) -> Row:
        """Say which order it is."""
        return row(Span(f"{self.NAME} {clean(self.order_id, 40)}", look=Look.STRONG))

    def facts(self, width: int) -> Row:
        """Say whose pieces had a hand in it, and where the shop stands."""
        pieces = list(self._told.pieces) if self._told else []
        if not pieces:
            return super().facts(width)
        said = f"{SIGNS.yours} {pieces[0]} is yours" if len(pieces) == 1 else f"{SIGNS.yours} {len(pieces)} are yours"
        return row(Span(said, Role.YOURS), " · ") + super().facts(width - len(said) - 3)

    def status(self) -> Row:
        """Say whether it goes on, what it waits for, and which key helps."""
        told, found = self._told, self._difference
        if told is None:
            return note("")
        if not told.seen:
            return note(f"Nothing of {clean(self.order_id, 40)} was seen up to this moment. g goes to now.")
        if self._table is None:
            return note("Reading what is expected of an order, from the solution's rows…")
        if found is not None:
            return row(Span(difference.whose(found, told, str(self._row or ""))))
        said = saga.sentence(told, self._usual_now(), self.size.width - 4)
        return row(said[0], Span(f" {said[1]}" if len(said) > 1 else "", Role.FAULT))

    def greyed(self) -> frozenset[str]:
        """Leave out what this screen cannot do now."""
        missing = {action.id for action in actions_of(self.PLACE) if not hasattr(self, f"action_{_bare(action)}")}
        if self._stopped_unit() is None:
            missing.add("start_unit")
        if self._row is None or self._difference is None:
            missing.add("edit")
        return frozenset(missing)

    def _read(self, width: int) -> None:
        """Take in what is known at this moment, and lay it out."""
        app = self.lab_app
        view = app.view()
        told = followed(view, self.order_id, self._table, app.phase)
        steps = without_ghosts(told.replayed.steps) if self._hidden else told.replayed.steps
        more_to_come = not told.over and told.replayed.difference is None
        pauses = pauses_of(steps, view.moment.at_ms if more_to_come else None)
        self._told, self._lines = told, StepLines(steps, pauses, width, waterfall_only=self._waterfall_only)
        self.query_one(StepsView).show(self._lines, anew=self._anew)
        self._anew = False
        if self._inspecting:
            self._inspect()

    def _title(self, width: int) -> Row:
        told = self._told
        made = order_title(told, width) if told is not None and told.seen else no_such(self.order_id)
        return made.all_in(Role.GHOST) if self.lab_app.view().stale else made

    def _lower_title(self) -> tuple[Row, Row]:
        if self._inspecting:
            pane = self.query_one(InspectorView)
            return pane.title(), row("i closes")
        if self._difference is not None and self._told is not None:
            return difference.heading(self._difference, self._told)
        return row(Span("Saga", look=Look.STRONG), Span("  where the mediator stands", Role.QUIET)), row(
            Span("saga log: tab, enter", Role.QUIET)
        )

    def _below(self, width: int, height: int) -> Sequence[Row]:
        told, found = self._told, self._difference
        if told is None or not told.seen or self._table is None:
            return ()
        made = saga.rows(told, self._usual_now(), width, height)
        if found is not None:
            made = difference.rows(found, told, width, height)
            if height - len(made) > 2:  # noqa: PLR2004  a blank and the two rows of the strip
                made += [Row(), *(row(" ") + one for one in saga.strip(told, width))]
        return [one.all_in(Role.GHOST) for one in made] if self.lab_app.view().stale else made

    def _usual_now(self) -> Usual | None:
        """Return how long what is waited for usually takes; looked up again when some more has come."""
        if self._told is None or not self._told.owed:
            return None
        history = self.lab_app.history
        key = (self._told.owed[0].name, history.end // 500)
        if key != self._usual[0]:
            self._usual = (key, usual(history, self._told.owed[0].name))
        return self._usual[1]

    # ── life ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def on_mount(self) -> None:
        """Narrow everything to this order, and read what is expected."""
        self.lab_app.order = self.order_id
        self.query_one(StepsView).focus()
        self.run_worker(
            partial(self._load_table, self.lab_app.phase), thread=True, name="table", group="table", exclusive=True
        )

    def _load_table(self, phase: int) -> None:
        try:
            table = table_of(self.lab_app.lab.flow_table(phase))
        except LabError as error:
            self.app.call_from_thread(self.lab_app.trouble, error)
        else:
            self.app.call_from_thread(self._table_is, table)

    def _table_is(self, table: Table) -> None:
        self._table = table
        self.on_tick()

    def on_screen_resume(self) -> None:
        """Come back; where all orders were asked for meanwhile, leave."""
        if not self.lab_app.order and not self._anew:
            self.call_after_refresh(self.action_follow)

    def on_tick(self) -> None:
        """Draw anew; where the first difference is in lines of yours, find them once."""
        if not self.query("#frame"):
            return  # it is being put together
        super().on_tick()
        self._look_for_row()

    def on_second(self) -> None:
        """Let the times grow while nothing comes."""
        self.on_tick()


def _bare(action: Action) -> str:
    return action.id.partition("(")[0]
