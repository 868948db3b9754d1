"""`lab bench tui`: what the terminal app costs, in a real terminal, fed by a generator and by a real Kafka.

A share is processor time over wall time: 0.2 is a fifth of one core. What the generator itself takes is measured alone,
told, and not counted among what the app takes.
"""

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any, Final

from lab.bench.machine import describe
from lab.bench.own_home import own_home, run_lab
from lab.bench.terminal import Terminal
from lab.engines.base import Progress, Report

RATE: Final = 5_000
_WARM_SECONDS: Final = 4.0
_FILL_SECONDS: Final = 80.0
"""After so long all that is bounded is full, and Python's allocator has the room that it goes on with."""
_GROWTH_SECONDS: Final = 60.0
_LAB: Final = "lab.cli.main"
_FED: Final = "lab.cli.tui_fed"
"""The program that runs the app on made-up messages; nothing here imports the app itself."""


@dataclass(frozen=True, slots=True)
class TuiFigures:
    """cpu_…: shares of one core. key_to_paint: from a key to what it changed on the terminal, at 5,000 events/s.

    idle: nothing is there; beside_shop: an open shop is listened to and looked at, and nobody orders anything.
    """

    cpu_at_5000: float
    generator_cpu: float
    cpu_at_5000_from_kafka: float
    key_to_paint_p50_ms: float
    key_to_paint_p99_ms: float
    idle_cpu: float
    idle_cpu_beside_shop: float
    first_paint_s: float
    rss_growth_bytes_per_minute: float
    rounds: int
    machine: str

    def as_object(self) -> dict[str, Any]:
        """The figures for programs."""
        return asdict(self)


def measure(seconds: float, rounds: int, report: Report) -> TuiFigures:
    """Measure each for so many seconds; keys and first paints, `rounds` times."""
    with own_home():
        first = _stage(report, "first paint", lambda: _first_paint(max(3, rounds // 20)))
        idle = _stage(report, "idle", lambda: _cpu(0, seconds))
        busy = _stage(report, "5,000 events/s", lambda: _cpu(RATE, seconds))
        generator = _stage(report, "the generator", lambda: _generator(seconds))
        keys = _stage(report, "keys", lambda: _keys(RATE, rounds))
        growth = _stage(report, "memory, for two minutes", lambda: _growth(RATE))
        report(Progress("kafka", "starting"))
        run_lab("up", "--engine", "native")
        report(Progress("kafka", "runs", done=True))
        beside = _stage(report, "idle, a shop open", lambda: _idle_beside_shop(seconds))
        from_kafka = _stage(report, "5,000 events/s from Kafka", lambda: _cpu_from_kafka(seconds))
    ordered = sorted(keys)
    return TuiFigures(
        cpu_at_5000=round(busy - generator, 3),
        generator_cpu=round(generator, 3),
        cpu_at_5000_from_kafka=round(from_kafka, 3),
        key_to_paint_p50_ms=round(statistics.median(ordered) * 1_000, 1),
        key_to_paint_p99_ms=round(ordered[min(len(ordered) - 1, len(ordered) * 99 // 100)] * 1_000, 1),
        idle_cpu=round(idle, 4),
        idle_cpu_beside_shop=round(beside, 4),
        first_paint_s=round(first, 3),
        rss_growth_bytes_per_minute=round(growth),
        rounds=rounds,
        machine=describe(),
    )


def _stage(report: Report, name: str, work: Callable[[], Any]) -> Any:
    report(Progress(name, "measuring"))
    found = work()
    report(Progress(name, "measured", done=True))
    return found


def _run(*words: str) -> Terminal:
    env = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8"}
    return Terminal([sys.executable, "-m", *words], env)


def _fed(*words: str) -> Terminal:
    return _run(_FED, *words)


def _first_paint(times: int) -> float:
    """Return the median time from the start of `lab` to its first whole frame."""
    took = []
    for _ in range(times):
        with _run(_LAB) as terminal:
            took.append(terminal.wait_for("explain") - terminal.began)
    return statistics.median(took)


def _cpu(rate: int, seconds: float) -> float:
    with _fed("--rate", str(rate)) as terminal:
        terminal.wait_for("explain")
        terminal.drain(_WARM_SECONDS)
        return _share(terminal, seconds)


def _generator(seconds: float) -> float:
    """Return what making the messages takes by itself, in a process of the same kind, as a share of one core."""
    with _fed("--rate", str(RATE), "--away") as terminal:
        terminal.wait_for("messages are made")
        terminal.drain(_WARM_SECONDS)
        return _share(terminal, seconds)


def _share(terminal: Terminal, seconds: float) -> float:
    before, began = terminal.cpu_seconds(), time.monotonic()
    terminal.drain(seconds)
    return (terminal.cpu_seconds() - before) / (time.monotonic() - began)


def _keys(rate: int, rounds: int) -> list[float]:
    """Pause the view and let it go on, again and again; return how long each took to be seen."""
    took = []
    with _fed("--rate", str(rate)) as terminal:
        terminal.wait_for("explain")
        terminal.drain(_WARM_SECONDS)
        for _ in range(rounds):
            for word in ("PAUSED", "LIVE"):
                terminal.forget()
                pressed = terminal.press(" ")
                took.append(terminal.wait_for(word) - pressed)
                terminal.drain(0.05)
    return took


def _growth(rate: int) -> float:
    """Return how fast the memory grows, in bytes a minute, once everything that is bounded is full."""
    with _fed("--rate", str(rate)) as terminal:
        terminal.wait_for("explain")
        terminal.drain(_FILL_SECONDS)
        before = terminal.rss_bytes()
        terminal.drain(_GROWTH_SECONDS)
        return (terminal.rss_bytes() - before) / _GROWTH_SECONDS * 60


@contextmanager
def _app_beside_shop() -> Iterator[Terminal]:
    """Yield the real app on its Shop screen, once it has read what lies on Kafka."""
    with _run(_LAB) as terminal:
        terminal.wait_for("explain")
        terminal.press("2")
        terminal.drain(_WARM_SECONDS)
        yield terminal


def _idle_beside_shop(seconds: float) -> float:
    with _app_beside_shop() as terminal:
        return _share(terminal, seconds)


def _cpu_from_kafka(seconds: float) -> float:
    """Let another process write to a real Kafka; measure the app that listens to it, and only that."""
    writing = [sys.executable, "-m", "lab.bench.writing", "--rate", str(RATE), "--seconds", str(seconds + 30)]
    with subprocess.Popen(writing, stdout=subprocess.PIPE, text=True) as writer:  # noqa: S603  our own command
        try:
            with _app_beside_shop() as terminal:
                share = _share(terminal, seconds)
        finally:
            writer.terminate()
            said, _ = writer.communicate()
    written = json.loads(said.splitlines()[-1]) if said.strip() else {"per_second": RATE}
    return share * RATE / float(written["per_second"])
