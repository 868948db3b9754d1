"""Which processes were started: pid *and* start time of each, so that an orphan is known for certain and ended.

kill -9 of supervisord leaves its programs running; a reboot gives their pids to strangers. Both are told apart by the
start time: where the boot has an id, by seconds since that boot, for the wall clock may have been adjusted since.
"""

import json
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from lab.engines import boots
from lab.engines.base import UnitKind
from lab.engines.programs import write_private

SUPERVISOR = "_supervisord"
_SAME = 2.0  # seconds; without a boot id it is the wall clock that is compared
_GRACE = 8.0  # seconds between SIGTERM and SIGKILL


@dataclass(frozen=True, slots=True)
class Record:
    """One start of one process."""

    name: str
    pid: int
    created: float  # seconds since the epoch, as the system tells it
    kind: UnitKind | None
    restarts: int
    boot: str | None = None  # the id of the boot, where it has one
    since_boot: float = 0.0  # seconds from then to its start

    def process(self) -> psutil.Process | None:
        """Return the process if it is still the same one, and no zombie."""
        try:
            process = psutil.Process(self.pid)
            return process if self._is(process) and _lives(process) else None
        except psutil.Error:
            return None

    def _is(self, process: psutil.Process) -> bool:
        now = boots.current()
        if self.boot is None or now is None:
            return abs(process.create_time() - self.created) < _SAME
        return self.boot == now and abs(_since_boot(process) - self.since_boot) < _SAME


def _since_boot(process: psutil.Process) -> float:
    """Return when it was started, in seconds since the boot: on Linux, one figure is made from the other."""
    return process.create_time() - psutil.boot_time()


def write(home: Path, name: str, pid: int, kind: UnitKind | None, restarts: int = 0) -> None:
    """Record a process that was just started; one that ended at once leaves no record."""
    with suppress(psutil.Error):
        process = psutil.Process(pid)
        when = {"created": process.create_time(), "boot": boots.current(), "since_boot": _since_boot(process)}
        row = {"pid": pid, "kind": kind, "restarts": restarts, **when}
        write_private(_folder(home) / f"{name}.json", json.dumps(row))


def read(home: Path) -> dict[str, Record]:
    """Return the last recorded start of each program, by name."""
    found = {}
    for path in sorted(_folder(home).glob("*.json")):
        try:
            row = json.loads(path.read_text())
            kind = UnitKind(row["kind"]) if row["kind"] else None
            about = row["pid"], row["created"], kind, row["restarts"], row.get("boot"), row.get("since_boot", 0.0)
            found[path.stem] = Record(path.stem, *about)
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            continue  # cut short by a power cut: nothing of it runs
    return found


def sweep(home: Path) -> None:
    """End every recorded process that still runs, supervisord first, the broker last; forget all records."""
    found = read(home)
    kinds = list(UnitKind)
    ranked = sorted(found.values(), key=lambda record: kinds.index(record.kind) if record.kind else len(kinds))
    for rank in (None, *reversed(kinds)):
        end(process for record in ranked if record.kind == rank and (process := record.process()))
    for name in found:
        (_folder(home) / f"{name}.json").unlink(missing_ok=True)
    with suppress(OSError):
        _folder(home).rmdir()


def end(processes: Iterable[psutil.Process]) -> None:
    """End these processes and all they started: SIGTERM first, SIGKILL for what is left after some seconds."""
    roots = list(processes)
    everyone = [*roots, *(child for root in roots for child in children(root))]
    for process in roots:
        with suppress(psutil.Error):
            process.terminate()
            process.resume()
    for process in await_end(everyone, _GRACE):
        with suppress(psutil.Error):
            process.kill()
    await_end(everyone, _GRACE)


def await_end(processes: Iterable[psutil.Process], seconds: float) -> list[psutil.Process]:
    """Wait until they have ended; return those that have not. A zombie has: who reaps it is not known here."""
    deadline = time.monotonic() + seconds
    left = [process for process in processes if _lives(process)]
    while left and time.monotonic() < deadline:
        time.sleep(0.01)
        left = [process for process in left if _lives(process)]
    return left


def _lives(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def children(process: psutil.Process) -> list[psutil.Process]:
    """Return all that the process started and that still runs; none where it is gone."""
    try:
        return process.children(recursive=True)
    except psutil.Error:
        return []


def _folder(home: Path) -> Path:
    return home / "run" / "pids"
