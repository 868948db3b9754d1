"""`lab bench start`: how long until the shop is open, until a restarted service works, and what tuning the JVM brings.

Everything runs in home folders and on ports of its own, so a running shop is not disturbed, only slowed. The broker's
two sides are measured in turn (tuned, default, tuned, default …), and compared pair by pair.
"""

import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from lab.bench.machine import describe
from lab.bench.own_home import own_home, run_lab
from lab.engines import downloads, kafka, ports, readiness, tuning
from lab.engines.base import Progress, Report
from lab.engines.native import NativeEngine
from lab.engines.ports import HOST
from lab.readiness import await_units
from lab.shop.units import BY_NAME

UNIT: Final = "payment"
_PATIENCE: Final = 120.0  # seconds
_FIRST_PORT: Final = 22000


@dataclass(frozen=True, slots=True)
class StartFigures:
    """Seconds, each the median of `rounds` runs. `tuned_vs_default`: the median of the pairs' ratios."""

    up_s: float
    restart_s: float
    broker_tuned_s: float
    broker_default_s: float
    tuned_vs_default: float
    rounds: int
    machine: str

    def as_object(self) -> dict[str, Any]:
        """The figures for programs."""
        return asdict(self)


def measure(rounds: int, report: Report) -> StartFigures:
    """Measure everything, `rounds` times. Downloads and the JVM's cache are made first and not counted."""
    jars = downloads.ensure(downloads.pinned().jars, report)
    report(Progress("tuning", "making the JVM's cache, where it is absent"))
    tuning.train()
    report(Progress("tuning", "the JVM's cache is there", done=True))
    ups, restarts = _shop(rounds, report)
    pairs = []
    for number in range(rounds):
        report(Progress("broker", f"pair {number + 1} of {rounds}: tuned, then default"))
        pairs.append((_broker(jars, tuned=True), _broker(jars, tuned=False)))
    report(Progress("broker", f"{rounds} pairs", done=True))
    return StartFigures(
        up_s=_median(ups),
        restart_s=_median(restarts),
        broker_tuned_s=_median([tuned for tuned, _ in pairs]),
        broker_default_s=_median([default for _, default in pairs]),
        tuned_vs_default=_median([tuned / default for tuned, default in pairs]),
        rounds=rounds,
        machine=describe(),
    )


def _median(seconds: Sequence[float]) -> float:
    return round(statistics.median(seconds), 3)


def _broker(jars: tuple[Path, ...], *, tuned: bool) -> float:
    """Return the seconds from exec to a record produced and read back."""
    with tempfile.TemporaryDirectory(prefix="lab-bench-") as folder:
        port = ports.choose(_FIRST_PORT, explicit=False)
        broker = kafka.Broker(Path(folder), port, ports.choose(port + 1, explicit=False), jars)
        broker.configure()
        kafka.format_storage(broker)
        command = broker.command(*tuning.flags()) if tuned else _untuned(broker)
        with (Path(folder) / "log").open("wb") as log:
            began = time.monotonic()
            process = subprocess.Popen(command, stdout=log, stderr=log)  # noqa: S603  our own Java
            try:
                readiness.await_kafka(port, deadline=began + _PATIENCE)
                return time.monotonic() - began
            finally:
                process.kill()
                process.wait()


def _untuned(broker: kafka.Broker) -> Sequence[str]:
    """Return the same broker's command line with a JVM as it comes."""
    logging = f"-Dlog4j2.configurationFile={broker.folder / 'log4j2.properties'}"
    classpath = os.pathsep.join(map(str, broker.classpath))
    config = str(broker.folder / "server.properties")
    return (str(kafka.java_binary()), logging, "-cp", classpath, "kafka.Kafka", config)


def _shop(rounds: int, report: Report) -> tuple[list[float], list[float]]:
    """Return the seconds of each `lab up`, and of each restart of one service until it answers and reads."""
    ups, restarts = [], []
    with own_home() as home:
        run_lab("up", "--engine", "native")  # makes the storage, the databases, the topics
        run_lab("down")
        for number in range(rounds):
            report(Progress("up", f"{number + 1} of {rounds}"))
            ups.append(run_lab("up", "--engine", "native"))
            restarts.append(_restart(NativeEngine(home), int(os.environ["LAB_SERVICE_PORT"])))
            run_lab("down")
    report(Progress("up", f"{rounds} times", done=True))
    return ups, restarts


def _restart(engine: NativeEngine, service_port: int) -> float:
    began = time.monotonic()
    engine.restart(UNIT)
    url = f"http://{HOST}:{service_port + BY_NAME[UNIT].port_offset}"
    await_units(engine, {UNIT: url}, report=lambda _: None, deadline=began + _PATIENCE)
    return time.monotonic() - began
