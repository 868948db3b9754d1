"""The rows at the bottom of every screen; a click on a key of the last one does what the key does."""

from collections.abc import Callable, Sequence
from typing import Final

from textual import events

from tui.actions import Action
from tui.render.bars import key_at
from tui.render.text import Row
from tui.widgets.rows import Rendered

_KEYS_FROM_BELOW: Final = 1


class BottomView(Rendered):
    """Shows the rows; `actions` returns what stands in the bar."""

    def __init__(self, renderer: Callable[[int, int], Sequence[Row]], actions: Callable[[], Sequence[Action]]) -> None:
        super().__init__(renderer, id="bottom")
        self._actions = actions

    async def on_click(self, event: events.Click) -> None:
        """Do what the key under the mouse does."""
        if event.y != self.size.height - _KEYS_FROM_BELOW:
            return
        action = key_at(self._actions(), self.size.width, event.x)
        if action is not None:
            event.stop()
            await self.app.run_action(f"screen.{action.id}", default_namespace=self.screen)
