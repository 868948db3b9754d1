"""What the keys of the Follow screen do. What it shows is the screen's."""

from functools import partial

from lab.errors import LabError
from lab.shop.contracts import State
from tui.editing import edit_file
from tui.model.causes import causes_of
from tui.model.expected import Difference
from tui.model.followed import Followed, neighbour
from tui.model.item import AT_REST
from tui.screens.base import LabScreen
from tui.widgets.inspector import InspectorView
from tui.widgets.steps import StepsView
from tui.your_file import YourRow, your_row


class FollowDeeds(LabScreen):
    """The deeds for one followed order. `_told`: what is known of it, as it was drawn the last time."""

    def __init__(self, order_id: str) -> None:
        super().__init__()
        self.order_id = order_id
        self._told: Followed | None = None
        self._hidden = self._waterfall_only = self._inspecting = False
        self._anew = True
        self._decides = ""  # the exercise whose file is looked for, or was found
        self._row: YourRow | None = None

    @property
    def _difference(self) -> Difference | None:
        return None if self._hidden or self._told is None else self._told.replayed.difference

    def action_go(self, place: str) -> None:
        """Go to another screen, which is then narrowed to this order; to the one below this, with all orders."""
        if place == self.app.current_mode:
            self.action_back()
        else:
            super().action_go(place)

    def action_back(self) -> None:
        """Close the inspector; without it, go back, and show all orders again."""
        if self._inspecting:
            self.action_inspect()
            return
        self.lab_app.order = ""
        self.app.pop_screen()
        self.lab_app.has_news()

    def action_follow(self) -> None:
        """Show all orders again."""
        self._inspecting = False
        self.action_back()

    def action_step_order(self, by: int) -> None:
        """Follow the order that was placed before, or next; the moment stays."""
        view = self.lab_app.view()
        other = neighbour(self.order_id, causes_of(view.history).orders(view.moment.end), by)
        if not other:
            self.notify("There is no other order in that direction.", timeout=3)
            return
        self.order_id = self.lab_app.order = other
        self._anew, self._decides, self._row = True, "", None
        self.on_tick()

    def action_expected(self) -> None:
        """Show or hide what is expected."""
        self._hidden = not self._hidden
        self.lay_out()
        self.on_tick()

    def action_waterfall(self) -> None:
        """Show the waterfall alone, or the sequence again."""
        self._waterfall_only = not self._waterfall_only
        self.lay_out()
        self.on_tick()

    def action_inspect(self) -> None:
        """Open or close the inspector."""
        self._inspecting = not self._inspecting
        self.lay_out()
        self.on_tick()

    def action_raw(self) -> None:
        """Show the message as it is stored."""
        if self._inspecting:
            self.query_one(InspectorView).toggle_raw()

    def _inspect(self) -> None:
        self.query_one(InspectorView).show(self.query_one(StepsView).current)

    def on_steps_view_chosen(self) -> None:
        """Show the chosen step in the inspector, where it is open."""
        if self._inspecting:
            self.on_tick()

    def on_steps_view_opened(self) -> None:
        """Open the inspector."""
        if not self._inspecting:
            self.action_inspect()

    def on_saga_pane_opened(self) -> None:
        """Show what the mediator itself has written down."""
        shop = self.lab_app.link.shop
        if shop is None or self.lab_app.file is not None:
            self.notify("The log is the mediator's own, and no shop runs here.", severity="warning", timeout=4)
        else:
            from tui.sheets.saga_log import SagaLog  # noqa: PLC0415  it brings an HTTP client

            self.app.push_screen(SagaLog(shop, self.order_id))

    def _stopped_unit(self) -> str | None:
        owed = self._told.owed if self._told else ()
        return next((one.unit for one in owed if one.look.state in AT_REST), None)

    def action_start_unit(self) -> None:
        """Start the unit that this order waits for, or let it go on."""
        unit = self._stopped_unit()
        if unit is None:
            self.notify("The units that this order waits for run.", timeout=3)
        else:
            self.lab_app.do_to_unit("start", unit)

    async def action_edit(self) -> None:
        """Open the file of yours whose rows decide the first difference."""
        if self._row is None:
            self.notify("No difference here that lines of yours decide. 3 opens Learn.", timeout=4)
        else:
            await edit_file(self.lab_app, *self._row)

    def action_copy(self) -> None:
        """Copy the chosen message: its value as it is stored."""
        number, history = self.query_one(StepsView).current, self.lab_app.view().history
        record = history[number].record if number is not None else None
        if record is not None:
            self.app.copy_to_clipboard((record.value or b"").decode("utf-8", "replace"))
            self.notify("The value is copied.", timeout=2)

    # ── the learner's own file ────────────────────────────────────────────────────────────────────────────────────────

    def _look_for_row(self) -> None:
        """Find the lines of yours that decide the first difference, once."""
        found, told = self._difference, self._told
        if found is None or told is None or found.exercise not in told.pieces or self._decides == found.exercise:
            return
        self._decides, step = found.exercise, told.replayed.steps[found.after]
        find = partial(self._find_row, found.exercise, found.state, step.name)
        self.run_worker(find, thread=True, name="row", group="row", exclusive=True)

    def _find_row(self, exercise: str, state: State, message: str) -> None:
        try:
            place = your_row(self.lab_app.lab, exercise, state, message)
        except (LabError, OSError):
            return  # the exercise's name says enough
        self.app.call_from_thread(self._row_is, place)

    def _row_is(self, place: YourRow) -> None:
        self._row = place
        self.query_one("#bottom").refresh()
