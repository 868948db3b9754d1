"""The journal on disk: everything comes back, damage is told, a full disk ends the file and nothing else."""

import resource
import signal
from dataclasses import replace

import pytest

from lab.errors import WrongUsage
from tests.tui.world import NOON_MS, all_ready, fixed_history, happy_order
from tui.journaling import Journal, read_items
from tui.model.history import History
from tui.model.item import Kind, Look, UnitLook, UnitState, done, looked
from tui.model.recordings import recordings


@pytest.fixture
def journal(tmp_path):
    made = Journal(tmp_path / "journals")
    made.open()
    yield made
    made.close()


def items_of(history):
    return list(history.between(0, history.end))


def test_what_is_written_comes_back_the_same(journal):
    stopped = all_ready({"payment": 3}, payment=UnitLook(UnitState.STOPPED, why="stopped", restarts=2))
    history = fixed_history(happy_order(mine=("produce",)))
    history.add([done("Payment stopped by you (S)", "payment", NOON_MS + 3_000), looked(stopped, NOON_MS + 3_100)])
    journal.write(items_of(history))
    read, damage = read_items(journal.file)
    assert damage is None
    assert [(item.kind, item.at_ms, item.name, item.origin) for item in read] == [
        (item.kind, item.at_ms, item.name, item.origin) for item in items_of(history)
    ]
    again = History()
    again.add(read)
    assert again.now == history.now


@pytest.mark.parametrize("parked", [0, 3, None])
def test_the_phase_and_the_dead_letters_of_a_look_come_back(journal, parked):
    seen = replace(all_ready(parked=parked), phase=2)
    journal.write([looked(seen, NOON_MS)])
    again = History()
    again.add(read_items(journal.file)[0])
    assert (again.now.phase, again.now.parked) == (2, parked)


def test_a_journal_from_before_dead_letters_were_counted_has_none(journal):
    with journal.file.open("ab") as file:
        file.write(b'{"note": "look", "at_ms": 1, "data": {"units": {}, "lag": {"order": 3}}}\n')
    (item,), damage = read_items(journal.file)
    assert damage is None
    assert item.look == Look({}, {"order": 3}, parked=0, phase=1)


def test_the_file_of_the_visit_before_is_kept(journal, tmp_path):
    journal.write(items_of(fixed_history()))
    journal.close()
    second_visit = Journal(tmp_path / "journals")
    second_visit.open()
    second_visit.close()
    assert len(read_items(tmp_path / "journals" / "before.olj")[0]) == 19
    assert read_items(journal.file)[0] == []


def test_a_second_app_writes_beside_the_first_ones_file(journal, tmp_path):
    for times in (1, 2):
        second_app = Journal(tmp_path / "journals")
        second_app.open()
        second_app.write(items_of(fixed_history())[:times])
        journal.write(items_of(fixed_history()))
        second_app.close()
    about = {one.file.name: (one.about, len(read_items(one.file)[0])) for one in recordings(journal.file)}
    assert about == {
        "latest.olj": ("this visit, still being written", 38),
        "latest-2.olj": ("another app's, which is open beside this one or was", 2),
        "before-2.olj": ("the visit before", 1),
    }
    assert len(read_items(journal.keep("mine-2"))[0]) == 38


def test_a_journal_is_kept_under_a_name_and_none_is_overwritten(journal):
    journal.write(items_of(fixed_history()))
    kept = journal.keep("monday")
    assert kept.name == "monday.olj"
    assert len(read_items(kept)[0]) == 19
    with pytest.raises(WrongUsage, match="already"):
        journal.keep("monday.olj")


@pytest.mark.parametrize("name", ["", "  ", "../out", "a/b", ".hidden"])
def test_a_name_that_leads_elsewhere_is_refused(journal, name):
    with pytest.raises(WrongUsage, match="no name"):
        journal.keep(name)


def test_a_damaged_file_is_read_as_far_as_it_is_whole(journal):
    journal.write(items_of(fixed_history()))
    with journal.file.open("ab") as file:
        file.write(b'{"topic": "orders.init\n\x00\xff garbage\n{"note": "look", "at_ms": 1, "data": {"units": 3}}\n')
    items, damage = read_items(journal.file)
    assert len(items) == 19
    assert (damage.lines, damage.first_line, damage.after_ms) == (2, 20, NOON_MS + 2_160)


def test_a_note_of_a_later_version_is_left_out(journal):
    with journal.file.open("ab") as file:
        file.write(b'{"note": "mood", "at_ms": 1, "data": {"a": 1}}\n')
    assert read_items(journal.file) == ([], None)


@pytest.mark.parametrize("at_once", [1, 19], ids=["one-by-one", "many-at-once"])
def test_a_full_disk_ends_the_journal_with_a_sentence_and_nothing_else(tmp_path, at_once):
    journal = Journal(tmp_path)
    journal.open()
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # as Python does it: a write that fails, not a death
    resource.setrlimit(resource.RLIMIT_FSIZE, (4_000, limit[1]))
    try:
        items = items_of(fixed_history())
        for start in range(0, 5 * len(items), at_once):
            journal.write(items[start % len(items) :][:at_once])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
    assert "stopped" in journal.trouble
    assert "Make room" in journal.trouble
    items, _ = read_items(journal.file)  # what was written before is whole
    assert items


def test_a_folder_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "journals").write_text("a file in the way")
    journal = Journal(tmp_path / "journals")
    journal.open()
    assert journal.trouble
    journal.write(items_of(fixed_history()))


def test_a_path_that_is_not_utf_8_is_kept_as_the_system_names_it(journal):
    crashed = UnitLook(UnitState.CRASHED, why="it cannot start", file="caf\udce9/reserve.py:14")
    journal.write([looked(all_ready(payment=crashed), NOON_MS)])
    assert journal.trouble == ""
    assert read_items(journal.file)[0][0].look.units["payment"] == crashed


def test_only_what_is_worth_it_is_kept(journal):
    history = fixed_history()
    journal.write(items_of(history))
    assert {item.kind for item in read_items(journal.file)[0]} == {Kind.COMMAND, Kind.EVENT, Kind.LOOKED}
