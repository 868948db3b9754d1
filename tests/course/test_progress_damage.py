"""A progress.json that is damaged, older or newer: the learner loses nothing, and is told."""

import contextlib
import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.course.progress import FORMAT, Progress, after_look
from lab.course.progress_format import MIGRATIONS
from lab.course.progress_store import ProgressStore
from lab.errors import LabError, MachineProblem
from tests.course.learner import DAY, MONDAY, having_passed


@pytest.fixture
def store(tmp_path):
    return ProgressStore(tmp_path, clock=lambda: MONDAY)


def passing(*names):
    return lambda progress: having_passed(progress, MONDAY, *names)


def names_in(folder):
    return sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))


CUT, ZEROS = slice(0, 40), b"\0" * 400
DAMAGE = {
    "cut short": lambda data: data[CUT],
    "empty": lambda _: b"",
    "zeros after a power cut": lambda _: ZEROS,
    "no text": lambda data: b"\xff\xfe" + data,
    "merged badly": lambda data: b"<<<<<<< ours\n" + data,
    "a list": lambda _: b"[]",
    "no version": lambda _: b"{}",
    "a version that is none": lambda _: b'{"version": true}',
    "a version that never was": lambda _: b'{"version": -3}',
    "a moment that is none": lambda data: data.replace(b"2026-03-02T", b"2026-33-02T"),
    "a moment before all moments": lambda data: data.replace(b"2026-03-02T18:30:00Z", b"0001-01-01T00:00:00+14:00"),
    "nested without end": lambda _: b"[" * 100_000,
}


@pytest.mark.parametrize("harm", DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_file_is_kept_aside_and_the_backup_counts(store, tmp_path, harm):
    store.change(passing("tour"))
    store.change(passing("commands"))
    damaged = harm(store.file.read_bytes())
    store.file.write_bytes(damaged)
    assert store.read().has_passed("tour")
    assert (tmp_path / "progress.json.damaged-20260302T183000Z").read_bytes() == damaged
    (notice,) = store.notices
    assert "comes from its backup" in notice
    assert "damaged-20260302T183000Z" in notice


def test_after_the_repair_nothing_is_said_again(store, tmp_path):
    store.change(passing("tour"))
    store.change(passing("commands"))
    store.file.write_bytes(b"")
    store.read()
    again = ProgressStore(tmp_path)
    assert again.change(passing("await")).has_passed("tour")
    assert again.notices == []
    assert len(list(tmp_path.glob("*.damaged-*"))) == 1


def test_a_damaged_file_is_met_by_a_change_as_well(store):
    store.change(passing("tour"))
    store.change(passing("commands"))
    store.file.write_bytes(b"{")
    changed = store.change(passing("await"))
    assert [name for name in ("tour", "commands", "await") if changed.has_passed(name)] == ["tour", "await"]
    assert len(store.notices) == 1


def test_where_the_backup_is_damaged_too_it_begins_anew_and_both_are_kept(store, tmp_path):
    store.change(passing("tour"))
    store.change(passing("commands"))
    store.file.write_bytes(b"{")
    store.backup.write_bytes(b"[")
    assert store.read() == Progress()
    (notice,) = store.notices
    assert "begins anew" in notice
    for name, data in (("progress.json", b"{"), ("progress.json.bak", b"[")):
        assert (tmp_path / f"{name}.damaged-20260302T183000Z").read_bytes() == data
        assert f"{name}.damaged-20260302T183000Z" in notice
    again = ProgressStore(tmp_path)
    assert (again.read(), again.notices) == (Progress(), [])
    assert len(list(tmp_path.glob("*.damaged-*"))) == 2
    assert ProgressStore(tmp_path).change(passing("await")).has_passed("await")


def test_a_second_damage_in_the_same_second_overwrites_no_kept_file(store, tmp_path):
    for damaged in (b"first", b"second"):
        store.file.write_bytes(damaged)
        store.read()
    kept = sorted(path.read_bytes() for path in tmp_path.glob("*.damaged-*"))
    assert kept == [b"first", b"second"]


def test_a_file_that_somebody_deleted_comes_back_from_the_backup(store):
    store.change(passing("tour"))
    store.change(passing("commands"))
    store.file.unlink()
    assert store.read().has_passed("tour")
    assert "not there any more" in store.notices[0]
    assert store.file.exists()


def test_to_delete_both_begins_anew_without_a_word(store):
    store.change(passing("tour"))
    store.change(passing("commands"))
    store.file.unlink()
    store.backup.unlink()
    assert store.read() == Progress()
    assert store.notices == []


def test_a_file_that_cannot_be_read_is_not_taken_for_a_damaged_one(store, tmp_path):
    store.file.mkdir()
    with pytest.raises(MachineProblem, match="cannot be read"):
        store.change(passing("tour"))
    assert names_in(tmp_path) == ["progress.json"]


@settings(deadline=None, max_examples=50)  # it writes to a disk
@given(st.binary() | st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner)
       | st.dictionaries(st.sampled_from(["version", "exercises", "questions", "last", "tour", "last_at"]), inner))
       .map(lambda table: json.dumps(table).encode()))  # fmt: skip
def test_whatever_is_in_the_file_the_lab_goes_on_or_says_what_to_do(data):
    with tempfile.TemporaryDirectory() as folder:
        store = ProgressStore(Path(folder))
        store.file.write_bytes(data)
        with contextlib.suppress(LabError):
            store.change(passing("tour"))
            assert ProgressStore(Path(folder)).read().has_passed("tour")
        assert data in [path.read_bytes() for path in Path(folder).iterdir() if path.is_file()]


# Versions


def old(progress):
    """A file as a lab before the first one might have written it: passes by place, and no standings."""
    return json.dumps({"version": 0, "passed": progress}).encode()


def from_zero(table):
    when = MONDAY.isoformat()
    standings = {name: {"first_at": when, "last_at": when, "passed_at": when} for name in table["passed"]}
    return {"exercises": standings, "began_at": when}


def test_an_older_file_is_brought_up_and_kept_as_it_was(tmp_path):
    store = ProgressStore(tmp_path, migrations={0: from_zero})
    store.file.write_bytes(old(["tour", "an-id-of-long-ago"]))
    assert store.read().has_passed("tour")
    assert store.file.read_bytes() == old(["tour", "an-id-of-long-ago"])
    for name in ("commands", "await"):
        store.change(passing(name))
    assert (tmp_path / "progress.json.format-0").read_bytes() == old(["tour", "an-id-of-long-ago"])
    kept = ProgressStore(tmp_path).read()
    assert {"tour", "an-id-of-long-ago", "commands", "await"} == set(kept.exercises)
    assert kept.version == FORMAT


def test_an_older_file_goes_through_every_version_between(tmp_path):
    def from_before_zero(table):
        return {"passed": [*table["done"], "second"]}

    store = ProgressStore(tmp_path, migrations={-1: from_before_zero, 0: from_zero})
    store.file.write_bytes(b'{"version": -1, "done": ["first"]}')
    assert set(store.read().exercises) == {"first", "second"}


@pytest.mark.parametrize("table", [{"version": 0}, {"version": 0, "passed": 7}, {"version": 0, "passed": [["x"]]}])
def test_a_file_that_cannot_be_brought_up_is_left_alone_and_said_so(tmp_path, table):
    store = ProgressStore(tmp_path, migrations={0: from_zero})
    store.file.write_text(json.dumps(table))
    for act in (store.read, lambda: store.change(passing("tour"))):
        with pytest.raises(LabError, match="cannot bring it to format") as caught:
            act()
        assert "Nothing was changed" in caught.value.mend
    assert json.loads(store.file.read_text()) == table
    assert names_in(tmp_path) == ["progress.json"]


@pytest.mark.parametrize("damaged", [False, True])
def test_a_file_of_a_newer_lab_is_not_touched_also_where_only_the_backup_is_left(store, tmp_path, damaged):
    newer = json.dumps({"version": FORMAT + 1, "what": "who knows"})
    (store.backup if damaged else store.file).write_text(newer)
    if damaged:
        store.file.write_bytes(b"{")
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    for act in (store.read, lambda: store.change(passing("tour"))):
        with pytest.raises(LabError, match="newer lab") as caught:
            act()
        assert "Update" in caught.value.mend
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()} == before


def test_the_table_of_migrations_brings_up_every_older_version():
    assert set(MIGRATIONS) == set(range(1, FORMAT))


def test_what_this_lab_does_not_know_is_kept(store, tmp_path):
    store.change(passing("tour"))
    table = json.loads(store.file.read_text())
    table["colour"], table["exercises"]["tour"]["mood"], table["questions"]["gone/0"] = "red", "good", {}
    store.file.write_text(json.dumps(table))
    store.change(lambda progress: after_look(progress, "tour", MONDAY + DAY))
    kept = json.loads(store.file.read_text())
    assert (kept["colour"], kept["exercises"]["tour"]["mood"]) == ("red", "good")
    assert "gone/0" in kept["questions"]
