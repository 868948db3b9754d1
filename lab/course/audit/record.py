"""What was audited in full, and what came of it: `exercises/audited.toml`, by a digest of each exercise's files.

An exercise whose files are as they were then need not be tried with all its mutants again: CI tries it once.
"""

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lab.course.catalog import Exercise, course_file
from lab.course.files import read_if_there

_ABOUT = """\
# Written by `uv run lab audit --full`: what the gate found, by a digest of each exercise's files. An exercise that has
# changed since is audited in full again, also without --full.
"""


@dataclass(frozen=True, slots=True)
class Audited:
    """What a full audit of one exercise has found."""

    digest: str
    mutants: int
    killed: int
    solution_runs: int


def digest_of(exercise: Exercise) -> str:
    """Return a digest of all that an audit of this exercise rests on, but for the lab itself."""
    files = [exercise.lesson, exercise.starter, exercise.check, exercise.solution]
    files += sorted(file for file in exercise.wrong_answers.glob("*") if file.is_file())
    total = hashlib.sha256()
    for file in files:
        total.update(file.name.encode() + b"\0" + (read_if_there(file) or b"") + b"\0")
    return total.hexdigest()


def file_of_record() -> Path:
    """Return the file."""
    return course_file().with_name("audited.toml")


def read() -> Mapping[str, Audited]:
    """Return the record, by exercise; what cannot be read counts as never audited."""
    try:
        table: dict[str, Any] = tomllib.loads((read_if_there(file_of_record()) or b"").decode())
        return {name: Audited(**row) for name, row in table.items()}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, TypeError):
        return {}


def write(record: Mapping[str, Audited]) -> None:
    """Write the record."""
    rows = [
        f'\n[{name}]\ndigest = "{row.digest}"\n'
        f"mutants = {row.mutants}\nkilled = {row.killed}\n"
        f"solution_runs = {row.solution_runs}\n"
        for name, row in record.items()
    ]
    file_of_record().write_text(_ABOUT + "".join(rows), encoding="utf-8")


def reasons(exercise: Exercise) -> Mapping[str, str]:
    """Return why some mutants of an exercise may survive, by their ids: `survivors.toml` beside its wrong answers."""
    text = (read_if_there(exercise.wrong_answers / "survivors.toml") or b"").decode()
    return {str(name): str(why) for name, why in tomllib.loads(text).items()}
