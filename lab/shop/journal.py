"""A journal: what lay on Kafka, kept in a file that can be told again without any broker.

JSON lines, one record each, its bytes as base64, so that nothing is lost that cannot be read; notes may stand between
them. The file is only ever appended to, line by line: what was written before a crash stays readable.
"""

import base64
import binascii
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

from msgspec.json import Encoder

from lab.errors import DiskFull, NotFound, WrongUsage
from lab.shop.contracts import MAX_RECORD_BYTES, Record
from lab.shop.seen import Seen

LINE_AT_MOST: Final = 4 * MAX_RECORD_BYTES
_JSON: Final = Encoder()
"""It writes bytes as base64."""


@dataclass(frozen=True, slots=True)
class Note:
    """A line that is no record: something that was noted beside them, for whoever knows its kind.

    at_ms: milliseconds since the epoch. data: whatever JSON can hold.
    """

    kind: str
    at_ms: int
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that is not a record. `number` counts from 1."""

    number: int
    why: str


class JournalWriter(AbstractContextManager["JournalWriter"]):
    """Keeps records in a new file. Raises WrongUsage for a file that is there already: no journal is overwritten."""

    def __init__(self, path: Path) -> None:
        self._path, self.records = path, 0
        try:
            self._file: IO[bytes] = path.open("xb")
        except FileExistsError as error:
            raise WrongUsage(
                f"{path} is there already.", "Choose another name: a journal is not overwritten."
            ) from error
        except OSError as error:
            raise WrongUsage(f"{path} cannot be written: {error.strerror}.", "Choose another place.") from error

    def keep(self, record: Record) -> None:
        """Append one record; it is in the file when this returns. Raises DiskFull."""
        self.keep_all((record,))

    def keep_all(self, entries: Sequence[Record | Note]) -> None:
        """Append many at once; they are in the file when this returns. Raises DiskFull."""
        try:
            self._file.write(_lines(entries))
            self._file.flush()
        except OSError as error:
            raise DiskFull(
                f"The journal {self._path} stopped after {self.records} records: {error.strerror}.",
                "Make room; what is in the file can be told: uv run lab replay FILE",
            ) from error
        self.records += len(entries)

    def __exit__(self, *_: object) -> None:
        self._file.close()


def read_journal(path: Path) -> Iterator[Seen | Note | BadLine]:
    """Yield what the file holds, in its own sequence. Whatever is in it, only a file that cannot be opened raises."""
    try:
        file = path.open("rb")
    except OSError as error:
        raise NotFound(
            f"{path} cannot be read: {error.strerror}.", "A journal is made by: uv run lab events --record FILE"
        ) from error
    with file:
        number = 0
        while line := file.readline(LINE_AT_MOST):
            number += 1
            if len(line) == LINE_AT_MOST and not line.endswith(b"\n"):
                while (rest := file.readline(LINE_AT_MOST)) and not rest.endswith(b"\n"):
                    pass
                yield BadLine(number, f"it is longer than {LINE_AT_MOST} bytes")
            elif line.strip():
                yield _from_line(line, number)


def to_line(entry: Record | Note) -> bytes:
    """Write a record, or a note, as one line."""
    if isinstance(entry, Note):  # what is noted may hold anything, such as a path that is not UTF-8
        return json.dumps({"note": entry.kind, "at_ms": entry.at_ms, "data": entry.data}).encode() + b"\n"
    try:
        return _JSON.encode_lines((entry,))
    except UnicodeEncodeError:  # half a character in a name: Kafka has none such, a hand may have written one
        row = {name: getattr(entry, name) for name in Record.__dataclass_fields__}
        return json.dumps(row, default=_encode).encode() + b"\n"


def _lines(entries: Sequence[Record | Note]) -> bytes:
    """Write them all; many records at once are what comes most."""
    if not any(isinstance(entry, Note) for entry in entries):
        with suppress(UnicodeEncodeError):
            return _JSON.encode_lines(entries)
    return b"".join(map(to_line, entries))


def _encode(value: bytes) -> str:
    return base64.b64encode(value).decode()


def _from_line(line: bytes, number: int) -> Seen | Note | BadLine:
    try:
        row = json.loads(line)
        return _note(row) if isinstance(row, dict) and "note" in row else Seen.of(_record(row))
    except RecursionError:
        return BadLine(number, "it is nested too deep")
    except (ValueError, KeyError, TypeError, AttributeError, binascii.Error) as error:
        missing = isinstance(error, KeyError)
        return BadLine(number, f"{error} is missing" if missing else str(error) or "it is not a record")


def _note(row: Mapping[str, Any]) -> Note:
    kind, at_ms, data = row["note"], row["at_ms"], row["data"]
    if not isinstance(kind, str) or type(at_ms) is not int or not isinstance(data, dict):
        raise TypeError("it is not a note")
    if not 0 <= at_ms < _YEAR_9999_MS:
        raise ValueError("at_ms is no time")
    return Note(kind, at_ms, data)


def _record(row: Any) -> Record:
    if not isinstance(row, dict):
        raise TypeError("it is not a record")
    numbers = {name: row[name] for name in ("partition", "offset", "timestamp_ms")}
    for name, value in {"topic": row["topic"], **numbers}.items():
        if type(value) is not (str if name == "topic" else int):
            raise TypeError(f"{name} is not what it should be")
    if not 0 <= row["timestamp_ms"] < _YEAR_9999_MS:
        raise ValueError("timestamp_ms is no time")
    headers = tuple((str(name), _decode(value)) for name, value in row["headers"])
    return Record(
        row["topic"],
        row["partition"],
        row["offset"],
        _decode(row["key"]),
        _decode(row["value"]),
        headers,  # type: ignore[arg-type]  # a header's value may be null on Kafka, too; decode() says so
        row["timestamp_ms"],
    )


_YEAR_9999_MS: Final = 253_402_000_000_000


def _decode(text: str | None) -> bytes | None:
    return None if text is None else base64.b64decode(text, validate=True)
