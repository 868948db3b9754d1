"""One exercise in the workspace: where its files lie, how the learner's file stands, and the copies of it.

    workspace/<id>/<file>                                the learner's file
    workspace/<id>/<file>.new                            a newer starter, where an update could not be merged
    workspace/.course/base/<id>/<file>                   the starter that the learner's file came from
    workspace/.course/offered/<id>/<file>                the starter that was put into <file>.new
    workspace/.course/backups/<id>/<moment>-<file>       what the learner had before the lab changed it

Nothing that a learner wrote is ever deleted.
"""

import re
import shlex
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from itertools import count
from pathlib import Path
from typing import Final

from lab.course.catalog import Exercise
from lab.course.files import put_new, read_if_there

RECORDS: Final = ".course"
"""The folder of the lab's own records in a workspace."""
_MOMENT: Final = "%Y%m%dT%H%M%SZ"
_KEPT: Final = re.compile(r"(?P<moment>\d{8}T\d{6}Z)(\.\d+)?-(?P<name>.+)")
_BY_PROGRAMS: Final = re.compile(r"\..*|.*~|.*\.(new|pyc|swp|bak|orig)|__pycache__")
"""Files that no person has named: hidden ones, and what editors and the lab itself leave."""


class FileState(StrEnum):
    """How the learner's file stands."""

    NOT_BEGUN = "not_begun"
    UNTOUCHED = "untouched"  # the starter, byte for byte
    EDITED = "edited"
    MISSING = "missing"  # begun, and then deleted, moved or renamed


@dataclass(frozen=True, slots=True)
class Found:
    """How the learner's file stands. `renamed`: where it is missing, the file beside it that may be it."""

    state: FileState
    file: Path
    renamed: Path | None = None


@dataclass(frozen=True, slots=True)
class Backup:
    """A copy of what the learner had, and where it belongs."""

    copy: Path
    file: Path
    made: datetime

    @property
    def restore(self) -> str:
        """The command that brings it back."""
        return shlex.join(["cp", str(self.copy), str(self.file)])


@dataclass(frozen=True, slots=True)
class Desk:
    """The places of one exercise in a workspace."""

    workspace: Path
    exercise: Exercise

    @property
    def file(self) -> Path:
        """The learner's file."""
        return self.workspace / self.exercise.id / self.exercise.file

    @property
    def base(self) -> Path:
        """The starter that the learner's file came from."""
        return self._record("base") / self.exercise.file

    @property
    def offered(self) -> Path:
        """The starter that was put beside the learner's file."""
        return self._record("offered") / self.exercise.file

    @property
    def beside(self) -> Path:
        """The file with the newer starter."""
        return self.file.with_name(f"{self.file.name}.new")

    def _record(self, name: str) -> Path:
        return self.workspace / RECORDS / name / self.exercise.id

    def look(self) -> Found:
        """Say how the learner's file stands. Reads only."""
        mine = read_if_there(self.file)
        base = read_if_there(self.base)
        if mine is not None:
            starter = read_if_there(self.exercise.starter) if base is None else base
            return Found(FileState.UNTOUCHED if mine == starter else FileState.EDITED, self.file)
        if base is not None:
            return Found(FileState.MISSING, self.file, self._renamed())
        return Found(FileState.NOT_BEGUN, self.file)

    def _renamed(self) -> Path | None:
        """Guess: of the same kind rather than of another, and the one that was changed last."""
        folder = self.file.parent
        files = [one for one in folder.glob("*") if one.is_file() and not _BY_PROGRAMS.fullmatch(one.name)]
        alike = [one for one in files if one.suffix == self.file.suffix] or files
        return max(alike, key=lambda one: one.stat().st_mtime, default=None)

    def keep(self, file: Path, now: datetime) -> Backup:
        """Copy a file of the learner's into the backups. Two in one second are two copies."""
        data = read_if_there(file) or b""
        moment = now.astimezone(UTC).strftime(_MOMENT)
        for number in count(1):
            copy = self._record("backups") / f"{moment}{f'.{number}' if number > 1 else ''}-{file.name}"
            if put_new(copy, data):
                return self._backup(copy)
        raise AssertionError  # there is always a next number

    def backups(self) -> list[Backup]:
        """Return the copies that were kept, the oldest first."""
        copies = [copy for copy in self._record("backups").glob("*") if _KEPT.fullmatch(copy.name)]
        return sorted(map(self._backup, copies), key=lambda one: (one.made, len(one.copy.name), one.copy.name))

    def _backup(self, copy: Path) -> Backup:
        parts = _KEPT.fullmatch(copy.name)
        assert parts
        made = datetime.strptime(parts["moment"], _MOMENT).replace(tzinfo=UTC)
        return Backup(copy, self.file.with_name(parts["name"]), made)
