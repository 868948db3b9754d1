"""Reading the end of a unit's log file, which supervisord rotates (`name.log` becomes `name.log.1`)."""

import os
import time
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

_TAIL_BYTES = 4096
_LINE_BYTES = 1024  # longer than a line of ours is on average; of longer ones fewer are found
_POLL_SECONDS = 0.1


def lines(path: Path, *, count: int, follow: bool) -> Iterator[str]:
    """Yield the last `count` lines without line ends; with `follow`, also each new one, for ever."""
    last: deque[str] = deque(maxlen=count)
    older = path.with_name(f"{path.name}.1")
    if older.exists():
        with older.open(encoding="utf-8", errors="replace") as file:
            _near_the_end(file, count)
            last.extend(file)
    while not path.exists() and follow:
        time.sleep(_POLL_SECONDS)
    if not path.exists():
        yield from (line.rstrip("\n") for line in last)
        return
    with path.open(encoding="utf-8", errors="replace") as file:
        _near_the_end(file, count)
        last.extend(file)
        yield from (line.rstrip("\n") for line in last)
        if follow:
            yield from _new_lines(path, file)


def _near_the_end(file: TextIO, count: int) -> None:
    """Go to where the last `count` lines begin, or before it: a long log is not read whole for its end."""
    room = max(_TAIL_BYTES, count * _LINE_BYTES)
    size = os.fstat(file.fileno()).st_size
    if size > room:
        file.seek(size - room)
        file.readline()  # the rest of a line that began before


def _new_lines(path: Path, file: TextIO) -> Iterator[str]:
    begun = ""
    while True:
        begun += file.readline()
        if begun.endswith("\n"):
            yield begun.rstrip("\n")
            begun = ""
        elif _rotated(path, file):
            yield from _of_the_new_file(path)
        else:
            time.sleep(_POLL_SECONDS)


def _of_the_new_file(path: Path) -> Iterator[str]:
    with path.open(encoding="utf-8", errors="replace") as file:
        yield from _new_lines(path, file)


def _rotated(path: Path, file: TextIO) -> bool:
    try:
        return path.stat().st_ino != _inode(file)
    except OSError:
        return False


def _inode(file: TextIO) -> int:

    return os.fstat(file.fileno()).st_ino


def last_line(path: Path) -> str:
    """Return the last line that is not empty, or "" where there is none."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - _TAIL_BYTES))
            text = file.read().decode("utf-8", "replace")
    except OSError:
        return ""
    return next((line.strip() for line in reversed(text.splitlines()) if line.strip()), "")
