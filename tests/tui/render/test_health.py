"""The health table and its charts."""

from dataclasses import replace

import pytest

from lab.shop.figures import Figures
from tests.tui.world import NOON_MS, all_ready, fixed_history, happy_order
from tui.model.item import UnitLook, UnitState, looked
from tui.model.series import Series, series_of
from tui.render.health import UnitHealth, cells_for, detail, head, table
from tui.render.spark import chart, most_of, spark
from tui.render.text import plain
from tui.unit_verbs import title_of

NAMES = ("order", "mediator", "inventory", "payment", "fulfilment", "notification", "analytics")


def healths(width):
    history = fixed_history(*(happy_order(f"ord-{n}", start=n * 5_000) for n in range(9)))
    down = {
        "payment": UnitLook(UnitState.STOPPED, why="stopped"),
        "inventory": UnitLook(UnitState.CRASHED, restarts=4, file="workspace/reserve/reserve.py:14"),
    }
    history.add([looked(all_ready({"payment": 3}, **down), NOON_MS + 45_000)])
    series = series_of(history, NOON_MS + 50_000, history.end, NAMES, cells_for(width))
    looks = history.now.units
    return [UnitHealth(n, title_of(n), looks[n], series[n], yours=n == "order") for n in NAMES]


@pytest.mark.parametrize("width", [78, 118, 198])
def test_one_row_a_unit_on_one_scale_a_column(width, frame_is):
    rows = [head(width), *table(healths(width), 3, width)]
    assert {one.cells for one in rows} == {width}
    frame_is(plain(rows))


@pytest.mark.parametrize(("width", "height"), [(76, 8), (116, 20)])
def test_the_chosen_unit_has_its_charts_and_says_what_is_wrong(width, height, frame_is):
    rows = detail(healths(width)[2], width, height)
    assert len(rows) <= height
    assert {one.cells for one in rows} == {width}
    assert "It cannot load workspace/reserve/reserve.py:14. e opens it." in plain(rows)
    frame_is(plain(rows))


def test_a_pane_without_room_for_charts_says_the_words():
    assert "Payment is stopped. u starts it" in plain(detail(healths(78)[3], 78, 4))


def test_what_the_unit_counts_itself_is_told_and_what_it_does_not_know_is_a_dash():
    payment = healths(116)[3]
    told = Figures(2, {"done": 1204, "skipped": 3, "dead": 1}, 3.14, 12.0, 0, 0, 1, 190.0)
    shown = plain(detail(replace(payment, figures=told), 116, 9))
    assert "1 dead letter, the oldest for 3 min; 0 messages in its outbox." in shown
    assert "1204 done, 3 skipped, 0 failed, 0 retried, 1 dead; half of them within 3.1 ms, 99 of 100 within" in shown
    unknown = Figures(2, {}, None, None, None, None, None, None)
    shown = plain(detail(replace(payment, figures=unknown), 116, 9))
    assert "–; – in its outbox." in shown
    assert "0 dead." in shown


def test_little_nothing_and_unknown_differ_in_shape():
    assert str(spark([None, 0, 0.1, 5, 10], 10)) == " ·▁▅█"
    assert plain(chart([None, 0, 1, 8, 16], 16, 2)) == "    █\n ·▁██"


def test_the_scale_is_that_of_the_highest():
    assert most_of([None, 2.0], [3.0]) == 3.0
    assert most_of([None], []) == 0.0


def test_a_unit_that_is_not_known_has_blanks_and_no_zeros():
    unknown = UnitHealth(
        "order", "Order", UnitLook(UnitState.UNKNOWN), Series([None] * 14, [None] * 14, [None] * 14, 0)
    )
    shown = str(table([unknown], 5, 78)[0])
    assert "·" not in shown
    assert shown.count("–") == 4
