"""Fetching Kafka's jars: real files over real HTTP, from a mirror of our own named in jgo's configuration."""

import hashlib
import http.server
import os
import resource
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from jgo.maven import MavenContext

from lab.engines import downloads, fetching
from lab.engines.base import Progress
from lab.errors import CorruptDownload, DiskFull, DownloadFailed


@dataclass
class Mirror:
    """What it serves, what it was asked, and how it misbehaves."""

    files: dict[str, bytes] = field(default_factory=dict)
    asked: list[tuple[str, str | None]] = field(default_factory=list)  # path, Range
    cut_after: int | None = None  # bytes of each answer, once
    url: str = ""


def handler_of(mirror: Mirror) -> type[http.server.BaseHTTPRequestHandler]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            wanted = self.headers.get("Range")
            mirror.asked.append((self.path, wanted))
            body = mirror.files.get(self.path)
            if body is None:
                self.send_error(404)
                return
            start = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted else 0
            if start >= len(body):
                self.send_error(416)
                return
            self.send_response(206 if wanted else 200)
            self.send_header("Content-Length", str(len(body) - start))
            self.end_headers()
            self.wfile.write(body[start : start + (mirror.cut_after or len(body))])
            mirror.cut_after = None

        def log_message(self, *_: object) -> None:
            pass

    return Handler


BODIES = {
    "org.example:one:1.0": os.urandom(3_000_000),
    "org.example:two:2.0": os.urandom(50_000),
}


def url_path(coordinate: str) -> str:
    return "/" + jar(coordinate).path(Path()).as_posix()


def jar(coordinate: str) -> downloads.Jar:
    body = BODIES[coordinate]
    return downloads.Jar(coordinate, hashlib.sha256(body).hexdigest(), len(body))


JARS = [jar(coordinate) for coordinate in BODIES]


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LAB_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def mirror(tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Mirror]:
    found = Mirror({url_path(coordinate): body for coordinate, body in BODIES.items()})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler_of(found))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    found.url = f"http://127.0.0.1:{server.server_address[1]}"
    config = tmp_path / "jgo.conf"
    config.write_text(f"[repositories]\nmirror = {found.url}\n")
    monkeypatch.setenv("JGO_CONFIG_FILE", str(config))
    yield found
    server.shutdown()
    server.server_close()
    thread.join()


def ensure() -> tuple[list[Progress], tuple[Path, ...]]:
    seen: list[Progress] = []
    return seen, downloads.ensure(JARS, seen.append)


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.rglob("*") if path.suffix in {".jar", ".part"}}


def test_all_come_with_byte_progress_and_are_where_jgo_would_keep_them(mirror, cache):
    seen, paths = ensure()
    assert [path.read_bytes() for path in paths] == list(BODIES.values())
    amounts = [progress.bytes_now for progress in seen if progress.bytes_now is not None]
    assert amounts == sorted(amounts)
    assert amounts[-1] == sum(map(len, BODIES.values())) == seen[-2].bytes_total
    assert seen[-1].done
    context = MavenContext(repo_cache=cache / "v1" / "maven")
    artifact = context.project("org.example", "one").at_version("1.0").artifact()
    assert artifact.cached_path == paths[0]


def test_what_is_there_needs_no_network(mirror):
    ensure()
    mirror.files.clear()
    mirror.asked.clear()
    ensure()
    assert mirror.asked == []


def test_a_corrupt_jar_in_the_cache_is_named_and_fetched_again(mirror):
    _, paths = ensure()
    damaged = bytearray(paths[0].read_bytes())
    damaged[1000] ^= 1
    paths[0].write_bytes(damaged)
    mirror.asked.clear()
    seen, _ = ensure()
    assert any("one-1.0.jar in the cache was corrupt" in progress.text for progress in seen)
    assert [path for path, _ in mirror.asked] == [url_path("org.example:one:1.0")]
    assert paths[0].read_bytes() == BODIES["org.example:one:1.0"]


def test_a_deleted_jar_is_fetched_again(mirror):
    _, paths = ensure()
    paths[1].unlink()
    ensure()
    assert paths[1].exists()


def test_an_interrupted_download_goes_on_where_it_stopped(mirror):
    mirror.cut_after = 1_000_000
    mirror.files = {url_path("org.example:one:1.0"): BODIES["org.example:one:1.0"]}
    paths = downloads.ensure(JARS[:1], lambda _: None)
    assert paths[0].read_bytes() == BODIES["org.example:one:1.0"]
    (_, first), (_, second) = mirror.asked
    assert first is None
    assert second is not None
    assert 0 < int(second.removeprefix("bytes=").rstrip("-")) <= 1_000_000


def test_a_damaged_beginning_is_thrown_away(mirror, cache):
    path = JARS[0].path(cache / "v1" / "maven")
    path.parent.mkdir(parents=True)
    path.with_name(f"{path.name}.part").write_bytes(b"not the beginning of it")
    ensure()
    assert path.read_bytes() == BODIES["org.example:one:1.0"]
    assert names(cache) == {"one-1.0.jar", "two-2.0.jar"}


def test_a_mirror_that_alters_files_is_refused_and_nothing_is_kept(mirror, cache):
    mirror.files[url_path("org.example:two:2.0")] = b"altered"
    with pytest.raises(CorruptDownload, match=r"two-2\.0\.jar came from 127\.0\.0\.1 with another checksum"):
        ensure()
    assert "two-2.0.jar" not in names(cache)
    assert "two-2.0.jar.part" not in names(cache)


def test_without_a_network_a_sentence_says_so(mirror, monkeypatch, tmp_path):
    config = tmp_path / "nowhere.conf"
    config.write_text("[repositories]\nmirror = http://127.0.0.1:1\n")
    monkeypatch.setenv("JGO_CONFIG_FILE", str(config))
    with pytest.raises(DownloadFailed, match="what has arrived is kept"):
        ensure()


def test_a_file_that_is_not_there_is_no_success(mirror):
    mirror.files.clear()
    with pytest.raises(DownloadFailed, match="404"):
        ensure()


def test_two_processes_at_once_fetch_each_file_once(mirror):
    code = (
        "import sys; from lab.engines import downloads\n"
        "jars = [downloads.Jar(*row.split(',')[:2], int(row.split(',')[2])) for row in sys.argv[1:]]\n"
        "downloads.ensure(jars, lambda _: None)"
    )
    rows = [f"{each.coordinate},{each.sha256},{each.bytes}" for each in JARS]
    both = [subprocess.Popen([sys.executable, "-c", code, *rows]) for _ in range(2)]
    assert [process.wait(30) for process in both] == [0, 0]
    assert sorted(path for path, _ in mirror.asked) == sorted(url_path(each.coordinate) for each in JARS)


def test_a_full_disk_is_named_and_leaves_no_jar(mirror, cache):
    code = (
        "import resource, signal, sys; from lab.engines import downloads; from lab.errors import DiskFull\n"
        "import jgo.maven, jgo.config, httpx\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, resource.RLIM_INFINITY))\n"
        "coordinate, digest, size = sys.argv[1].split(',')\n"
        "try: downloads.ensure([downloads.Jar(coordinate, digest, int(size))], lambda _: None)\n"
        "except DiskFull as problem: print(problem.what); sys.exit(problem.exit_code)"
    )
    row = f"{JARS[0].coordinate},{JARS[0].sha256},{JARS[0].bytes}"
    done = subprocess.run([sys.executable, "-c", code, row], capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 3, done.stderr
    assert "The disk is full: one-1.0.jar" in done.stdout
    assert "one-1.0.jar" not in names(cache)
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY


def test_too_little_room_is_seen_before_anything_is_fetched(tmp_path):
    with pytest.raises(DiskFull, match="LAB_CACHE"):
        fetching.require_room(tmp_path, 10**18)


def test_every_pinned_jar_has_a_checksum_and_kafka_its_own_client():
    found = downloads.pinned()
    assert all(len(each.sha256) == 64 and each.bytes > 0 for each in found.jars)
    assert f"org.apache.kafka:kafka-clients:{found.kafka}" in {each.coordinate for each in found.jars}
    assert len({each.coordinate.rsplit(":", 1)[0] for each in found.jars}) == len(found.jars)
