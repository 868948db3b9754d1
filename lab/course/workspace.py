"""The learner's files: made on first use, never overwritten, put back and updated without loss.

Their places are drawn in desk.py, and what an update of the course does is said in updating.py. Commands that run at
the same time take turns. A file or folder that cannot be written is a MachineProblem.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from lab.course import starters
from lab.course.catalog import Course, Exercise
from lab.course.desk import RECORDS, Backup, Desk, FileState, Found
from lab.course.files import locked, put_new, read_if_there, replace_seen, write_whole
from lab.course.updating import Change, Updated, clear, take_along, update
from lab.errors import LabError, NotFound

__all__ = ["Backup", "Change", "FileState", "Found", "TakenOver", "Updated", "Workspace"]


@dataclass(frozen=True, slots=True)
class TakenOver:
    """Where an edit of the wrong copy is now. `backup`: what the learner's file held before, where it was edited."""

    file: Path
    backup: Backup | None = None


class Workspace:
    """The learner's files of one course, in one folder."""

    def __init__(self, folder: Path, course: Course) -> None:
        self.folder = folder
        self.course = course

    def file(self, exercise: Exercise) -> Path:
        """Return where the learner's file of this exercise is, or would be."""
        return self._desk(exercise).file

    def state(self, exercise: Exercise) -> Found:
        """Say how the learner's file stands. Reads only."""
        return self._desk(exercise).look()

    def backups(self, exercise: Exercise) -> list[Backup]:
        """Return the copies that were kept before the lab changed a file, the oldest first."""
        return self._desk(exercise).backups()

    def ensure(self, exercise: Exercise) -> Path:
        """Return the learner's file; on first use it is made from the starter. What is there is never replaced.

        Raises NotFound where it was begun and is gone: deleted or renamed. `reset` makes it anew.
        """
        desk = self._desk(exercise)
        if desk.file.is_file() and desk.base.is_file():
            return desk.file
        with self._alone():
            take_along(desk)
            if desk.look().state is FileState.MISSING:
                raise _gone(exercise, desk.look())
            if not desk.base.is_file():
                starter = starters.pristine(exercise, desk.base)
                put_new(desk.file, starter)
                put_new(desk.base, starter)  # last: a file without a base is one that was never finished
        return desk.file

    def existing(self, exercise: Exercise) -> Path:
        """Return the learner's file. Raises NotFound where it is not begun, and where it is gone."""
        found = self.state(exercise)
        if found.state is FileState.NOT_BEGUN:
            raise NotFound(
                f"You have not begun {exercise.id}: there is no {found.file}.", f"Begin: uv run lab open {exercise.id}"
            )
        if found.state is FileState.MISSING:
            raise _gone(exercise, found)
        return found.file

    def reset(self, exercise: Exercise, now: datetime) -> Backup | None:
        """Put the starter back, also where the file is gone. Returns the copy of what was edited, if anything was."""
        desk = self._desk(exercise)
        with self._alone():
            starter = starters.pristine(exercise, desk.base)
            mine = read_if_there(desk.file)
            nobodys = {None, starter, read_if_there(desk.base)}
            backup = None if mine in nobodys else desk.keep(desk.file, now)
            replace_seen(desk.file, mine, starter)
            write_whole(desk.base, starter)
            clear(desk, now)
        return backup

    def update(self, exercise: Exercise, now: datetime) -> Updated:
        """Bring the learner's file up to the starter as it is shipped now; see `Change` for what comes of it."""
        desk = self._desk(exercise)
        if not desk.base.parent.is_dir():  # not begun, under whatever name
            return Updated(Change.NOTHING, desk.file)
        theirs = starters.pristine(exercise, desk.base)
        if read_if_there(desk.base) == theirs:
            return Updated(Change.NOTHING, desk.file)
        with self._alone():
            return update(desk, theirs, now)

    def update_all(self, now: datetime) -> Iterator[tuple[Exercise, Updated]]:
        """Update every exercise that was begun; yield those where something was done, or is to be done by hand."""
        for exercise in self.course:
            if (updated := self.update(exercise, now)).change is not Change.NOTHING:
                yield exercise, updated

    def take_over(self, exercise: Exercise, now: datetime) -> TakenOver:
        """Move what was edited in exercises/ into the workspace, and restore the shipped starter.

        The learner's own file is backed up where it was edited, too. Raises LabError, and changes nothing, where the
        starter as shipped is not to be had.
        """
        desk = self._desk(exercise)
        with self._alone():
            starter = starters.pristine(exercise, desk.base)
            edit, mine = read_if_there(exercise.starter), read_if_there(desk.file)
            if edit == starter:
                raise LabError(f"{exercise.starter} is as it was shipped.", f"Your file is {desk.file}.")
            backup = None
            if edit is not None:
                at_hand_anyway = {None, edit, read_if_there(desk.base)}
                backup = None if mine in at_hand_anyway else desk.keep(desk.file, now)
                replace_seen(desk.file, mine, edit)
                write_whole(desk.base, starter)
            replace_seen(exercise.starter, edit, starter)
        return TakenOver(desk.file, backup)

    def _desk(self, exercise: Exercise) -> Desk:
        return Desk(self.folder, exercise)

    def _alone(self) -> AbstractContextManager[None]:
        return locked(self.folder / RECORDS / "workspace.lock")


def _gone(exercise: Exercise, found: Found) -> NotFound:
    anew = f"To begin anew: uv run lab reset {exercise.id}"
    if found.renamed is None:
        return NotFound(f"{found.file} is not there any more.", f"Put it back where it was. {anew}")
    return NotFound(
        f"{found.file} is not there any more. Is {found.renamed.name}, beside it, the same file?",
        f"Rename it back: mv '{found.renamed}' '{found.file}'\n{anew}",
    )
