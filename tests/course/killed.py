"""Changes progress and is killed while at it: `python -m tests.course.killed steps|loop FOLDER`.

`steps`: one change, killed before its first touch of a file, then another before its second, and so on, each in a copy
of `FOLDER/before`; the last one comes through. `loop`: changes without end, killed at some moment; what a change
returned for was acknowledged, and has to be there afterwards. Each prints what the test needs as JSON.
"""

import json
import os
import random
import shutil
import signal
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from lab.course.progress import Progress, Standing
from lab.course.progress_store import ProgressStore

NOW = datetime(2026, 3, 2, tzinfo=UTC)
EXERCISES = [f"exercise-{number}" for number in range(60)]  # a file of some size
TOUCHES = {"open", "os.rename", "os.remove", "os.link", "os.mkdir", "os.chmod"}
ROUNDS = 25


def one_more(progress: Progress) -> Progress:
    """Add an attempt to every exercise: a torn file would show different numbers."""
    for name in EXERCISES:
        standing = progress.exercises.get(name) or Standing(first_at=NOW, last_at=NOW)
        progress = progress.having(name, standing.model_copy(update={"attempts": standing.attempts + 1}))
    return progress


def attempts(progress: Progress) -> int:
    """Return the one number that all exercises show."""
    (number,) = {progress.exercises[name].attempts for name in EXERCISES} if progress.exercises else {0}
    return number


def killed_at(touch: int, folder: Path) -> None:
    """Kill this process, as kill -9 does, before its touch of that number."""
    left = touch

    def hook(event: str, args: tuple[object, ...]) -> None:
        nonlocal left
        if event in TOUCHES and any(str(folder) in str(arg) for arg in args[:2]):
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hook)


def survives(do) -> bool:
    """Run it in a process of its own, and say whether that came to its end."""
    child = os.fork()
    if child == 0:
        do()
        os._exit(0)
    return os.waitpid(child, 0)[1] == 0


def steps(base: Path) -> list[str]:
    made = []
    for touch in range(1, 100):
        folder = base / str(touch)
        shutil.copytree(base / "before", folder)
        made.append(folder.name)

        def change(folder: Path = folder, touch: int = touch) -> None:
            killed_at(touch, folder)
            ProgressStore(folder).change(one_more)

        if survives(change):
            break
    return made


def loop(folder: Path) -> list[tuple[int, int, list[str]]]:
    """Return for each round: acknowledged, found afterwards, notices."""
    rounds = []
    for _ in range(ROUNDS):
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            store = ProgressStore(folder)
            while True:
                number = attempts(store.change(one_more))
                os.write(writing, number.to_bytes(4, "big"))
        os.close(writing)
        told = os.read(reading, 4)
        time.sleep(random.uniform(0, 0.02))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        while more := os.read(reading, 4):
            told = more
        os.close(reading)
        store = ProgressStore(folder)
        rounds.append((int.from_bytes(told, "big"), attempts(store.read()), store.notices))
    return rounds


if __name__ == "__main__":
    sys.stdout.write(json.dumps({"steps": steps, "loop": loop}[sys.argv[1]](Path(sys.argv[2]))))
