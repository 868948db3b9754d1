"""How a side tells that it is ready, begins when it is told to, and counts what it has handled until that is all."""

import asyncio
import sys
import time
from collections.abc import Callable
from typing import Final, TextIO

READY: Final = "ready"
_LOOK_SECONDS: Final = 0.01


class Count:
    """Deliveries that have been handled: a peer adds to it when all that follows from them has been acknowledged."""

    def __init__(self) -> None:
        self.handled = 0


async def until(condition: Callable[[], object]) -> None:
    """Look again and again, a hundred times a second, until the condition holds: what is measured tells nobody."""
    while not condition():  # noqa: ASYNC110
        await asyncio.sleep(_LOOK_SECONDS)


async def begin(talk: TextIO) -> float:
    """Say that this side is ready; return the moment (monotonic clock) at which it is told that orders are coming."""
    print(READY, file=talk, flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    return time.monotonic()


async def seconds_until(expected: int, handled: Callable[[], int], began: float, patience: float) -> float:
    """Return how long it took until so many deliveries were handled. Raises TimeoutError after `patience` seconds."""
    async with asyncio.timeout(patience):
        await until(lambda: handled() >= expected)
    return time.monotonic() - began
