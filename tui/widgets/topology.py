"""The topology: draws the scene, and lets one choose units and edges by arrows and mouse."""

from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message

from tui.model.scene import Scene
from tui.model.shape import MEDIATOR, is_edge
from tui.render.panes import Box
from tui.render.text import Row
from tui.render.topology import Drawing, next_place, topology
from tui.widgets.rows import RowsView


class TopologyView(RowsView, can_focus=True):
    """Shows what `scene` returns. chosen: the unit or edge that the keys act on."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "walk(0, -1)", "Up", show=False),
        Binding("down,j", "walk(0, 1)", "Down", show=False),
        Binding("left", "walk(-1, 0)", "Left", show=False),
        Binding("right", "walk(1, 0)", "Right", show=False),
        Binding("enter", "open", "Inspect", show=False),
    ]

    class Chosen(Message):
        """The keyboard has gone to another unit or edge."""

        def __init__(self, place: str) -> None:
            super().__init__()
            self._place = place

        @property
        def place(self) -> str:
            """A unit's name, a topic's, or one of the places of tui/model/shape.py that are neither."""
            return self._place

        def can_replace(self, message: Message) -> bool:
            """Say that only the last of several counts."""
            return type(message) is type(self)

    class Opened(Chosen):
        """A unit or edge is to be looked at: enter, or a second click."""

    def __init__(self, scene: Callable[[], Scene], *, id: str = "topology") -> None:  # noqa: A002
        super().__init__(id=id)
        self._scene = scene
        self._drawing = Drawing((), {})
        self.chosen = MEDIATOR

    @property
    def spots(self) -> Mapping[str, Box]:
        """Where each unit and edge stood when it was drawn the last time."""
        return self._drawing.spots

    def rows(self, width: int, height: int) -> Sequence[Row]:
        """Draw the scene of this frame."""
        self._drawing = topology(self._scene(), width, height, self.chosen if self.has_focus else "")
        return self._drawing.rows

    def on_resize(self) -> None:
        """Where the edges leave, the keyboard goes back to a unit."""
        if self.spots and self.chosen not in self.spots and is_edge(self.chosen):
            self.choose(MEDIATOR)

    def on_focus(self) -> None:
        """Show where the keyboard is."""
        self.refresh()

    def on_blur(self) -> None:
        """The keyboard is elsewhere."""
        self.refresh()

    def choose(self, place: str) -> None:
        """Put the keyboard on a unit or edge."""
        self.chosen = place
        self.refresh()
        self.post_message(self.Chosen(place))

    def action_walk(self, across: int, down: int) -> None:
        """Go to the next unit or edge in a direction."""
        self.choose(next_place(self.spots, self.chosen, across, down) or self.chosen)

    def action_open(self) -> None:
        """Look at what is chosen."""
        self.post_message(self.Opened(self.chosen))

    def on_click(self, event: events.Click) -> None:
        """Choose what is under the mouse; clicked again, it opens."""
        place = self._drawing.at(event.x, event.y)
        if not place:
            return
        again = place == self.chosen and self.has_focus
        self.choose(place)
        if again:
            self.action_open()
