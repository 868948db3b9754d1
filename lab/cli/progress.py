"""Shows the stages of something long: live on a terminal, a line per finished stage elsewhere."""

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from rich.console import Console, Group
from rich.live import Live
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from lab.cli.say import aside
from lab.engines.base import Progress, Report

_MEGA = 1_000_000


@contextmanager
def staged(title: str) -> Iterator[Report]:
    """Yield a `Report` that draws what it is told; the drawing stays when the work ends."""
    console = aside()
    if not console.is_terminal:
        yield _plain(console)
        return
    board = _Board(title)
    with Live(board, console=console, refresh_per_second=8):
        yield board.tell


def _plain(console: Console) -> Report:
    said: set[tuple[str, str]] = set()

    def tell(step: Progress) -> None:
        if step.done and (step.stage, step.text) not in said:
            said.add((step.stage, step.text))
            with suppress(OSError):  # a terminal that was closed: what is to be stopped is stopped all the same
                console.print(f"  {step.stage}: {step.text}{_bytes(step)}", markup=False)

    return tell


class _Board:
    """All stages so far, one line each, and the time that has passed."""

    def __init__(self, title: str) -> None:
        self._title, self._began = title, time.monotonic()
        self._stages: dict[str, Progress] = {}
        self._spinner = Spinner("dots")

    def tell(self, step: Progress) -> None:
        self._stages[step.stage] = step

    def __rich__(self) -> Group:
        seconds = int(time.monotonic() - self._began)
        title = Text.assemble((self._title, "bold"), (f"  {seconds // 60}:{seconds % 60:02} so far", "dim"))
        table = Table.grid(padding=(0, 1))
        for step in self._stages.values():
            sign = Text("✓", "green") if step.done else self._spinner
            table.add_row(sign, Text(step.stage), Text(f"{step.text}{_bytes(step)}"))
        return Group(title, table)


def _bytes(step: Progress) -> str:
    if step.bytes_now is None:
        return ""
    now = f"{step.bytes_now / _MEGA:.0f}"
    total = f" of {step.bytes_total / _MEGA:.0f}" if step.bytes_total else ""
    return f"  {now}{total} MB"
