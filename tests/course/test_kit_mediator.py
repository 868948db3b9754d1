"""The mediator of a check: the whole table with a learner's rows in it, and what it says of rows that are none."""

import pytest

from lab.course.kit.faults import BadRows
from lab.course.kit.mediator import Mediator
from lab.shop.contracts import (
    OrderConfirmed,
    OrderCreated,
    OrderLine,
    OrderMarkShipped,
    OrderShipped,
    ShippingInitiated,
    State,
)
from lab.shop.ports import On, Row

ORDER = OrderCreated(
    order_id="ord-1", customer_id="cus-anna", customer_name="Anna", email="a@b.example", ship_to="Leeds",
    card="card-ok", lines=(OrderLine(sku="mug", quantity=1, unit_cents=1250),), total_cents=1250,
)  # fmt: skip
PARCEL = ShippingInitiated(order_id="ord-1", carrier="Turtle Post", tracking="trk-1")
PIVOT = On(ShippingInitiated.name)
S = State


def mark_shipped(saga, _):
    return OrderMarkShipped(order_id=saga.order_id)


def mediator(*rows):
    return Mediator("ship", rows)


def test_a_learner_s_rows_stand_in_the_table_of_all_parts():
    one = mediator(Row(S.AWAITING_SHIPPING, PIVOT, S.IN_TRANSIT, (mark_shipped,)))
    story = one.story(ORDER, S.CONFIRMING)
    story.hear(OrderConfirmed(order_id="ord-1"))  # a row of another part
    assert story.state is S.AWAITING_SHIPPING
    decision = story.hear(PARCEL)
    assert (decision.kind, story.state) == ("move", S.IN_TRANSIT)
    assert [command.name for command in story.said] == ["shipping.initiate", "notification.send", "order.mark_shipped"]


def test_what_was_heard_before_is_no_news_and_what_no_row_foresees_is():
    story = mediator(Row(S.AWAITING_SHIPPING, PIVOT, S.IN_TRANSIT)).story(ORDER, S.AWAITING_SHIPPING)
    assert [story.hear(PARCEL).kind for _ in range(2)] == ["move", "no-op"]
    assert [story.hear(OrderShipped(order_id="ord-1")).kind for _ in range(2)] == ["unexpected", "unexpected"]


@pytest.mark.parametrize(
    ("rows", "finding", "saw"),
    [
        ([Row(S.NEW, PIVOT, S.NEW)], "not-rows", "a list of 1"),
        (None, "not-rows", "None"),
        (("x",), "not-rows", "'x' among them"),
        ((Row(S.NEW, "order.created", S.NEW),), "not-rows", "waits for 'order.created'"),
        ((Row(S.NEW, On(OrderCreated), S.NEW),), "not-rows", "the class OrderCreated in it"),
        ((Row("IN_TRANSIT", PIVOT, S.NEW),), "not-rows", "'IN_TRANSIT' for a state"),
        ((Row(S.NEW, PIVOT, S.NEW, mark_shipped),), "not-rows", "the function mark_shipped"),
        ((Row(S.NEW, PIVOT, S.NEW), Row(S.NEW, PIVOT, S.COMPLETED)), "two-rows", "two of yours"),
        ((Row(S.CONFIRMING, On(OrderConfirmed.name), S.NEW),), "two-rows", r"another part's \(exercise 14, table\)"),
    ],
)
def test_rows_that_make_no_table_are_told_apart(rows, finding, saw):
    with pytest.raises(BadRows, match=saw) as raised:
        Mediator("ship", rows)
    assert raised.value.finding == finding


async def late(saga, _):
    return mark_shipped(saga, _)


@pytest.mark.parametrize(
    ("make", "saw"),
    [
        (OrderMarkShipped, "the class OrderMarkShipped"),
        (lambda saga: saga, "too many positional"),
        (lambda *_: None, "None"),
        (lambda *_: [], "a list of 0"),
        (late, "a coroutine"),
        ("mark_shipped", "'mark_shipped' in the place"),
    ],
)
def test_a_command_that_is_none_is_found_when_its_row_applies(make, saw):
    story = mediator(Row(S.AWAITING_SHIPPING, PIVOT, S.IN_TRANSIT, (make,))).story(ORDER, S.AWAITING_SHIPPING)
    with pytest.raises(BadRows, match=saw) as raised:
        story.hear(PARCEL)
    assert raised.value.finding == "not-a-command"


def test_where_the_rows_come_with_a_decide_the_solution_decides_all_the_same():
    story = Mediator("table", (Row(S.NEW, On(OrderCreated.name), S.IN_TRANSIT, (mark_shipped,)),)).story(ORDER, S.NEW)
    assert story.hear(ORDER).kind == "move"
    assert (story.state, [command.name for command in story.said]) == (S.IN_TRANSIT, ["order.mark_shipped"])
