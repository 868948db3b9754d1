"""Reads the units' logs while somebody looks at them: their last lines, once a second."""

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import Final

from lab.engines.base import Engine
from lab.errors import LabError
from tui.model.logbook import Logbook

EVERY_SECONDS: Final = 1.0
LINES: Final = 300


async def read_logs(
    engine: Engine, units: Callable[[], Sequence[str]], book: Logbook, on_new: Callable[[], None]
) -> None:
    """Read for ever; `on_new` is called in the event loop after new lines have come."""
    while True:
        before = book.version
        said = {unit: await asyncio.to_thread(_last_lines, engine, unit) for unit in units()}
        book.take(said, time.time() * 1_000)
        if book.version != before:
            on_new()
        await asyncio.sleep(EVERY_SECONDS)


def _last_lines(engine: Engine, unit: str) -> list[str]:
    try:
        return list(engine.logs(unit, lines=LINES))
    except LabError as error:
        return [f"[error] {error.what} {error.mend}"]
