"""How often frames are drawn: as often as they are cheap, and a few times a second whatever they cost."""

import time
from collections.abc import Callable
from typing import Final

SHARE: Final = 0.15
"""So much of one core a busy screen may take before frames come less often."""
SLOWEST_SECONDS: Final = 0.25


class Pace:
    """Says whether the next frame is due. Clocks: seconds that have passed, and seconds that this thread has worked."""

    def __init__(
        self, passed: Callable[[], float] = time.monotonic, worked: Callable[[], float] = time.thread_time
    ) -> None:
        self._passed, self._worked = passed, worked
        self._drawn_at = self._worked_at = float("-inf")

    def due(self) -> bool:
        """Say whether what was worked since the frame before, its drawing included, leaves room for another one."""
        since = self._passed() - self._drawn_at
        return since >= SLOWEST_SECONDS or self._worked() - self._worked_at <= SHARE * since

    def draws(self) -> None:
        """Note that a frame begins to be drawn now; its own work counts against the next one."""
        self._drawn_at, self._worked_at = self._passed(), self._worked()
