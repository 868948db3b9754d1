"""The journal on disk: everything seen goes in, from the first second; it can be kept under a name, and read again."""

import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from itertools import count
from pathlib import Path
from typing import Any, Final

from filelock import FileLock, Timeout

from lab.errors import LabError, WrongUsage
from lab.shop.contracts import Record
from lab.shop.journal import BadLine, JournalWriter, Note, read_journal
from tui.model.item import Item, Kind, Look, UnitLook, UnitState, done, from_record, looked

SUFFIX: Final = ".olj"
LATEST, BEFORE = "latest", "before"
_DONE, _LOOK = "done", "look"


class Journal:
    """Writes items into a file of its own in a folder: `latest.olj`, or `latest-2.olj` while another app writes that.

    When that fails it says so once, and the app goes on.

    trouble: why nothing is written any more, and what to do; empty while all is well.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._writer: JournalWriter | None = None
        self._place: FileLock | None = None
        self.trouble = ""
        self.file = folder / f"{LATEST}{SUFFIX}"

    def open(self) -> None:
        """Begin a new file; the one of the visit before is kept as `before.olj`."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            which = self._take_place()
            self.file = self._folder / f"{LATEST}{which}{SUFFIX}"
            if self.file.exists():
                self.file.replace(self._folder / f"{BEFORE}{which}{SUFFIX}")
            self._writer = JournalWriter(self.file)
        except (OSError, LabError) as error:
            self._stop(error)

    def _take_place(self) -> str:
        """Find a name that no other app writes to now, and hold it; return what tells it from the first one's."""
        for number in count(1):
            which = f"-{number}" if number > 1 else ""
            place = FileLock(self._folder / f".{LATEST}{which}.lock", blocking=False, thread_local=False)
            with suppress(Timeout):
                place.acquire()
                self._place = place
                return which
        raise AssertionError("there is always one more")

    def write(self, items: Sequence[Item]) -> None:
        """Append items. Never raises: what cannot be written ends the journal, and `trouble` says why."""
        if self._writer is None or not items:
            return
        try:
            self._writer.keep_all([entry for item in items if (entry := _entry(item)) is not None])
        except LabError as error:
            self._stop(error)

    def keep(self, name: str) -> Path:
        """Copy what there is so far to a file of that name; return it. Raises WrongUsage."""
        stem = name.removesuffix(SUFFIX).strip()
        if not stem or "/" in stem or stem.startswith("."):
            raise WrongUsage(f"{name!r} is no name for a journal.", "Choose a simple word, such as: monday")
        target = self._folder / f"{stem}{SUFFIX}"
        if target.exists():
            raise WrongUsage(f"{target.name} is there already.", "Choose another name: no journal is overwritten.")
        try:
            shutil.copyfile(self.file, target)
        except OSError as error:
            raise WrongUsage(
                f"{target.name} cannot be written: {error.strerror}.", "Make room, and try again."
            ) from error
        return target

    def close(self) -> None:
        """End the file."""
        writer, self._writer = self._writer, None
        place, self._place = self._place, None
        try:
            if writer is not None:
                writer.__exit__()
        finally:
            if place is not None:
                place.release()

    def _stop(self, error: Exception) -> None:
        self.trouble = f"{error.what} {error.mend}" if isinstance(error, LabError) else f"The journal stopped: {error}"
        with suppress(OSError):  # what was not written before is not written now
            self.close()


@dataclass(frozen=True, slots=True)
class Damage:
    """A journal that holds something else, too. `after_ms`: the time of the last item before it."""

    lines: int
    first_line: int
    why: str
    after_ms: int


def read_items(file: Path) -> tuple[list[Item], Damage | None]:
    """Read a journal. Raises NotFound when the file cannot be opened; damage is told, and what is whole is kept."""
    items: list[Item] = []
    bad: list[BadLine] = []
    after = 0
    for entry in read_journal(file):
        if isinstance(entry, BadLine):
            after = after or (items[-1].at_ms if items else 0)
            bad.append(entry)
        elif isinstance(entry, Note):
            items.extend(_from_note(entry))
        else:
            items.append(from_record(entry.record))
    return items, Damage(len(bad), bad[0].number, bad[0].why, after) if bad else None


def _entry(item: Item) -> Record | Note | None:
    if item.record is not None:
        return item.record
    if item.look is not None:
        units = {name: {**asdict(look), "state": look.state.value} for name, look in item.look.units.items()}
        known = {"lag": dict(item.look.lag), "parked": item.look.parked, "phase": item.look.phase}
        return Note(_LOOK, item.at_ms, {"units": units, **known})
    if item.kind is Kind.DONE:
        return Note(_DONE, item.at_ms, {"sentence": item.name, "unit": item.unit})
    return None


def _from_note(note: Note) -> Iterator[Item]:
    """Make the item of a note; one that this version does not know, or that is damaged, is left out."""
    try:
        if note.kind == _DONE:
            yield done(str(note.data["sentence"]), str(note.data["unit"]), note.at_ms)
        elif note.kind == _LOOK:
            yield looked(_look(note.data), note.at_ms)
    except (KeyError, TypeError, ValueError, AttributeError):
        return


def _look(data: Mapping[str, Any]) -> Look:
    parked = None if data.get("parked", 0) is None else int(data.get("parked", 0))
    return Look(dict(_units(data["units"])), _numbers(data["lag"]), parked, int(data.get("phase", 1)))


def _units(said: Mapping[str, Any]) -> Iterable[tuple[str, UnitLook]]:
    for name, row in said.items():
        yield str(name), UnitLook(**{**row, "state": UnitState(row["state"])})


def _numbers(said: Mapping[str, Any]) -> Mapping[str, int]:
    return {str(name): int(number) for name, number in said.items()}
