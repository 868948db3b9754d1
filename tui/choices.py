"""Whose lines the shop runs, read from the course; blocks, so it is called from a worker."""

from collections.abc import Mapping

from lab.course.catalog import Kind
from lab.course.choices import Source
from lab.course.classroom import Classroom
from lab.errors import LabError
from tui.lab import Lab


class ReadChoices:
    """Reads the choices again and again. `read` returns exercise → `mine` or `broken`; None where it is not known."""

    def __init__(self, lab: Lab) -> None:
        self._lab = lab
        self._room: Classroom | None = None

    def read(self) -> Mapping[str, str] | None:
        """Read them now."""
        try:
            if self._room is None:
                self._room = self._lab.classroom()
            parts = [exercise for exercise in self._room.course if exercise.kind is Kind.PART]
            chosen = {exercise.id: self._room.choices.source(exercise) for exercise in parts}
        except LabError:
            return None
        return {name: source.value for name, source in chosen.items() if source is not Source.SOLUTION}
