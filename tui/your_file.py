"""Finds the row of the mediator's table in the learner's own file."""

from pathlib import Path
from typing import Final, NamedTuple

from lab.shop.contracts import TOPIC_OF, State
from tui.lab import Lab

_CLASS: Final = {body.name: body.__name__ for body in TOPIC_OF}

_SHORT: Final = 16


class YourRow(NamedTuple):
    """A line of a file of yours."""

    file: Path
    line: int

    def __str__(self) -> str:
        """`workspace/undo/undo.py:31`; a long name of the workspace is left out."""
        shown = self.file.parts[-3:] if len(self.file.parts[-3]) <= _SHORT else self.file.parts[-2:]
        return f"{'/'.join(shown)}:{self.line}"


def your_row(lab: Lab, exercise: str, state: State, message: str) -> YourRow:
    """Return where an exercise's rows decide this message in this state. Raises LabError, OSError."""
    room = lab.classroom()
    file = room.workspace.existing(room.course.find(exercise))
    return YourRow(file, line_of(file.read_text(encoding="utf-8", errors="replace"), state, message))


def line_of(text: str, state: str, message: str) -> int:
    """Return the line that names both the state and the message; else a row with the message; else the first."""
    word = _CLASS.get(message, message)
    named = [(number, line) for number, line in enumerate(text.splitlines(), 1) if word in line or message in line]
    both = [number for number, line in named if state in line]
    rows = [number for number, line in named if "Row(" in line]
    return next(iter([*both, *rows]), 1)
