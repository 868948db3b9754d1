"""Kafka's jars: a pinned list, found by jgo, checked by SHA-256 before first use, shared by all checkouts of a user.

jgo knows where an artifact lies (its configuration may name a mirror) and where it is kept. It writes under the final
name, does not resume and does not enforce checksums, so the bytes themselves are fetched by `fetching`.
"""

import threading
import tomllib
from collections.abc import Mapping, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

import lab.home
from lab.engines.base import Progress, Report
from lab.engines.fetching import Fetch, Tally, fetch, require_room
from lab.engines.stamps import Stamps

LAYOUT = "v1"  # of the cache folder; a new one leaves the old files alone
_CONNECTIONS = 4
_TICK = 0.1  # seconds between two reports


@dataclass(frozen=True, slots=True)
class Jar:
    """One pinned artifact."""

    coordinate: str  # group:artifact:version
    sha256: str
    bytes: int

    def path(self, repository: Path) -> Path:
        """Return where Maven's layout keeps it."""
        group, artifact, version = self.coordinate.split(":")
        return repository.joinpath(*group.split("."), artifact, version, f"{artifact}-{version}.jar")


@dataclass(frozen=True, slots=True)
class JarList:
    """Kafka's version, and every jar it needs."""

    kafka: str
    jars: tuple[Jar, ...]


def pinned() -> JarList:
    """Return the shipped list."""
    table = tomllib.loads((Path(__file__).parent / "kafka_jars.toml").read_text())
    return JarList(table["kafka"], tuple(Jar(**row) for row in table["jar"]))


def cache_folder() -> Path:
    """Return the folder of everything that is downloaded or made once, of this layout."""
    return lab.home.cache() / LAYOUT


def stamps() -> Stamps:
    """Return what is known to be good in the cache."""
    return Stamps(cache_folder() / "verified.json")


def ensure(jars: Sequence[Jar], report: Report) -> tuple[Path, ...]:
    """Return the jars' paths, every one of them checked; fetch what is missing or corrupt.

    Needs no network where all are there. What an interrupted run fetched is kept. Two runs at once fetch once.
    Raises DownloadFailed, CorruptDownload or DiskFull; a file under its final name is always whole.
    """
    expected = {jar.path(cache_folder() / "maven"): jar.sha256 for jar in jars}
    if not stamps().known(expected):
        cache_folder().mkdir(parents=True, exist_ok=True)
        with _lock(report):
            _complete(jars, expected, report)
    report(Progress("jars", f"{len(jars)} jars of Kafka {pinned().kafka}, checked", done=True))
    return tuple(expected)


def _lock(report: Report) -> FileLock:
    lock = FileLock(cache_folder() / "downloads.lock")
    try:
        lock.acquire(timeout=0)
        lock.release()
    except Timeout:
        report(Progress("jars", "another lab is fetching Kafka's jars; waiting for it"))
    return lock


def _complete(jars: Sequence[Jar], expected: Mapping[Path, str], report: Report) -> None:
    known = stamps()
    missing = []
    for jar, path in zip(jars, expected, strict=True):
        if known.good(path, jar.sha256):
            continue
        if path.exists():
            path.unlink()
            report(Progress("jars", f"{path.name} in the cache was corrupt; it is fetched again"))
        missing.append(jar)
    if missing:
        _fetch_all(missing, report)
    known.remember(expected)


def _fetch_all(jars: Sequence[Jar], report: Report) -> None:
    total = sum(jar.bytes for jar in jars)
    require_room(cache_folder(), total)
    tally, stop = Tally(), threading.Event()
    orders = _orders(jars, tally, stop)
    with ThreadPoolExecutor(_CONNECTIONS, thread_name_prefix="fetch") as pool:
        futures = [pool.submit(fetch, order) for order in orders]
        try:
            pending = set(futures)
            while pending:
                done, pending = wait(pending, timeout=_TICK, return_when=FIRST_EXCEPTION)
                report(Progress("jars", f"fetching {len(jars)} jars", bytes_now=tally.bytes, bytes_total=total))
                for future in done:
                    future.result()
        finally:
            stop.set()
            pool.shutdown(wait=True, cancel_futures=True)


def _orders(jars: Sequence[Jar], tally: Tally, stop: threading.Event) -> list[Fetch]:
    from jgo.config import GlobalSettings  # noqa: PLC0415  # half a second, and only for a download
    from jgo.maven import MavenContext  # noqa: PLC0415

    context = MavenContext(
        repo_cache=cache_folder() / "maven",
        local_repos=[],
        remote_repos=GlobalSettings.load().repositories or None,
    )
    orders = []
    for jar in jars:
        group, artifact, version = jar.coordinate.split(":")
        found = context.project(group, artifact).at_version(version).artifact()
        where = f"{found.component.path_prefix.as_posix()}/{found.filename}"
        urls = tuple(f"{base.rstrip('/')}/{where}" for base in context.remote_repos.values())
        orders.append(Fetch(urls, jar.path(cache_folder() / "maven"), jar.sha256, tally, stop))
    return orders
