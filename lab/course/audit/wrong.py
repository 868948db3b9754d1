"""The wrong answers of an exercise: files that each name the finding they must earn, in their first lines."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from lab.course.catalog import Exercise

_FINDING: Final = re.compile(r'^(?:"""|#\s*)finding: ([a-z0-9-]+)\s*$', re.MULTILINE)


@dataclass(frozen=True, slots=True)
class WrongAnswer:
    """One wrong answer. `finding`: the id that it must earn; "" where the file does not say."""

    file: Path
    finding: str


def wrong_answers(exercise: Exercise) -> list[WrongAnswer]:
    """Return the wrong answers of an exercise, by name."""
    files = sorted(exercise.wrong_answers.glob(f"*{Path(exercise.file).suffix}"))
    return [WrongAnswer(file, _finding(file)) for file in files if file.name != "survivors.toml"]


def _finding(file: Path) -> str:
    found = _FINDING.search(file.read_text(encoding="utf-8", errors="replace"))
    return found[1] if found else ""
