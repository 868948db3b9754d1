"""The worked example of a lesson, ready to run: its code in a file, the command, and where Kafka is."""

import os
import shlex
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Final

import lab.home
from lab.course.catalog import Exercise, Need
from lab.course.classroom import Classroom
from lab.course.saying import near
from lab.errors import NotRunning

_USUAL: Final = "127.0.0.1:9092"
_QUIETLY: Final = """
import logging, runpy, sys
logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
del sys.argv[0]
runpy.run_path(sys.argv[0], run_name="__main__")
"""
"""Runs an example without what the library says while a topic that was just made has no leader yet."""


@dataclass(frozen=True, slots=True)
class Example:
    """A worked example. Where it is for reading, or for one's own terminal, there is no command and no file."""

    exercise: Exercise
    code: str
    command: Sequence[str] = ()
    env: Mapping[str, str] | None = None
    file: Path | None = None

    @property
    def typed(self) -> str:
        """Return the command that one types to run the file oneself; empty where there is none."""
        if self.file is None:
            return ""
        kafka = (self.env or {}).get("LAB_KAFKA", _USUAL)
        return f"{f'LAB_KAFKA={kafka} ' if kafka != _USUAL else ''}uv run python {shlex.quote(near(self.file))}"


def prepare(room: Classroom, exercise: Exercise) -> Example:
    """Return the example of the lesson. Raises LabError, and NotRunning where it needs Kafka and none runs."""
    code = room.lesson(exercise).example
    if code.language != "python":
        return Example(exercise, code.code.rstrip())
    env = {**os.environ, **room.env(exercise)}
    if Need.KAFKA in exercise.needs and "LAB_KAFKA" not in env:
        raise NotRunning("This example needs Kafka, and none is running.", "Start it: uv run lab up")
    file = lab.home.home() / "examples" / f"{exercise.id.replace('-', '_')}.py"
    file.parent.mkdir(parents=True, exist_ok=True)
    _put(file, code.code)
    return Example(exercise, code.code, (sys.executable, "-c", _QUIETLY, str(file)), env, file)


def _put(file: Path, code: str) -> None:
    """Write the example; one that was changed by hand is kept beside it, under a name of its own."""
    try:
        before = file.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        before = code
    if before != code:
        kept = next(name for number in count(1) if not (name := file.with_stem(f"{file.stem}-{number}")).exists())
        file.replace(kept)
    file.write_text(code, encoding="utf-8")
