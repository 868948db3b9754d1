"""The six faces of the time row, and the bar in it."""

import os
import time

import pytest

from tests.tui.world import NOON_MS, fixed_history, happy_order
from tui.model.cursor import Cursor
from tui.model.item import done
from tui.model.view import view_at
from tui.render.text import plain
from tui.render.timebar import folded, moment_at, time_row

NOW = NOON_MS + 100_000


@pytest.fixture(autouse=True)
def utc(monkeypatch):
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    os.environ.pop("TZ", None) if "TZ" not in os.environ else None
    time.tzset()


@pytest.fixture
def history():
    made = fixed_history(*(happy_order(f"ord-{n}", start=n * 9_000) for n in range(6)))
    made.add([done("Payment stopped by you (S)", "payment", NOON_MS + 60_000)])
    made.add(fixed_history(*(happy_order(f"ord-{n}", start=n * 9_000) for n in range(8, 11))).between(1, 99))
    return made


def faces(history, width):
    """Each face of the row, in the sequence in which one meets them."""
    cursor, rows = Cursor(history), []

    def show(lost_ms=None):
        rows.append(time_row(view_at(history, cursor.moment(NOW), lost_ms=lost_ms), width))

    show()
    show(lost_ms=NOW - 9_000)
    cursor.pause_or_go_on(NOW - 20_000)
    history.add(fixed_history(happy_order("ord-99", start=98_000)).between(1, 99))
    show()
    cursor.step_order(-1, NOW)
    cursor.step_order(-1, NOW)
    cursor.step_order(-1, NOW)
    show()
    cursor.faster(2)
    cursor.pause_or_go_on(NOW)
    show()
    of_file = Cursor(history, from_file=True)
    of_file.step(-30, NOW)
    rows.append(time_row(view_at(history, of_file.moment(NOW)), width))
    return rows


@pytest.mark.parametrize("width", [36, 76, 116])
def test_every_face_is_told_by_a_word_and_fits_its_width(history, width, frame_is):
    rows = faces(history, width)
    assert [one.cells for one in rows] == [width] * 6
    words = ["● LIVE", "! STALE", "‖ PAUSED", "« PAST", "« PAST ×4", "¶ FILE"]
    assert [str(one).startswith(word) for one, word in zip(rows, words, strict=True)] == [True] * 6
    frame_is(plain(rows))


def test_what_was_done_stands_in_the_bar_over_its_slice(history):
    bar = str(time_row(view_at(history, Cursor(history).moment(NOW)), 116))
    assert bar.count("■") == 1
    assert 0 < bar.index("■") < bar.rindex("█")


def test_in_the_past_nothing_that_came_later_is_drawn_as_known(history):
    cursor = Cursor(history)
    for _ in range(9):
        cursor.step_order(-1, NOW)
    bar = str(time_row(view_at(history, cursor.moment(NOW)), 116))
    assert "■" not in bar
    assert bar.index("┃") < bar.index("░")


def test_a_screen_without_messages_says_it_in_a_word(history):
    assert str(folded(view_at(history, Cursor(history).moment(NOW)))) == "● shop live 12:01:40"
    assert str(folded(view_at(history, Cursor(history).moment(NOW), lost_ms=NOW))) == "! shop STALE"


def test_an_empty_history_has_a_row_too():
    empty = fixed_history(())
    assert time_row(view_at(empty, Cursor(empty).moment(NOW)), 76).cells == 76


@pytest.mark.parametrize("width", [76, 116, 196])
def test_the_cursor_stands_in_the_cell_that_was_clicked(history, width):
    live = view_at(history, Cursor(history).moment(NOW))
    bar = [x for x in range(width) if moment_at(live, width, x) is not None]
    assert len(bar) == bar[-1] - bar[0] + 1 >= 8
    for x in bar[:-1]:
        cursor = Cursor(history, from_file=True)
        file = view_at(history, cursor.moment(NOW))
        at = moment_at(file, width, x)
        if at is None:  # of a file other words stand beside the bar
            continue
        cursor.to_time(at, NOW)
        moment = cursor.moment(NOW)
        assert all(item.heard_ms <= at for item in history.between(history.first, moment.end))
        assert moment.end == history.end or history[moment.end].heard_ms > at
        assert str(time_row(view_at(history, moment), width))[x] == "┃"


def test_the_last_cell_is_now_and_beside_the_bar_there_is_no_moment(history):
    cursor = Cursor(history)
    live = view_at(history, cursor.moment(NOW))
    bar = [x for x in range(76) if moment_at(live, 76, x) is not None]
    assert moment_at(live, 76, bar[0] - 1) is moment_at(live, 76, bar[-1] + 1) is None
    cursor.to_time(moment_at(live, 76, bar[3]), NOW)
    assert not cursor.moment(NOW).live
    cursor.to_time(moment_at(live, 76, bar[-1]), NOW)
    assert cursor.moment(NOW).live
