"""What the Shop screen draws from: one scene a frame, and the sentence about it. It remembers what is dear to find."""

import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from lab.shop.units import UNITS
from tui.model.awaiting import Waiting, waiting
from tui.model.beside import Beside, beside_at
from tui.model.scene import Present, Scene, scene_of
from tui.model.view import View
from tui.render.shop_sentence import Situation
from tui.render.shop_status import shop_status
from tui.render.text import Row

if TYPE_CHECKING:
    from tui.app import Orderlab

SAME_MS: Final = 50
"""Two panes that ask within this time get the same scene."""
_SECOND_MS: Final = 1_000


class ShopScene:
    """Asks the app, and nobody else. choices: exercise → `mine` or `broken`, None where it is not known."""

    def __init__(self, app: "Orderlab") -> None:
        self._app = app
        self._beside: Beside | None = None
        self._scene: Scene | None = None
        self._made_for: tuple[object, ...] = ()
        self._made_at = 0.0
        self._waiting: Sequence[Waiting] = ()
        self._waited_for: tuple[object, ...] = ()
        self.choices: Mapping[str, str] | None = None
        self.columns = 0
        """How wide the window was the last time."""

    @staticmethod
    def now_ms() -> float:
        """Return the clock, milliseconds since the epoch."""
        return time.time() * 1_000

    def scene(self) -> Scene:
        """Return the scene of this frame."""
        view, link = self._app.view(), self._app.link
        moment = view.moment
        key = (moment.end, moment.mode, view.order, view.stale, view.motion, view.history.version,
               link.looked_ms, self.choices)  # fmt: skip
        old = abs(moment.at_ms - self._made_at) >= SAME_MS
        if self._scene is None or old or key != self._made_for:
            self._made_at = moment.at_ms
            self._beside = beside_at(self._beside, view.history, moment.end)
            self._scene, self._made_for = scene_of(view, self._beside, self._present()), key
        return self._scene

    def status(self, cells: int) -> Row:
        """Return the sentence."""
        scene, link, view = self.scene(), self._app.link, self._app.view()
        situation = Situation(
            open=link.shop is not None,
            from_file=self._app.file is not None,
            lost_ms=link.lost_ms if view.moment.live else None,
            listening=link.listening,
            caught_up=link.caught_up,
            phase=self._app.phase,
            per_second=view.moment.end - view.history.since(view.moment.at_ms - _SECOND_MS),
            waiting=self._waits(view),
        )
        return shop_status(scene, situation).row(cells)

    def _waits(self, view: View) -> Sequence[Waiting]:
        """Return who has to speak; found out once a second, for it means reading messages."""
        moment = view.moment
        key = (int(moment.at_ms) // _SECOND_MS, 0 if moment.live else moment.end, view.order)
        if key != self._waited_for:
            self._waiting, self._waited_for = waiting(view), key
        return self._waiting

    def _present(self) -> Present:
        link = self._app.link
        ports = {unit.name: link.shop.service_port + unit.port_offset for unit in UNITS} if link.shop else {}
        return Present(link.look, link.looked_ms, ports, self.choices)
