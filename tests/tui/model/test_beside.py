"""What the topology needs beside the flow."""

from dataclasses import replace

import pytest

from tests.tui.shop_world import SEEN_MS, STOPPED_MS, shop_history
from tests.tui.world import NOON_MS, all_ready, happy_order
from tui.model.beside import beside_at
from tui.model.history import History
from tui.model.item import UnitLook, UnitState, done, from_record, looked


def read(history):
    return beside_at(None, history, history.end)


def crashed(restarts, ms):
    return looked(all_ready(payment=UnitLook(UnitState.READY, restarts=restarts)), NOON_MS + ms)


def test_a_unit_that_was_stopped_here_has_been_so_since_the_deed_and_by_you():
    since = read(shop_history()).since["payment"]
    assert (since.state, since.at_ms, since.by_you) == (UnitState.STOPPED, NOON_MS + STOPPED_MS, True)


def test_a_deed_that_is_noted_just_after_the_look_that_found_it_counts_too():
    history = History()
    history.add([looked(all_ready(), NOON_MS), looked(all_ready(payment=UnitLook(UnitState.STOPPED)), NOON_MS + 500)])
    history.add([done("Payment stopped by you (S)", "payment", NOON_MS + 700)])
    since = read(history).since["payment"]
    assert (since.at_ms, since.by_you) == (NOON_MS + 500, True)


def test_a_unit_that_went_by_itself_was_not_stopped_by_you():
    history = History()
    history.add([done("Payment started by you (u)", "payment", NOON_MS), looked(all_ready(), NOON_MS + 100)])
    history.add([looked(all_ready(payment=UnitLook(UnitState.CRASHED)), NOON_MS + 60_000)])
    assert not read(history).since["payment"].by_you


def test_a_unit_that_was_down_when_the_app_came_has_no_known_beginning():
    history = History()
    history.add([looked(all_ready(payment=UnitLook(UnitState.STOPPED)), NOON_MS)])
    assert not read(history).since["payment"].exact


@pytest.mark.parametrize(("seconds", "count"), [(60, 3), (20, 2), (5, 0)])
def test_how_often_a_unit_was_brought_back_is_counted_within_a_time(seconds, count):
    history = History()
    history.add([crashed(0, 0), crashed(1, 30_000), crashed(2, 50_000), crashed(3, 55_000)])
    assert read(history).crashes("payment", NOON_MS + 62_000, seconds) == count


def test_whose_lines_a_unit_runs_is_told_by_its_last_message_of_each_kind():
    history = History()
    history.add(from_record(one) for one in happy_order(mine=("produce", "envelope")))
    assert read(history).whose()["order"] == {"produce": "mine", "envelope": "mine"}
    history.add(from_record(one) for one in happy_order("ord-2", start=3_000))
    assert read(history).whose()["order"] == {}


def test_what_nobody_can_read_is_counted_by_the_unit_that_has_to_work_on_it():
    history = History()
    broken = replace(happy_order()[3], headers=())
    history.add([from_record(broken)])
    found = read(history)
    assert found.unreadable == {"payment": 1}
    assert found.last_unreadable is history[0]


def test_going_back_forgets_what_came_later():
    history = shop_history()
    later = read(history)
    earlier = beside_at(later, history, history.since(NOON_MS + STOPPED_MS))
    assert earlier.since["payment"].state is UnitState.READY
    assert beside_at(earlier, history, history.since(NOON_MS + SEEN_MS) + 1).since["payment"].by_you
