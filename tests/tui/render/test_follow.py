"""One order drawn: sequence, waterfall, saga, first difference."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from lab.shop.contracts import SagaView, State, StepView
from tests.tui.stories import TABLE, declined, happy, without
from tests.tui.world import NOON_MS, all_ready, fixed_history
from tui.model.cursor import Mode, Moment
from tui.model.followed import Usual, followed
from tui.model.item import UnitLook, UnitState
from tui.model.story import Ghost
from tui.model.view import view_at
from tui.render import difference, saga
from tui.render.order_title import order_title
from tui.render.saga_log import saga_log
from tui.render.sequence import lanes_for
from tui.render.steps import StepLines
from tui.render.text import Look, Role, Row, plain
from tui.render.waterfall import SHORTEST_CUT_MS, Scale, pauses_of


def told_of(records, *, now_ms=60_000, look=None):
    history = fixed_history(records, look=look)
    view = view_at(history, Moment(Mode.LIVE, history.end, NOON_MS + now_ms))
    return followed(view, history[1].order_id, TABLE, 1)


def lines_of(told, width, **options):
    open_yet = not told.over and told.replayed.difference is None
    return StepLines(
        told.replayed.steps, pauses_of(told.replayed.steps, told.now_ms if open_yet else None), width, **options
    )


def drawn(told, width, **options):
    lines = lines_of(told, width, **options)
    return [order_title(told, width), lines.one_line or Row(), lines.header(), *(
        lines.line(number) for number in range(len(lines.entries)))]  # fmt: skip


ON_ITS_WAY = told_of(happy(upto=15, mine=("produce",)), now_ms=1_619)
REJECTED = told_of(declined(release=False))


def test_an_order_on_its_way_with_the_waterfall_beside(frame_is):
    frame_is(drawn(ON_ITS_WAY, 118))


def test_an_order_that_goes_wrong_in_a_narrow_window(frame_is):
    frame_is(drawn(REJECTED, 78))


def test_a_delivered_order_in_a_narrow_window(frame_is):
    frame_is(drawn(told_of(happy()), 78))


def test_the_waterfall_alone(frame_is):
    frame_is(drawn(told_of(happy()), 78, waterfall_only=True))


def test_where_lifelines_have_no_room_the_steps_are_a_list(frame_is):
    frame_is(drawn(ON_ITS_WAY, 58))


def test_the_saga_in_full(frame_is):
    frame_is(saga.rows(ON_ITS_WAY, Usual(2020, 1, "shipping.initiated"), 118, 10))


def test_the_saga_in_five_rows(frame_is):
    frame_is(saga.rows(ON_ITS_WAY, Usual(2020, 7, "shipping.initiated"), 78, 5))


def test_the_first_difference(frame_is):
    left, right = difference.heading(REJECTED.replayed.difference, REJECTED)
    frame_is([left, right, *difference.rows(REJECTED.replayed.difference, REJECTED, 78, 5)])


def test_the_first_difference_is_whole_in_five_rows_also_where_the_order_is_stuck():
    told = told_of(without(happy(upto=15), "order.mark_shipped"))
    text = plain(difference.rows(told.replayed.difference, told, 78, 5))
    assert "why" in text
    assert "IN_TRANSIT, and it stays there" in text


def test_those_who_never_spoke_have_no_lifeline():
    assert "fulfilment" not in lanes_for(REJECTED.replayed.steps, 78).at
    assert "fulfilment" in lanes_for(ON_ITS_WAY.replayed.steps, 78).at


def test_a_missing_step_is_marked_and_a_step_to_come_is_not():
    lines = lines_of(REJECTED, 78)
    missed = next(n for n, e in enumerate(lines.entries) if REJECTED.replayed.steps[e.place].ghost is Ghost.MISSED)
    assert lines.newest == missed
    made = lines.line(missed)
    assert str(made).startswith("✗")
    assert made.spans[0].role is Role.FAULT
    assert not any(str(lines_of(ON_ITS_WAY, 78).line(number)).startswith("✗") for number in range(15, 19))


def test_your_sign_stays_where_the_name_must_be_cut():
    told = told_of(happy(mine=()))
    steps = list(told.replayed.steps)
    steps[16] = replace(steps[16], origin="mine")
    lines = StepLines(steps, pauses_of(steps, None), 78)
    assert str(lines.line(17)).rstrip().endswith("…◆") or "… ◆" in str(lines.line(17))


def test_a_long_pause_is_cut_and_said_and_no_message_is_hidden():
    told = told_of(happy())
    pauses = pauses_of(told.replayed.steps, None)
    assert pauses.cuts == {139: 2001}
    scale = Scale(pauses, 26)
    cells = [scale.cell(step.at_ms) for step in told.replayed.steps]
    assert cells == sorted(cells)
    assert 0 <= cells[0] <= cells[-1] < 26
    assert not set(scale.cut_cells()) & set(cells)
    assert [entry.pause_ms for entry in lines_of(told, 118).entries if entry.pause_ms] == [2001]


def test_a_pause_that_nobody_notices_is_not_cut():
    told = told_of(declined(release=False))
    assert SHORTEST_CUT_MS > 31
    assert pauses_of(told.replayed.steps, None).cuts == {}


@pytest.mark.parametrize("width", range(38, 240, 9))
def test_no_line_is_wider_than_the_pane(width):
    for told in (ON_ITS_WAY, REJECTED):
        for only in (False, True):
            lines = lines_of(told, width, waterfall_only=only)
            made = [lines.header(), *(lines.line(n, Look.STRONG) for n in range(len(lines.entries)))]
            if lines.lanes is not None or (only and width > 45):
                assert all(one.cells <= width for one in made)


def test_a_unit_that_is_down_is_named_with_the_key_that_helps():
    look = all_ready({"payment": 1}, payment=UnitLook(UnitState.STOPPED))
    told = told_of(happy(upto=4), now_ms=4_031, look=look)
    said = saga.sentence(told, None, 116)
    assert said == (
        "The mediator waits for payment.processed (ord-7F3K, 4.00 s).",
        "Payment is stopped. u starts it.",
    )
    assert len(" ".join(saga.sentence(told, None, 76))) <= 76
    assert "from Payment, stopped, lag 1" in plain(saga.waits(told, None, 118))


def test_how_long_it_usually_takes_is_said_from_five_orders_on():
    few, many = Usual(2020, 4, "shipping.initiated"), Usual(2020, 5, "shipping.initiated")
    assert saga.usual_words(few, "shipping.delivered") == "the first 4 came 2.0 s after shipping.initiated."
    assert (
        saga.usual_words(many, "shipping.delivered")
        == "shipping.delivered usually comes 2.0 s after shipping.initiated."
    )
    assert saga.usual_words(None, "shipping.delivered") == "no shipping.delivered has come here before."


def test_whose_rows_decide_is_said_with_the_file_where_they_are_yours():
    found = REJECTED.replayed.difference
    assert difference.whose(found, REJECTED, "workspace/undo/undo.py:31") == (
        "Your rows decide this step: workspace/undo/undo.py:31. e opens it"
    )
    other = told_of(declined(release=False, mine=()))
    assert "The rows of exercise undo decide" in difference.whose(found, other, "")


def a_log():
    said = [
        (1, "order.created", None, "move", State.NEW, State.AWAITING_INVENTORY),
        (2, "inventory.checked", "reserved", "move", State.AWAITING_INVENTORY, State.AWAITING_PAYMENT),
        (3, "notification.sent", None, "no-op", State.AWAITING_PAYMENT, State.AWAITING_PAYMENT),
        (4, "order.shipped", None, "unexpected", State.AWAITING_PAYMENT, State.AWAITING_PAYMENT),
    ]
    at = datetime.fromtimestamp(NOON_MS / 1000, UTC)
    steps = tuple(
        StepView(number=number, at=at, name=name, outcome=outcome, kind=kind, from_state=before, to_state=after)
        for number, name, outcome, kind, before, after in said
    )
    return SagaView(order_id="ord-7F3K", state=State.AWAITING_PAYMENT, updated_at=at, log=steps)


@pytest.mark.parametrize("width", [68, 98])
def test_what_the_mediator_wrote_down(frame_is, width):
    made = saga_log(a_log(), width)
    assert all(one.cells <= width for one in made)
    assert "! unexpected" in plain(made)
    frame_is(made, name=f"{width}")
