"""`lab bench check`: from a save to the verdict, in watch mode, with the solution as the learner's file.

Sides are measured in turn (without a broker, with one, …), in a home folder and on ports of their own.
"""

import queue
import statistics
import threading
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import lab.home
from lab.bench.machine import describe
from lab.bench.own_home import own_home, run_lab
from lab.course.catalog import Exercise, read_course
from lab.course.classroom import Checked, Classroom, Live
from lab.course.watching import Watching
from lab.engines.base import Progress, Report
from lab.errors import LabError
from lab.running import running

NO_BROKER: Final = ("await", "envelope")
WARM_BROKER: Final = ("produce", "read")
_PATIENCE: Final = 60.0


@dataclass(frozen=True, slots=True)
class CheckFigures:
    """Seconds from the save to the verdict: the median, and the 95th of a hundred. `by_exercise`: medians."""

    no_broker_p50_s: float
    no_broker_p95_s: float
    warm_broker_p50_s: float
    warm_broker_p95_s: float
    by_exercise: dict[str, float]
    rounds: int
    machine: str

    def as_object(self) -> dict[str, Any]:
        """The figures for programs."""
        return asdict(self)


class _OnlyKafka:
    """No shop to bring anything into: measured is the way to the verdict."""

    def put(self, _: Exercise) -> Live:
        return Live()

    def env(self, _: Exercise) -> dict[str, str]:
        return {"LAB_KAFKA": running().kafka}


def measure(rounds: int, report: Report) -> CheckFigures:
    """Save each solution `rounds` times, changed by a comment; return how long the verdicts took."""
    with own_home():
        report(Progress("kafka", "starting"))
        run_lab("up", "--engine", "native")
        report(Progress("kafka", "runs", done=True))
        with Classroom(workspace=lab.home.workspace(), shop=_OnlyKafka()) as room:
            seconds = _save_and_wait(room, rounds, report)
    return CheckFigures(
        no_broker_p50_s=_share(seconds, NO_BROKER, 50),
        no_broker_p95_s=_share(seconds, NO_BROKER, 95),
        warm_broker_p50_s=_share(seconds, WARM_BROKER, 50),
        warm_broker_p95_s=_share(seconds, WARM_BROKER, 95),
        by_exercise={name: round(statistics.median(each), 3) for name, each in seconds.items()},
        rounds=rounds,
        machine=describe(),
    )


def _save_and_wait(room: Classroom, rounds: int, report: Report) -> dict[str, list[float]]:
    course = read_course()
    exercises = [course.find(name) for pair in zip(NO_BROKER, WARM_BROKER, strict=True) for name in pair]
    for exercise in exercises:
        room.go_to(exercise)
    room.warm()
    verdicts: queue.Queue[tuple[float, Checked]] = queue.Queue()
    watching = Watching(room)

    def listen() -> None:
        for event in watching:
            if isinstance(event, Checked):
                verdicts.put((time.monotonic(), event))

    listener = threading.Thread(target=listen, daemon=True)
    listener.start()
    seconds: dict[str, list[float]] = {exercise.id: [] for exercise in exercises}
    try:
        for number in range(rounds + 1):  # the first round warms what a first check warms
            report(Progress("save", f"round {number} of {rounds}"))
            for exercise in exercises:
                took = _one(exercise, room.workspace.file(exercise), number, verdicts)
                if number:
                    seconds[exercise.id].append(took)
        report(Progress("save", f"{rounds} rounds", done=True))
    finally:
        watching.stop()
        listener.join(timeout=_PATIENCE)
    return seconds


def _one(exercise: Exercise, file: Path, number: int, verdicts: "queue.Queue[tuple[float, Checked]]") -> float:
    began = time.monotonic()
    file.write_text(f"{exercise.solution.read_text()}\n# {number}\n")
    try:
        ended, checked = verdicts.get(timeout=_PATIENCE)
    except queue.Empty:
        raise LabError(f"No verdict on {exercise.id} within {_PATIENCE:.0f} s.", "uv run lab doctor") from None
    if not checked.verdict.passed:
        raise LabError(f"The solution of {exercise.id} did not pass: {checked.verdict}", "uv run lab audit")
    return ended - began


def _share(seconds: dict[str, list[float]], names: Sequence[str], percent: int) -> float:
    every = sorted(value for name in names for value in seconds[name])
    return round(every[min(len(every) - 1, len(every) * percent // 100)], 3)
