"""The rows at the bottom of every screen: a click on a key does what the key does, and time is chosen by the mouse."""

from collections.abc import Callable, Sequence

from textual import events

from tui.actions import Action
from tui.render.bars import key_at
from tui.render.text import Row
from tui.widgets.rows import Rendered

_KEYS_FROM_BELOW, _TIME_FROM_BELOW = 1, 2


class BottomView(Rendered):
    """Shows the rows; `actions` returns what stands in the bar.

    scrub: given the row's width and a cell, it goes to the moment that this cell of the time row stands for, and says
    whether there is one.
    """

    def __init__(
        self,
        renderer: Callable[[int, int], Sequence[Row]],
        actions: Callable[[], Sequence[Action]],
        scrub: Callable[[int, int], bool],
    ) -> None:
        super().__init__(renderer, id="bottom")
        self._actions, self._scrub = actions, scrub
        self._scrubs = False

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Go to the moment under the mouse, and follow it while the button is held."""
        if event.y == self.size.height - _TIME_FROM_BELOW and self._scrub(self.size.width, event.x):
            self._scrubs = True
            self.capture_mouse()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Go on with it."""
        if self._scrubs:
            self._scrub(self.size.width, event.x)

    def on_mouse_up(self) -> None:
        """Stay there."""
        if self._scrubs:
            self._scrubs = False
            self.release_mouse()

    async def on_click(self, event: events.Click) -> None:
        """Do what the key under the mouse does."""
        if event.y != self.size.height - _KEYS_FROM_BELOW:
            return
        action = key_at(self._actions(), self.size.width, event.x)
        if action is not None:
            event.stop()
            await self.app.run_action(f"screen.{action.id}", default_namespace=self.screen)
