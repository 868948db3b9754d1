"""The time cursor: now, a pause, any place in the past; one meaning for every pane."""

import pytest

from tests.tui.world import NOON_MS, fixed_history, happy_order
from tui.model.cursor import SPEEDS, Cursor, Mode
from tui.model.history import History
from tui.model.item import from_record

LATER = NOON_MS + 60_000


@pytest.fixture
def history():
    return fixed_history(happy_order("ord-AAAA"), happy_order("ord-BBBB", start=10_000))


def test_live_shows_whatever_comes(history):
    cursor = Cursor(history)
    assert cursor.moment(LATER).end == history.end
    history.add([from_record(happy_order("ord-CCCC", start=50_000)[0])])
    moment = cursor.moment(LATER)
    assert (moment.mode, moment.end, moment.at_ms, moment.new) == (Mode.LIVE, history.end, LATER, 0)


def test_a_pause_stands_still_counts_what_comes_and_goes_on(history):
    cursor = Cursor(history)
    cursor.pause_or_go_on(LATER)
    history.add(from_record(one) for one in happy_order("ord-CCCC", start=50_000))
    paused = cursor.moment(LATER + 5_000)
    assert (paused.mode, paused.end, paused.at_ms, paused.new) == (Mode.PAUSED, 37, LATER, 18)
    cursor.pause_or_go_on(LATER + 6_000)
    assert cursor.moment(LATER + 6_000).end == history.end


def test_a_step_back_shows_the_moment_of_the_message_before(history):
    cursor = Cursor(history)
    cursor.step(-1, LATER)
    moment = cursor.moment(LATER)
    assert (moment.mode, moment.end) == (Mode.PAST, history.end - 1)
    assert moment.at_ms == history[moment.end - 1].heard_ms
    cursor.step(-3, LATER)
    cursor.step(2, LATER)
    assert cursor.moment(LATER).end == history.end - 2


def test_no_step_leads_out_of_the_history(history):
    cursor = Cursor(history)
    cursor.step(-1_000, LATER)
    assert cursor.moment(LATER).end == 2  # the first message; before it the units were looked at
    cursor.step(-1, LATER)
    assert cursor.moment(LATER).end == 2
    cursor.step(1_000, LATER)
    assert cursor.moment(LATER).end == history.end


def test_orders_can_be_stepped(history):
    cursor = Cursor(history)
    assert cursor.step_order(-1, LATER) == "ord-BBBB"
    assert cursor.step_order(-1, LATER) == "ord-AAAA"
    assert cursor.step_order(-1, LATER) == ""
    assert cursor.step_order(1, LATER) == "ord-BBBB"
    assert cursor.moment(LATER).at_ms == NOON_MS + 10_000


def test_playing_lets_time_go_on_at_its_speed_and_ends_live(history):
    cursor = Cursor(history)
    cursor.step_order(-1, LATER)
    cursor.faster(1)
    cursor.pause_or_go_on(LATER)
    assert cursor.moment(LATER).mode is Mode.PLAYING
    half_a_second_on = cursor.moment(LATER + 500)
    assert half_a_second_on.at_ms == NOON_MS + 11_000  # twice as fast
    assert history[half_a_second_on.end - 1].name == "order.shipped"
    assert cursor.moment(LATER + 1_500).mode is Mode.PLAYING
    assert cursor.moment(LATER + 1_600).mode is Mode.LIVE  # a second after the last message


def test_the_speed_has_a_slowest_and_a_fastest(history):
    cursor = Cursor(history, from_file=True)
    cursor.faster(-20)
    assert cursor.moment(0).speed == SPEEDS[0]
    cursor.faster(20)
    assert cursor.moment(0).speed == SPEEDS[-1]


def test_a_file_has_no_live_and_plays_again_from_its_start(history):
    cursor = Cursor(history, from_file=True)
    assert (cursor.moment(LATER).mode, cursor.moment(LATER).end) == (Mode.PAST, history.end)
    cursor.pause_or_go_on(LATER)
    begun = cursor.moment(LATER)
    assert (begun.mode, begun.at_ms, begun.end) == (Mode.PLAYING, NOON_MS, 2)
    cursor.go_live()
    assert (cursor.moment(LATER).mode, cursor.moment(LATER).end) == (Mode.PAST, history.end)


def test_an_empty_history_can_be_stepped_and_played():
    cursor = Cursor(History())
    cursor.step(-1, LATER)
    cursor.step_order(1, LATER)
    cursor.pause_or_go_on(LATER)
    assert cursor.moment(LATER).end == 0


def test_what_is_forgotten_meanwhile_is_not_shown():
    history = History(room=100)
    history.add(from_record(one) for one in happy_order())
    cursor = Cursor(history)
    cursor.step(-10, LATER)
    for number in range(200):
        history.add(from_record(one) for one in happy_order(f"ord-{number}", start=10_000 + number))
    assert cursor.moment(LATER).end == history.first
