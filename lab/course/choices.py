"""Which lines run in the shop for each exercise: the solution's, the learner's, or the lesson's broken ones.

The file is a contract with lab/shop/parts.py, which reads it when a unit starts:
`{exercise: {"origin": "mine" | "broken", "file": path}}`. An exercise that is not in it runs on the solution.
"""

import json
from enum import StrEnum
from pathlib import Path

from lab.course.catalog import Exercise, Kind
from lab.course.desk import RECORDS
from lab.course.files import locked, read_if_there, write_whole
from lab.course.workspace import Workspace
from lab.errors import LabError, NotFound, WrongUsage

Entry = dict[str, str]
"""`origin` and `file`, as they stand in the file."""


class Source(StrEnum):
    """Whose lines a part of the shop is."""

    MINE = "mine"
    SOLUTION = "solution"
    BROKEN = "broken"


class Choices:
    """The file of choices. Two commands at once take turns, and each keeps what the other chose."""

    def __init__(self, file: Path, workspace: Workspace) -> None:
        self.file = file
        self._workspace = workspace

    def source(self, exercise: Exercise) -> Source:
        """Say whose lines run for this exercise. Raises LabError where the file is damaged."""
        entry = self._read().get(exercise.id)
        return Source.SOLUTION if entry is None else Source(entry["origin"])

    def use(self, exercise: Exercise, source: Source) -> None:
        """Have the shop run these lines for the exercise, from the next start of the units that use them.

        Raises WrongUsage where the exercise is no part of the shop, or shows no broken version, and NotFound where
        the file is not there.
        """
        path = self._path(exercise, source)
        with locked(self.file.parent / RECORDS / "choices.lock"):
            entries = {name: entry for name, entry in self._read().items() if name != exercise.id}
            if path is not None:
                entries[exercise.id] = {"origin": source.value, "file": str(path)}
            write_whole(self.file, json.dumps(entries, indent=1).encode())

    def _path(self, exercise: Exercise, source: Source) -> Path | None:
        """Return the file to run, in full, since the units run in another folder; None for the solution."""
        if exercise.kind is not Kind.PART:
            parts = [one.id for one in self._workspace.course if one.kind is Kind.PART]
            raise WrongUsage(
                f"Nothing of {exercise.id} runs in the shop: there is nothing to choose.",
                f"Only these exercises end in a part of the shop: {', '.join(parts)}.",
            )
        if source is Source.SOLUTION:
            return None
        if source is Source.MINE:
            return self._workspace.existing(exercise).absolute()
        if exercise.broken is None:
            raise WrongUsage(
                f"{exercise.id} has no broken version to show.",
                f"Use yours or the solution: uv run lab use {exercise.id} mine",
            )
        if not exercise.broken.is_file():
            raise NotFound(f"{exercise.broken} is not there.", f"git checkout -- {exercise.broken}")
        return exercise.broken

    def _read(self) -> dict[str, Entry]:
        data = read_if_there(self.file)
        if data is None:
            return {}
        try:
            return {name: _entry(raw["origin"], raw["file"]) for name, raw in json.loads(data).items()}
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise LabError(
                f"{self.file} is damaged ({error}).",
                "Delete it: every part is then the solution's again, your files stay.",
            ) from error


def _entry(origin: str, file: str) -> Entry:
    if origin not in {Source.MINE, Source.BROKEN}:
        raise ValueError(f"{origin!r} is neither {Source.MINE} nor {Source.BROKEN}")
    return {"origin": origin, "file": str(Path(file))}
