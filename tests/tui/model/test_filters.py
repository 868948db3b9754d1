"""The tail's filter."""

import pytest

from tests.tui.stories import declined, happy
from tests.tui.world import NOON_MS, fixed_history
from tui.model.filters import nearest, parse
from tui.model.item import done
from tui.model.tail_lines import TailLines

HISTORY = fixed_history(happy("ord-W9XA", mine=("produce",)), declined("ord-D3WA", mine=()))
ITEMS = HISTORY.between(0, HISTORY.end)


def names(text):
    wanted = parse(text)
    return [item.name for item in ITEMS if wanted.fits(item)]


def test_nothing_asked_for_lets_everything_through():
    assert len(names("")) == HISTORY.end
    assert not parse("  ")


def test_a_type_is_part_of_a_messages_name():
    assert set(names("type:payment")) == {"payment.process", "payment.processed"}


def test_an_order_is_part_of_its_id_whatever_the_letters():
    assert len(names("order:9xa")) == len(names("order:W9XA")) == 18


def test_a_unit_speaks_or_is_spoken_to():
    assert set(names("unit:payment order:D3WA")) == {"payment.process", "payment.processed"}


def test_a_topic_is_part_of_a_topics_name():
    assert names("topic:orders.initiating") == ["order.created"] * 2


def test_yours_are_those_that_your_lines_had_a_hand_in():
    assert names("yours") == ["order.created"]


def test_plain_words_are_looked_for_everywhere_and_all_must_fit():
    assert names("created w9") == ["order.created"]
    assert names("nosuchthing") == []


def test_a_colon_after_something_else_is_a_plain_word():
    assert str(parse("a:b")) == "a:b"
    assert names("a:b") == []


@pytest.mark.parametrize(
    ("text", "near"),
    [
        ("type:payment order:9XB", "ord-W9XA"),
        ("type:paymnet", "payment"),
        ("unit:invetory", "inventory"),
        ("yours order:D3WA", "ord-D3WA"),
        ("qqqqqqqq", ""),
    ],
)
def test_where_nothing_fits_the_nearest_is_named(text, near):
    assert nearest(parse(text), ITEMS) == near


def test_looks_are_no_lines_and_what_was_done_is_one():
    history = fixed_history(happy())
    history.add([done("Payment stopped by you (S)", "payment", NOON_MS + 3000)])
    lines = TailLines(history)
    lines.catch_up()
    assert lines.before(history.end) == 19
    assert lines.number(0) == 1
    assert lines.line_of(5) == 4


def test_one_order_keeps_what_was_done_since_it_began():
    history = fixed_history()
    history.add([done("before", "payment", NOON_MS + 2200)])
    later = fixed_history(happy("ord-LATE", start=5000))
    history.add(later.between(1, later.end))
    history.add([done("since", "payment", NOON_MS + 9000)])
    lines = TailLines(history)
    lines.narrow(parse(""), "ord-LATE")
    lines.catch_up()
    shown = [history[lines.number(line)] for line in range(lines.before(history.end))]
    assert [item.name for item in shown if item.unit] == ["since"]
    assert {item.order_id for item in shown} == {"ord-LATE", ""}


def test_lines_that_are_forgotten_are_said():
    history = fixed_history()
    history.room = 1_000
    lines = TailLines(history)
    lines.catch_up()
    one = history[1]
    history.add([one] * 2_500)
    assert lines.catch_up() == 18
    assert lines.number(0) == history.first
