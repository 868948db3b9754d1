"""The file of the learner's progress: nothing is lost, whatever happens to it."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from filelock import FileLock

from lab.course import files
from lab.course.progress import FORMAT, Progress, after_check
from lab.course.progress_format import to_bytes
from lab.course.progress_store import LOCK, ProgressStore, digest_of
from lab.errors import Conflict, DiskFull, MachineProblem
from tests.course.killed import attempts, one_more
from tests.course.learner import DAY, MONDAY, having_passed, not_yet

ROOT = Path(__file__).resolve().parent.parent.parent
NOBODY = 65534


@pytest.fixture
def store(tmp_path):
    return ProgressStore(tmp_path, clock=lambda: MONDAY)


def passing(*names):
    return lambda progress: having_passed(progress, MONDAY, *names)


def names_in(folder):
    return sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))


def hidden_in(folder):
    return sorted(path.name for path in folder.iterdir() if path.name.startswith("."))


def test_where_nothing_is_kept_the_progress_is_empty_and_reading_makes_no_file(store, tmp_path):
    assert store.read() == Progress()
    assert list(tmp_path.iterdir()) == []


def test_what_was_changed_is_read_by_the_next_command(store, tmp_path):
    changed = store.change(passing("tour"))
    assert ProgressStore(tmp_path).read() == changed
    assert changed.has_passed("tour")


def test_the_workspace_is_made_where_it_is_not_there(tmp_path):
    ProgressStore(tmp_path / "not" / "yet").change(passing("tour"))
    assert names_in(tmp_path / "not" / "yet") == ["progress.json"]


def test_the_version_before_is_kept_and_nothing_else_is_left(store, tmp_path):
    first = store.change(passing("tour"))
    store.change(passing("commands"))
    assert store.backup.read_bytes() == to_bytes(first)
    assert names_in(tmp_path) == ["progress.json", "progress.json.bak"]
    assert hidden_in(tmp_path) == [".course"]


def test_a_change_that_changes_nothing_writes_nothing(store):
    store.change(passing("tour"))
    written = store.file.stat()
    store.change(lambda progress: progress)
    assert store.file.stat().st_ino == written.st_ino
    assert not store.backup.exists()


def test_a_change_can_tell_something(store):
    assert store.change_and_tell(lambda progress: (passing("tour")(progress), "well done")) == "well done"
    assert store.read().has_passed("tour")


def test_a_change_that_raises_changes_nothing_and_lets_the_next_one_in(store):
    store.change(passing("tour"))
    before = store.file.read_bytes()
    with pytest.raises(ZeroDivisionError):
        store.change(lambda _: 1 / 0)
    assert store.file.read_bytes() == before
    store.change(passing("commands"))


def test_the_file_can_be_read_by_a_person(store):
    store.change(passing("tour"))
    table = json.loads(store.file.read_text())
    assert table["version"] == FORMAT
    assert table["exercises"]["tour"]["passed_at"] == "2026-03-02T18:30:00Z"
    assert len(store.file.read_text().splitlines()) > 10


def test_a_workspace_that_is_a_link_stays_one(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    ProgressStore(tmp_path / "link").change(passing("tour"))
    assert (tmp_path / "link").is_symlink()
    assert ProgressStore(tmp_path / "real").read().has_passed("tour")


def test_a_digest_tells_a_changed_file_from_an_unchanged(tmp_path):
    file = tmp_path / "order_events.py"
    assert digest_of(file) == ""
    file.write_text("one")
    first = digest_of(file)
    file.write_text("two")
    assert first != digest_of(file)
    file.write_text("one")
    assert first == digest_of(file)


# The disk


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a device that is always full")
def test_a_full_disk_is_said_and_the_file_stays_as_it_was(store, tmp_path):
    store.change(passing("tour"))
    before = store.file.read_bytes()
    (tmp_path / f".progress.json.{os.getpid()}.part").symlink_to("/dev/full")
    with pytest.raises(DiskFull, match="disk is full"):
        store.change(passing("commands"))
    assert store.file.read_bytes() == before
    assert hidden_in(tmp_path) == [".course"]
    assert store.change(passing("commands")).has_passed("tour")


@pytest.fixture
def ours_no_more():
    """A folder that may be read and not written, and a user who is held to that, which root is not."""
    folder = Path(tempfile.mkdtemp(prefix="lab-"))
    store = ProgressStore(folder)
    store.change(passing("tour"))
    folder.chmod(0o555)
    (folder / ".course").chmod(0o555)
    root = os.geteuid() == 0
    if root:
        os.seteuid(NOBODY)
    try:
        yield store
    finally:
        if root:
            os.seteuid(0)
        (folder / ".course").chmod(0o755)
        folder.chmod(0o755)
        shutil.rmtree(folder)


def test_a_folder_that_may_only_be_read_is_read_and_a_change_says_what_to_do(ours_no_more):
    before = ours_no_more.file.read_bytes()
    assert ours_no_more.read().has_passed("tour")
    with pytest.raises(MachineProblem, match="cannot be written"):
        ours_no_more.change(passing("commands"))
    assert ours_no_more.file.read_bytes() == before


def test_a_workspace_that_is_a_file_is_said(tmp_path):
    (tmp_path / "workspace").write_text("")
    store = ProgressStore(tmp_path / "workspace")
    with pytest.raises(MachineProblem, match="cannot be written"):
        store.change(passing("tour"))


# Several at once


def test_another_terminal_that_keeps_the_lock_is_not_waited_for_without_end(store, monkeypatch):
    store.change(passing("tour"))
    monkeypatch.setattr(files, "LOCK_SECONDS", 0.1)
    with FileLock(store.file.parent / LOCK):
        with pytest.raises(Conflict, match="Another `lab`"):
            store.change(passing("commands"))
        assert store.read().has_passed("tour")
    assert store.change(passing("commands")).has_passed("commands")


WRITER = """
import sys
from pathlib import Path
from lab.course.progress import Standing, after_check
from lab.course.progress_store import ProgressStore
from tests.course.learner import MONDAY, not_yet
store, name = ProgressStore(Path(sys.argv[1])), sys.argv[2]
print("ready", flush=True)
sys.stdin.readline()
for number in range(40):
    store.change(lambda progress: after_check(progress, name, not_yet(), f"{name} {number}", MONDAY))
    store.change(lambda progress: after_check(progress, "shared", not_yet(), f"{name} {number}", MONDAY))
"""


def test_two_terminals_at_once_lose_nothing(tmp_path):
    both = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, str(tmp_path), name],
            cwd=ROOT,
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        for name in ("one", "other")
    ]
    for process in both:
        assert process.stdout.readline() == "ready\n"
    for process in both:
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in both:
        process.communicate(timeout=60)
        assert process.returncode == 0
    kept = ProgressStore(tmp_path).read()
    assert {name: standing.attempts for name, standing in kept.exercises.items()} == {
        "one": 40,
        "other": 40,
        "shared": 80,
    }


# kill -9


def killed(how, folder):
    done = subprocess.run(
        [sys.executable, "-m", "tests.course.killed", how, str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_killed_at_any_step_of_a_write_leaves_the_old_or_the_new(tmp_path):
    before = ProgressStore(tmp_path / "before")
    before.change(one_more)
    before.change(one_more)
    folders = killed("steps", tmp_path)
    assert len(folders) > 8
    found = []
    for name in folders:
        store = ProgressStore(tmp_path / name)
        found.append(attempts(store.read()))
        assert attempts(store.change(one_more)) == found[-1] + 1
        assert store.notices == []
        assert hidden_in(tmp_path / name) == [".course"]
        assert names_in(tmp_path / name) == ["progress.json", "progress.json.bak"]
    assert set(found) == {2, 3}
    assert found == sorted(found)


def test_killed_at_any_moment_nothing_that_was_acknowledged_is_lost(tmp_path):
    highest = 0
    for acknowledged, found, notices in killed("loop", tmp_path):
        assert acknowledged <= found <= acknowledged + 1
        assert found >= highest
        assert notices == []
        highest = found


def test_coming_back_after_months_finds_everything(store, tmp_path):
    store.change(passing("tour", "commands"))
    store.change(lambda progress: after_check(progress, "await", not_yet("await"), "a", MONDAY))
    later = ProgressStore(tmp_path, clock=lambda: MONDAY + 120 * DAY)
    progress = later.read()
    assert (progress.last, progress.last_at) == ("await", MONDAY)
    assert progress.exercises["await"].last_task == 2
    assert progress.has_passed("commands")
