"""The index of cause and effect."""

from dataclasses import replace
from weakref import ref

from tests.tui.stories import happy, own_ids, without
from tests.tui.world import NOON_MS, fixed_history, happy_order
from tui.model.causes import Causes, causes_of
from tui.model.history import History
from tui.model.item import from_record


def indexed(*orders):
    history = fixed_history(*orders)
    return history, causes_of(history)


def named(history, numbers):
    return [history[number].name for number in numbers]


def number_of(history, name):
    return next(n for n in range(history.first, history.end) if history[n].name == name)


def test_a_message_leads_to_its_cause_and_to_its_effects():
    history, causes = indexed(happy())
    confirmed = number_of(history, "order.confirmed")
    assert history[causes.cause(confirmed)].name == "order.confirm"
    effects = causes.effects(history[confirmed], history.end)
    assert named(history, effects) == ["shipping.initiate", "notification.send"]
    assert causes.cause(number_of(history, "order.created")) is None


def test_what_comes_later_is_not_known_yet():
    history, causes = indexed(happy())
    confirmed = number_of(history, "order.confirmed")
    assert causes.effects(history[confirmed], confirmed + 1) == []
    assert causes.of_order("ord-7F3K", confirmed) == list(range(1, confirmed))


def test_a_command_is_unanswered_until_its_answer_comes():
    history, causes = indexed(happy())
    asked = number_of(history, "payment.process")
    assert causes.unanswered(history[asked], asked + 1)
    assert not causes.unanswered(history[asked], history.end)


def test_an_answer_that_names_no_cause_still_answers():
    records = [replace(one, headers=tuple(h for h in one.headers if h[0] != "ce_causationid")) for one in happy(upto=5)]
    history, causes = indexed(records)
    assert not causes.unanswered(history[number_of(history, "payment.process")], history.end)


def test_an_event_is_never_unanswered():
    history, causes = indexed(without(happy(), "shipping.delivered"))
    assert not causes.unanswered(history[number_of(history, "shipping.initiated")], history.end)


def test_the_same_id_again_is_counted():
    records = happy(upto=3)
    history, causes = indexed([*records, replace(records[2], offset=30, timestamp_ms=NOON_MS + 90)])
    assert len(causes.copies(history[3], history.end)) == 2
    assert len(causes.copies(history[2], history.end)) == 1


def test_of_a_cause_that_came_twice_the_one_before_the_effect_counts():
    records = happy(upto=3)
    history, causes = indexed([*records, replace(records[1], offset=30, timestamp_ms=NOON_MS + 90)])
    assert history[4].id == history[2].id
    assert causes.cause(3) == 2


def test_orders_stand_in_the_sequence_in_which_they_were_seen():
    history, causes = indexed(happy("ord-B", start=0), happy("ord-A", start=5))
    assert causes.orders(history.end) == ["ord-B", "ord-A"]
    assert causes.orders(2) == ["ord-B"]


def test_what_the_history_forgets_is_forgotten_here_too():
    history, gone = History(room=1_000), None
    causes = Causes(history)
    for number in range(300):
        history.add(from_record(one) for one in own_ids(happy_order(f"ord-{number}"), f"ord-{number}"))
        causes.catch_up()
        gone = gone or history[0]
    assert history.first > 0
    assert causes.orders(history.end)[0] == history[history.first].order_id
    assert causes.of_order("ord-0", history.end) == []
    assert causes.copies(gone, history.end) == []
    assert all(causes.copies(history[n], history.end) == [n] for n in range(history.first, history.end))


def test_of_an_order_that_is_half_forgotten_the_rest_is_known():
    history = History(room=1_000)
    causes = Causes(history)
    for number in range(300):
        history.add(from_record(one) for one in own_ids(happy_order(f"ord-{number}"), f"ord-{number}"))
    causes.catch_up()
    half = history[history.first].order_id
    known = causes.of_order(half, history.end)
    assert 0 < len(known) < len(happy_order(half))
    assert known == [n for n in range(history.first, history.end) if history[n].order_id == half]


def test_an_index_keeps_no_history_alive():
    history, causes = indexed(happy())
    known = ref(history)
    del history
    assert known() is None
    del causes


def test_two_who_ask_for_a_historys_index_get_the_same_one():
    history, causes = indexed(happy())
    assert causes_of(history) is causes
