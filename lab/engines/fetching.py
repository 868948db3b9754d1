"""Fetching one file over HTTP: resumed, checked, and under its final name only when whole."""

import errno
import shutil
import threading
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from lab.engines.stamps import sha256
from lab.errors import CorruptDownload, DiskFull, DownloadFailed

_TRIES = 3
_CHUNK = 1 << 16
_SPARE = 200_000_000  # bytes: beside the download, a cache for the JVM and the first data
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_RESUMED, _RANGE_BEYOND_END = 206, 416


class Tally:
    """The bytes that have arrived, counted by several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.bytes = 0

    def add(self, count: int) -> None:
        """Count `count` bytes more (fewer, if they are thrown away)."""
        with self._lock:
            self.bytes += count


@dataclass(frozen=True, slots=True)
class Fetch:
    """One file to fetch: from any of `urls`, to `path`, with this checksum."""

    urls: tuple[str, ...]
    path: Path
    sha256: str
    tally: Tally
    stop: threading.Event  # set: give up at the next chunk, keep what came


class _SpoiltPart(Exception):
    """What is on disk cannot be gone on with; it is gone, and the next attempt begins anew."""


def fetch(order: Fetch) -> None:
    """Fetch it. Raises DownloadFailed, CorruptDownload or DiskFull, each naming the file."""
    import httpx  # noqa: PLC0415  it takes a moment to import, and jars are fetched once

    problem = ""
    try:
        order.path.parent.mkdir(parents=True, exist_ok=True)
        for attempt in range(_TRIES):
            for url in order.urls:
                try:
                    if _attempt(order, url):
                        return
                except (httpx.HTTPError, httpx.InvalidURL, _SpoiltPart) as error:
                    problem = f"{urlsplit(url).hostname}: {str(error) or type(error).__name__}"
            if order.stop.wait(0.3 * 2**attempt):
                return
    except OSError as error:
        raise disk_error(error, order.path) from error
    raise DownloadFailed(
        f"{order.path.name} could not be fetched ({problem}).",
        "Check the network and any proxy, then run the same command again: what has arrived is kept.",
    )


def _attempt(order: Fetch, url: str) -> bool:
    """Fetch what is missing of the file; False where it was told to stop."""
    import httpx  # noqa: PLC0415

    part = order.path.with_name(f"{order.path.name}.part")
    have = part.stat().st_size if part.exists() else 0
    headers = {"Range": f"bytes={have}-"} if have else {}
    with httpx.stream("GET", url, headers=headers, timeout=20, follow_redirects=True) as answer:
        if answer.status_code == _RANGE_BEYOND_END:
            part.unlink()
            raise _SpoiltPart("the part on disk was longer than the file")
        answer.raise_for_status()
        resumed = answer.status_code == _RESUMED
        with part.open("ab" if resumed else "wb") as file:
            order.tally.add(have if resumed else 0)
            for chunk in answer.iter_raw(_CHUNK):
                file.write(chunk)
                order.tally.add(len(chunk))
                if order.stop.is_set():
                    return False
    _finish(order, part, url, resumed=resumed)
    return True


def _finish(order: Fetch, part: Path, url: str, *, resumed: bool) -> None:
    if sha256(part) == order.sha256:
        part.replace(order.path)
        return
    order.tally.add(-part.stat().st_size)
    part.unlink()
    if resumed:  # the beginning came from elsewhere or was damaged: once more, from the start
        raise _SpoiltPart("the resumed file had another checksum")
    raise CorruptDownload(
        f"{order.path.name} came from {urlsplit(url).hostname} with another checksum than the pinned one; deleted.",
        "Run the same command again. If it happens twice, a proxy or mirror alters files: name another in jgo's "
        "configuration (JGO_CONFIG_FILE, section [repositories]).",
    )


def require_room(folder: Path, size: int) -> None:
    """Raise DiskFull where `size` bytes and some to spare do not fit."""
    free = shutil.disk_usage(folder).free
    if free < size + _SPARE:
        raise DiskFull(
            f"{folder} has {free / 1e6:.0f} MB free; Kafka and its data need {(size + _SPARE) / 1e6:.0f} MB.",
            "Make room, or set LAB_CACHE and LAB_HOME to folders on another disk.",
        )


def disk_error(error: OSError, path: Path) -> DiskFull | DownloadFailed:
    """Return the lab's error for what the disk said while `path` was written."""
    if error.errno in _FULL:
        return DiskFull(
            f"The disk is full: {path.name} could not be written to {path.parent}.",
            "Make room, or set LAB_CACHE and LAB_HOME to folders on another disk; then run the same command again.",
        )
    return DownloadFailed(
        f"{path.name} could not be written to {path.parent} ({error.strerror}).",
        "Check that the folder is yours and writable, or set LAB_CACHE to another one.",
    )
