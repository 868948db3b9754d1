"""The app on a stream of its own making, for benchmarks. No Kafka, and the same way in.

The records go through the feed as those of the tap do: into the history and the journal, and nothing is posted.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from typing import Final

from lab.bench.stream import records
from lab.shop.seen import News, Seen
from tui.app import Orderlab
from tui.lab import Lab
from tui.model.history import ROOM

_SLICES_A_SECOND: Final = 20


class Fed(Orderlab):
    """The app, and somebody who feeds it."""

    def __init__(self, lab: Lab, rate: int) -> None:
        super().__init__(lab, listens=False, first="shop")
        self._rate = rate

    def on_mount(self) -> None:
        """Begin to feed. What the app itself does then, Textual calls by itself."""
        self.journal.open()
        self.run_worker(pour(self._rate, lambda news: self.feed.take(news, past=False)), name="fed")


async def pour(rate: int, into: Callable[[list[News]], object]) -> None:
    """Make so many messages a second for ever; of none a second, never one."""
    stream, given, began = records(), 0, time.monotonic()
    while rate:
        wanted = int((time.monotonic() - began) * rate) - given
        into([Seen.of(next(stream)) for _ in range(wanted)])
        given += wanted
        await asyncio.sleep(1 / _SLICES_A_SECOND)


async def pour_away(rate: int) -> None:
    """Make them for nobody, and keep as many as the app would: what is left is the price of making them."""
    await pour(rate, deque[News](maxlen=ROOM).extend)
