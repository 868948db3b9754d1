"""The app on a stream of its own making, for benchmarks. No Kafka, and the same way in.

The records go through the feed as those of the tap do: into the history and the journal, and nothing is posted.
"""

import asyncio
import time
from typing import Final

from lab.bench.stream import records
from lab.shop.seen import Seen
from tui.app import Orderlab
from tui.lab import Lab

_SLICES_A_SECOND: Final = 20


class Fed(Orderlab):
    """The app, and somebody who feeds it."""

    def __init__(self, lab: Lab, rate: int) -> None:
        super().__init__(lab, listens=False, first="shop")
        self._rate = rate

    def on_mount(self) -> None:
        """Begin to feed. What the app itself does then, Textual calls by itself."""
        self.journal.open()
        self.run_worker(self._feed(), name="fed")

    async def _feed(self) -> None:
        stream, given, began = records(), 0, time.monotonic()
        while self._rate:
            wanted = int((time.monotonic() - began) * self._rate) - given
            self.feed.take([Seen.of(next(stream)) for _ in range(wanted)], past=False)
            given += wanted
            await asyncio.sleep(1 / _SLICES_A_SECOND)
