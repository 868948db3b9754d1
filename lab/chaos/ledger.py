"""The client's ledger: what was sent, what was answered, and what was done to the shop on purpose, in a file.

JSON lines. Each lies on the disk before the call that wrote it returns, so a POST stands in the ledger before it is on
its way: whoever is killed, the ledger knows what may have arrived. The file is only ever appended to.

| line | holds |
|---|---|
| `begun` | the run's seed |
| `sending` | an Idempotency-Key, which attempt it is (from 1), the body, when |
| `answered` | key and attempt, the HTTP status (0: none came), with 202 the order id |
| `fault` | what was done to which unit, when, and how often it hit (0: it met nobody) |
| `poison` | a bad record that was put on a topic: where it lies, the sha256 of its bytes, what is wrong with it |
| `duplicate` | a record that was sent a second time: where both lie; who was led past the first one |
"""

import os
import threading
import time
from collections import Counter
from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from lab.chaos.told import Answered, Begun, Duplicate, Entry, FaultDone, Poison, Sending, Told, fingerprint
from lab.engines import state
from lab.errors import DiskFull, NotFound, WrongUsage

__all__ = ["Ledger", "read_ledger"]

_LINES: Final[TypeAdapter[Entry]] = TypeAdapter(Entry)


def own_ledger() -> Path:
    """Return where the ledger of this checkout's shop is kept; it may not exist yet. It goes with the shop's books."""
    return state.books() / "ledger.jsonl"


class Ledger(AbstractContextManager["Ledger"]):
    """Writes the file; one that is there is gone on with. Threads and tasks may share it.

    Raises WrongUsage where the file cannot be written or is no ledger, and DiskFull when there is no room left.
    """

    def __init__(self, path: Path) -> None:
        self.path, self._lock = path, threading.Lock()
        self._attempts: Counter[str] = Counter()
        if path.exists():
            self._attempts.update(one.key for one in read_ledger(path).sent)
            _cut_torn_line(path)
        try:
            self._file = path.open("ab", buffering=0)
        except OSError as error:
            raise WrongUsage(f"{path} cannot be written: {error.strerror}.", "Choose another place.") from error

    def begun(self, seed: int) -> None:
        """Note from which seed this run can be repeated."""
        self._write(Begun(seed))

    def sending(self, key: str, body: Mapping[str, Any]) -> int:
        """Note a POST that is about to be sent; return which attempt under this key it is, from 1."""
        with self._lock:
            self._attempts[key] += 1
            attempt = self._attempts[key]
        self._write(Sending(key, attempt, body, time.time()))
        return attempt

    def answered(self, key: str, attempt: int, status: int, order_id: str = "") -> None:
        """Note what was answered to an attempt. `status`: HTTP's; 0 where no answer came, and nobody knows."""
        self._write(Answered(key, attempt, status, order_id))

    def fault(self, name: str, unit: str, *, hits: int, at: float | None = None) -> None:
        """Note what was done to a unit on purpose. `hits`: how much it met; `at`: seconds since the epoch, else now."""
        self._write(FaultDone(name, unit, time.time() if at is None else at, hits))

    def poisoned(self, topic: str, partition: int, offset: int, value: bytes | None, kind: str) -> None:
        """Note a bad record that lies on a topic (its name without the prefix). `kind`: what is wrong with it."""
        self._write(Poison(topic, partition, offset, fingerprint(value), kind))

    def duplicated(self, topic: str, partition: int, original: int, copy: int, instead_for: str = "") -> None:
        """Note a record that was sent again, unchanged: the offsets of both, in the same partition.

        instead_for: the unit that was led past the original, and hears the copy alone; empty: nobody was.
        """
        self._write(Duplicate(topic, partition, original, copy, instead_for))

    def __exit__(self, *_: object) -> None:
        self._file.close()
        if not self.path.stat().st_size:  # nothing was noted: that is no ledger
            self.path.unlink()

    def _write(self, entry: Entry) -> None:
        line = _LINES.dump_json(entry) + b"\n"
        try:
            with self._lock:
                self._file.write(line)
                os.fsync(self._file.fileno())
        except OSError as error:
            raise DiskFull(
                f"The ledger {self.path} cannot be gone on with: {error.strerror}.",
                "Make room. What is in it can be audited: uv run lab verify --ledger FILE",
            ) from error


def read_ledger(path: Path) -> Told:
    """Return what the file tells. A last line that was torn by a crash is left out.

    Raises NotFound where there is no such file, and WrongUsage, with the line's number, where any other line is bad.
    """
    try:
        lines = path.read_bytes().split(b"\n")
    except OSError as error:
        raise NotFound(
            f"{path} cannot be read: {error.strerror}.", "Name the file in which the client kept its ledger."
        ) from error
    return Told.of([_entry(line, path, number) for number, line in enumerate(lines[:-1], start=1)])


def _entry(line: bytes, path: Path, number: int) -> Entry:
    try:
        return _LINES.validate_json(line, strict=True, extra="forbid")
    except ValidationError as error:
        raise WrongUsage(
            f"Line {number} of {path} is no line of a ledger: {error.errors()[0]['msg']}.",
            "Name the file in which the client kept its ledger. One that somebody has edited proves nothing.",
        ) from error


def _cut_torn_line(path: Path) -> None:
    """Take away what a crash left behind the last whole line: the next line must begin on its own."""
    lines = path.read_bytes()
    if not lines.endswith(b"\n"):  # else somebody else may be writing to it right now
        os.truncate(path, lines.rfind(b"\n") + 1)
