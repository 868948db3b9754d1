"""What the keys of the Shop screen do to the shop, and what they open. Where the panes stand is the screen's."""

from abc import abstractmethod
from collections.abc import Mapping

from textual import work
from textual.worker import get_current_worker

from lab.shop.units import BY_NAME
from tui.choices import ReadChoices
from tui.editing import edit_broken_part
from tui.model.item import Item
from tui.model.shape import DEAD
from tui.render.shop_layout import ABOUT, INSPECTOR
from tui.screens.base import LabScreen
from tui.sheets.dead_letters import DeadLetters
from tui.shop_scene import ShopScene
from tui.widgets.inspector import InspectorView
from tui.widgets.tail import Tail
from tui.widgets.topology import TopologyView


class ShopDeeds(LabScreen):
    """The deeds. `topology`, `tail`, `inspector` and `scenes` are made with the panes."""

    topology: TopologyView
    tail: Tail
    inspector: InspectorView
    scenes: ShopScene
    _choices: ReadChoices | None = None

    @abstractmethod
    def open_side(self, pane: str) -> None:
        """Open the inspector, or what is said about a unit or edge."""

    @abstractmethod
    def show_side(self, pane: str) -> None:
        """Show this at the side, where something stands there; a sheet is not opened for it."""

    @abstractmethod
    def show_chosen(self) -> None:
        """Draw what is said of the chosen unit or edge, where it is shown."""

    # ── one unit ─────────────────────────────────────────────────────────────────────────────────────────────────

    def action_start_unit(self) -> None:
        """Start the chosen unit, or let it go on; where that one works, the first one that does not."""
        scene, unit = self.scenes.scene(), self.topology.chosen
        if not scene.is_down(unit):
            unit = next((name for name in scene.look.units if scene.is_down(name)), unit)
        self._do("start", unit)

    def action_stop_unit(self) -> None:
        """Stop the chosen unit."""
        self._do("stop", self.topology.chosen)

    def action_pause_unit(self) -> None:
        """Pause the chosen unit."""
        self._do("pause", self.topology.chosen)

    def action_kill_unit(self) -> None:
        """Kill the chosen unit."""
        self._do("kill", self.topology.chosen)

    def _do(self, verb: str, unit: str) -> None:
        if unit in BY_NAME or unit in self.scenes.scene().look.units:
            self.lab_app.do_to_unit(verb, unit)
        else:
            self.notify("Choose a unit first: the arrows walk from one to the next.", severity="warning")

    async def action_edit(self) -> None:
        """Open the part that does not load in the learner's editor."""
        await edit_broken_part(self.lab_app, self.scenes.scene().look.units)

    # ── what is looked at closely ────────────────────────────────────────────────────────────────────────────────

    def on_topology_view_opened(self, event: TopologyView.Opened) -> None:
        """Say more about a unit or edge."""
        event.stop()
        if event.place == DEAD:
            self.action_dead_letters()
        else:
            self.open_side(ABOUT)

    def on_topology_view_chosen(self, event: TopologyView.Chosen) -> None:
        """Say more about the one on which the keyboard is now, where that is shown."""
        event.stop()
        self.show_chosen()

    def on_tail_chosen(self, event: Tail.Chosen) -> None:
        """Show the line at the side, where the inspector is open."""
        event.stop()
        self.inspector.show(event.number)
        self.show_side(INSPECTOR)

    def on_tail_opened(self, event: Tail.Opened) -> None:
        """Open the inspector for this line."""
        event.stop()
        self.inspector.show(event.number)
        self.open_side(INSPECTOR)

    def action_partitions(self) -> None:
        """Show where each log ends, and how far each group is."""
        from tui.sheets.partitions import PartitionsSheet  # noqa: PLC0415  it brings the Kafka client

        self.app.push_screen(PartitionsSheet())

    def action_dead_letters(self) -> None:
        """Show what nobody can work on."""

        def answered(number: int | None) -> None:
            if number is not None:
                self.tail.choose(number)
                self.inspector.show(number)
                self.open_side(INSPECTOR)

        view, parked = self.lab_app.view(), self.scenes.scene().look.parked
        self.app.push_screen(DeadLetters(view.history, view.moment.end, parked), answered)

    def action_follow(self) -> None:
        """Follow the order of the line that the keyboard is on; where one is followed, show all again.

        While no line is chosen, an order that was placed a moment ago comes first.
        """
        if self.lab_app.order:
            self.lab_app.order = ""
            self.lab_app.has_news()
            return
        item = self._item()
        order_id = self.lab_app.placing.just_placed if self.tail.following else ""
        order_id = order_id or (item.order_id if item else "")
        if not order_id:
            self.notify("No line of an order is chosen. tab goes to the tail.", severity="warning")
            return
        from tui.screens.follow import FollowScreen  # noqa: PLC0415  it is seldom needed

        self.app.push_screen(FollowScreen(order_id))

    def action_filter(self) -> None:
        """Ask what the tail is to show."""
        self.tail.ask_filter()

    def action_raw(self) -> None:
        """Show the message as it is stored, or in lines again."""
        self.inspector.toggle_raw()

    def action_copy(self) -> None:
        """Copy the value of the message that is looked at."""
        item = self._item()
        if item is None or item.record is None:
            self.notify("No message is chosen. tab goes to the tail.", severity="warning")
            return
        self.app.copy_to_clipboard((item.record.value or b"").decode("utf-8", "replace"))
        self.notify(f"The value of {item.name or 'this record'} is copied.", timeout=3)

    def _item(self) -> Item | None:
        """Return the item on which the keyboard is, or that the inspector shows."""
        history = self.lab_app.history
        number = self.tail.current if self.tail.current is not None else self.inspector.number
        return history[number] if number is not None and history.first <= number < history.end else None

    # ── whose lines run ──────────────────────────────────────────────────────────────────────────────────────────

    def read_choices(self) -> None:
        """Read them, where somebody looks and there is a shop to run them."""
        if self.is_current and self.lab_app.link.shop is not None:
            self._read_choices()

    @work(thread=True, exclusive=True, group="choices", name="choices")
    def _read_choices(self) -> None:
        worker = get_current_worker()
        self._choices = self._choices or ReadChoices(self.lab_app.lab)
        found = self._choices.read()
        if not worker.is_cancelled:
            self.app.call_from_thread(self._choices_are, found)

    def _choices_are(self, choices: Mapping[str, str] | None) -> None:
        if choices != self.scenes.choices:
            self.scenes.choices = choices
            self.lab_app.has_news()
            self.on_tick()
