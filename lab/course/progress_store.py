"""Keeps the learner's progress in `<workspace>/progress.json`, and loses nothing.

- A write is whole or not at all, also under kill -9 and when the power fails.
- The version before is kept beside it, as `progress.json.bak`.
- Two terminals at once take turns: what is changed is what is in the file, read under a lock.
- A damaged file is kept aside under a name with the time, and the backup counts. `notices` has the sentences to show.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Final, TypeVar

from lab.course.files import locked, put_new, read_if_there, write_whole
from lab.course.progress import FORMAT, Progress
from lab.course.progress_format import MIGRATIONS, Damaged, Migration, Stored, from_bytes, to_bytes

T = TypeVar("T")
LOCK: Final = Path(".course") / "progress.lock"


def _clock() -> datetime:
    return datetime.now(UTC)


def digest_of(file: Path) -> str:
    """Return a digest of the file's bytes, by which a changed one is told from an unchanged; "" where there is none."""
    data = read_if_there(file)
    return "" if data is None else hashlib.sha256(data).hexdigest()


class ProgressStore:
    """The progress of one workspace. Nothing is kept in memory: every call reads the file."""

    def __init__(
        self,
        workspace: Path,
        *,
        migrations: Mapping[int, Migration] = MIGRATIONS,
        clock: Callable[[], datetime] = _clock,
    ) -> None:
        self.file = workspace / "progress.json"
        self.backup = workspace / "progress.json.bak"
        self.notices: list[str] = []
        """Sentences for the learner about what was found and done; whoever has shown them may clear the list."""
        self._lock = workspace / LOCK
        self._migrations, self._clock = migrations, clock

    def read(self) -> Progress:
        """Return what is kept; an empty Progress where nothing is yet. A sound file is read without waiting.

        Raises LabError for a file of a newer lab, MachineProblem where a file or folder is in the way, and Conflict
        where another `lab` holds the lock too long.
        """
        found = self._look(self.file)
        if isinstance(found, Stored):
            return found.progress
        if found is None and self._look(self.backup) is None:
            return Progress()
        with locked(self._lock):
            return self._settle().progress

    def change(self, function: Callable[[Progress], Progress]) -> Progress:
        """Replace what is kept by what `function` makes of it; return that.

        Whatever fails, the file is as it was before. If `function` raises, its error comes through. It must not take
        long, and must not call the store: others wait. Raises as `read` does, and DiskFull.
        """

        def both(progress: Progress) -> tuple[Progress, Progress]:
            changed = function(progress)
            return changed, changed

        return self.change_and_tell(both)

    def change_and_tell(self, function: Callable[[Progress], tuple[Progress, T]]) -> T:
        """Do as `change` does, for a function that has something to tell as well; return that."""
        with locked(self._lock):
            before = self._settle()
            after, told = function(before.progress)
            if after != before.progress:
                self._keep(before, after)
            return told

    def _look(self, path: Path) -> Stored | Damaged | None:
        data = read_if_there(path)
        return None if data is None else from_bytes(data, str(path), self._migrations)

    def _settle(self) -> Stored:
        """Return what counts, after keeping aside what is damaged. Only under the lock."""
        found = self._look(self.file)
        if isinstance(found, Stored):
            return found
        backup = self._look(self.backup)
        aside = list(self._keep_aside([(self.file, found), (self.backup, backup)]))
        if isinstance(backup, Stored):
            write_whole(self.file, backup.data)
            happened = f"was damaged; it is kept as {aside[0]}" if aside else "is not there any more"
            self.notices.append(
                f"{self.file} {happened}. Your progress comes from its backup; what was noted last may be missing. "
                f"(To begin anew, delete {self.backup.name}, too.)"
            )
            return backup
        fresh = Progress()
        if aside:
            write_whole(self.file, to_bytes(fresh))
            self.notices.append(
                f"Your progress could not be read, and it has no sound backup. It begins anew; the files that you "
                f"wrote are as they were. Kept in {self.file.parent}: {', '.join(aside)}."
            )
        return Stored(fresh, b"", FORMAT)

    def _keep_aside(self, files: Iterable[tuple[Path, Stored | Damaged | None]]) -> Iterable[str]:
        for path, found in files:
            if isinstance(found, Damaged):
                stem = f"{path.name}.damaged-{self._clock():%Y%m%dT%H%M%SZ}"
                names = (stem if not number else f"{stem}-{number}" for number in count())
                name = next(name for name in names if put_new(path.with_name(name), found.data))
                yield f"{name} ({found.why})"

    def _keep(self, before: Stored, after: Progress) -> None:
        if before.version != FORMAT:  # the backup is soon overwritten, and a migration happens once
            write_whole(self.file.with_name(f"{self.file.name}.format-{before.version}"), before.data)
        if before.data:
            write_whole(self.backup, before.data)
        write_whole(self.file, to_bytes(after))
        for left in self.file.parent.glob(f".{self.file.name}*.part"):  # by a `lab` that was killed in mid-write
            with suppress(OSError):
                left.unlink()
