"""A minute of a unit: what is measured, what is nothing, and what is not known."""

from tests.tui.world import NOON_MS, all_ready, fixed_history, happy_order
from tui.model.history import History
from tui.model.item import UnitLook, UnitState, from_record, looked
from tui.model.series import series_of

AT = NOON_MS + 60_000


def test_a_rate_is_messages_a_second_and_nothing_is_not_the_same_as_unknown():
    history = fixed_history(happy_order(start=20_000))
    series = series_of(history, AT, history.end, ["mediator", "analytics"], 6)
    assert series["mediator"].rate[:2] == [None, None]  # nobody listened yet
    assert series["mediator"].rate[2] == 8 / 10
    assert series["mediator"].rate[3:] == [0, 0, 0]
    assert series["analytics"].rate[2:] == [0, 0, 0, 0]


def test_what_was_found_holds_until_the_next_look():
    history = History()
    history.add([looked(all_ready({"payment": 0}), NOON_MS - 30_000)])
    history.add([looked(all_ready({"payment": 3}, payment=UnitLook(UnitState.STOPPED)), NOON_MS + 25_000)])
    history.add(
        [looked(all_ready({"payment": 7}, payment=UnitLook(UnitState.READY, 9.0, restarts=2)), NOON_MS + 45_000)]
    )
    payment = series_of(history, AT, history.end, ["payment"], 6)["payment"]
    assert payment.lag == [0, 0, 3, 3, 7, 7]
    assert payment.ms == [3.0, 3.0, None, None, 9.0, 9.0]
    assert payment.restarts == 2


def test_in_the_past_nothing_that_was_found_later_is_known():
    history = History()
    history.add([looked(all_ready({"payment": 1}), NOON_MS), looked(all_ready({"payment": 9}), NOON_MS + 50_000)])
    history.add(from_record(one) for one in happy_order(start=51_000))
    then = series_of(history, NOON_MS + 40_000, 1, ["payment"], 4)["payment"]
    assert then.lag[-1] == 1
    assert then.restarts == 0


def test_a_unit_that_nobody_has_looked_at_is_not_known():
    payment = series_of(History(), AT, 0, ["payment"], 3)["payment"]
    assert (payment.rate, payment.ms, payment.lag) == ([None] * 3, [None] * 3, [None] * 3)
