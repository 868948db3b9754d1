"""The history is bounded, numbered, and knows what followed from it at any of its items."""

import pytest

from lab.shop.contracts import State
from tests.tui.world import NOON_MS, fixed_history, happy_order
from tui.model.flow import KEPT, Flow
from tui.model.history import CHECKPOINT, History
from tui.model.item import Kind, done, from_record


def many(orders, **options):
    history = History(**options)
    for number in range(orders):
        history.add(from_record(one) for one in happy_order(f"ord-{number:05}", start=number * 3000))
    return history


def test_every_item_keeps_its_number_when_older_ones_are_forgotten():
    history = many(200, room=1_000)
    assert history.end == 3_600
    assert history.first % CHECKPOINT == 0
    assert 1_000 <= len(history) <= 1_000 + 2 * CHECKPOINT
    assert history[history.end - 1].name == "order.delivered"
    with pytest.raises(IndexError):
        history[history.first - 1]


@pytest.mark.parametrize("end", [2_000, 2_001, 2_500, 2_999, 3_000, 3_599, 3_600])
def test_the_past_is_the_same_as_it_was_when_it_was_now(end):
    history = many(200, room=1_800)
    replayed = Flow()
    for number in range(200):
        for place, one in enumerate(happy_order(f"ord-{number:05}", start=number * 3000)):
            if number * 18 + place < end:
                replayed.apply_all([from_record(one)])
    then = history.at(end)
    assert (then.records, then.orders, then.by_topic) == (replayed.records, replayed.orders, replayed.by_topic)
    assert then.open_orders == replayed.open_orders
    assert +then.states == +replayed.states


def test_looking_at_the_past_does_not_change_now():
    history = many(100)
    before = history.now.copy()
    history.at(500).apply_all([from_record(happy_order("ord-late")[0])])
    assert history.now == before


def test_the_state_of_a_saga_is_told_by_the_messages_alone():
    history = fixed_history()
    seen = [history.at(number).state_of.get("ord-7F3K") for number in range(1, history.end + 1)]
    assert seen[0] is None
    assert list(dict.fromkeys(seen[1:])) == [
        State.NEW,
        State.AWAITING_INVENTORY,
        State.AWAITING_PAYMENT,
        State.CONFIRMING,
        State.AWAITING_SHIPPING,
        State.IN_TRANSIT,
        State.DELIVERING,
        State.COMPLETED,
    ]


def test_an_order_that_has_ended_stays_ended_whatever_comes_late():
    history = fixed_history()
    history.add([from_record(happy_order()[1]), from_record(happy_order()[0])])
    assert history.now.state_of["ord-7F3K"] is State.COMPLETED
    assert (history.now.orders, history.now.open_orders) == (1, 0)


def test_what_is_remembered_of_orders_is_bounded_and_their_number_stays_right():
    history = many(KEPT + 500)
    assert len(history.now.state_of) <= KEPT
    assert (history.now.orders, history.now.open_orders) == (KEPT + 500, 0)
    assert history.now.states[State.COMPLETED] == KEPT + 500


def test_time_never_runs_backwards_in_a_history():
    history = fixed_history()
    history.add([done("Payment stopped by you (S)", "payment", NOON_MS - 5_000)])
    heard = [history[number].heard_ms for number in range(history.end)]
    assert heard == sorted(heard)
    assert history[history.end - 1].kind is Kind.DONE


def test_items_are_found_by_the_moment_at_which_they_were_heard():
    history = fixed_history()
    assert history.end_at(NOON_MS + 24) == 4
    assert history.since(NOON_MS + 25) == 4
    assert [item.name for item in history.of_order("ord-7F3K", 4)] == [
        "order.created",
        "inventory.check",
        "inventory.checked",
    ]
