"""Writes files whole or not at all, one process at a time, and never over what nobody has read.

A file that cannot be written is a MachineProblem that names the way out.
"""

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from lab.errors import Conflict, DiskFull, MachineProblem

LOCK_SECONDS = 5.0
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})


@contextmanager
def locked(lock: Path) -> Iterator[None]:
    """Hold a lock between processes; its folder is made. Raises Conflict where another `lab` keeps it for 5 s."""
    held = FileLock(lock, timeout=LOCK_SECONDS)
    with _writing(lock):
        lock.parent.mkdir(parents=True, exist_ok=True)
        try:
            held.acquire()
        except Timeout:
            raise Conflict("Another `lab` is at work on these files.", "Wait until it has, then try again.") from None
    try:
        yield
    finally:
        held.release()


def read_if_there(file: Path) -> bytes | None:
    """Return what the file holds; None where there is none. Raises MachineProblem where it cannot be read."""
    try:
        return file.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise MachineProblem(
            f"{file} cannot be read: {error.strerror}.", f"Look at who may read it: ls -ld '{file}'"
        ) from error


def write_whole(file: Path, data: bytes) -> None:
    """Put `data` into the file, whole or not at all; its mode stays, a link is followed, its folder is made."""
    target = file.resolve()
    with _writing(file), _part(target, data) as part:
        with suppress(FileNotFoundError):
            shutil.copymode(target, part)
        part.replace(target)


def put_new(file: Path, data: bytes) -> bool:
    """Make the file with this in it, and say whether that was done: what is there already is never replaced."""
    with _writing(file), _part(file, data) as part:
        try:
            os.link(part, file)  # the one way to make a file whole and yet never over another
        except FileExistsError:
            return False
        except OSError:  # a file system without hard links
            with suppress(FileExistsError), file.open("xb") as made:
                made.write(data)
                return True
            return False
        return True


def replace_seen(file: Path, seen: bytes | None, data: bytes) -> None:
    """Replace `seen`, None for no file, by `data`. Raises Conflict where something else was saved since it was read."""
    if read_if_there(file) != seen or (seen is None and not put_new(file, data)):
        raise Conflict(f"{file} was saved at this very moment.", "It stays as you saved it. Try again.")
    if seen is not None:
        write_whole(file, data)


@contextmanager
def _part(file: Path, data: bytes) -> Iterator[Path]:
    """Write `data` beside the file, under a name that nobody looks for; it is gone afterwards."""
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_name(f".{file.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())  # else a power cut can leave the new name with nothing in it
        yield part
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def _writing(file: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise DiskFull(
                f"{file} cannot be written: the disk is full.", "Make room, then try again; nothing is lost."
            ) from error
        raise MachineProblem(
            f"{file} cannot be written: {error.strerror or error}.",
            f"Make {file.parent} writable for you, or choose another folder for your files with LAB_WORKSPACE.",
        ) from error
