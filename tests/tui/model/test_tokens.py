"""Tokens in flight: a function of history and moment."""

import pytest

from lab.shop import contracts as c
from tests.tui.world import NOON_MS, record
from tui.model.cursor import Mode, Moment
from tui.model.history import History
from tui.model.item import from_record
from tui.model.tokens import moves, traffic

TOPIC = "payment.commands"


def history_of(*times, kind=c.PaymentCancel):
    made = History()
    made.add(from_record(record(kind(order_id="ord-1"), ms=ms, offset=n, number=n)) for n, ms in enumerate(times))
    return made


def moment(history, ms, mode=Mode.LIVE):
    at = NOON_MS + ms
    return Moment(mode, history.end_at(at) if mode is Mode.LIVE else history.end, at)


def on(history, ms, **how):
    """(place, count) of each token on the topic."""
    found = traffic(history, moment(history, ms), **how).get(TOPIC)
    return [(round(one.at, 2), one.count) for one in found.tokens] if found else []


def test_a_token_sets_out_when_the_record_is_heard_and_is_there_after_450_ms():
    history = history_of(1_000)
    assert on(history, 999) == []
    assert on(history, 1_000) == [(0.0, 1)]
    assert on(history, 1_225) == [(0.5, 1)]
    assert on(history, 1_449) == [(1.0, 1)]
    assert on(history, 1_450) == []


def test_three_are_drawn_on_a_channel_and_more_join_the_last_one():
    history = history_of(1_000, 1_050, 1_100, 1_150, 1_200)
    assert on(history, 1_200) == [(0.44, 1), (0.33, 1), (0.22, 3)]


def test_who_has_joined_a_token_stays_with_it_until_it_is_there():
    history = history_of(1_000, 1_050, 1_100, 1_150, 1_200)
    assert on(history, 1_500) == [(0.89, 3)]


def test_from_eight_a_second_on_three_tokens_are_evenly_spaced_and_the_rate_is_said():
    history = history_of(*range(0, 1_000, 100))
    found = traffic(history, moment(history, 990))[TOPIC]
    assert found.per_second == 10
    first, second, third = (one.at for one in found.tokens)
    assert second - first == pytest.approx(1 / 3)
    assert third - second == pytest.approx(1 / 3)


def test_seven_a_second_are_still_seen_one_by_one():
    history = history_of(*range(0, 980, 140))
    assert traffic(history, moment(history, 980))[TOPIC].per_second == 0


def test_a_screen_shows_24_tokens_at_most():
    made = History()
    kinds = [topic.messages[0] for topic in c.TOPICS]
    bodies = [(at, kind.model_construct(order_id="ord-1")) for at in range(0, 300, 100) for kind in kinds]
    made.add(from_record(record(body, ms=at, number=n)) for n, (at, body) in enumerate(bodies))
    found = traffic(made, moment(made, 300))
    assert len(found) == len(kinds)
    assert sum(len(one.tokens) for one in found.values()) <= 24
    assert sum(token.count for one in found.values() for token in one.tokens) == 3 * len(kinds)


def test_the_same_moment_gives_the_same_tokens_live_and_in_a_file():
    history = history_of(1_000, 1_050, 1_100, 1_150, 1_200)
    live = traffic(history, Moment(Mode.LIVE, history.end, NOON_MS + 1_300))
    assert traffic(history, Moment(Mode.PAST, history.end, NOON_MS + 1_300, from_file=True)) == live


def test_what_lies_behind_the_cursor_is_not_drawn():
    history = history_of(1_000, 1_100)
    assert traffic(history, Moment(Mode.PAST, 1, NOON_MS + 1_050))[TOPIC].tokens[0].count == 1


def test_without_motion_nothing_travels_and_the_arrowhead_stands_out_for_a_second():
    history = history_of(1_000)
    assert on(history, 1_100, motion=False) == []
    assert traffic(history, moment(history, 1_999), motion=False)[TOPIC].recent
    assert traffic(history, moment(history, 2_000), motion=False) == {}


def test_one_order_shows_its_own_tokens_only():
    history = history_of(1_000)
    assert on(history, 1_100, order="ord-1") == [(0.22, 1)]
    assert on(history, 1_100, order="ord-2") == []


def test_the_picture_moves_while_a_token_travels_and_just_after_then_it_rests():
    history = history_of(1_000)
    assert moves(history, moment(history, 1_100))
    assert moves(history, moment(history, 1_600))  # once more, without the token
    assert not moves(history, moment(history, 1_900))
    assert moves(history, moment(history, 1_900), motion=False)
    assert not moves(history, moment(history, 1_100, Mode.PAUSED))
