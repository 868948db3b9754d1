"""One message in full."""

import json
from dataclasses import replace

import pytest

from lab.shop.contracts import Record
from tests.tui.stories import happy
from tests.tui.world import NOON_MS, fixed_history
from tui.model.item import from_record
from tui.render.inspector import Inspected, Related, low, related, size, tall, value_lines
from tui.render.json_text import laid_out

HISTORY = fixed_history(happy(mine=("produce",)))
CREATED, CHECK, CHECKED, PROCESS = (HISTORY[number] for number in (1, 2, 3, 4))
SHOWN = Inspected(
    CHECKED,
    [Related(CHECK, -13), Related(CREATED, -24)],
    [Related(PROCESS, 7, "no answer for 4.0 s: Payment is stopped")],
)


def test_a_message_at_the_side(frame_is):
    frame_is([*tall(SHOWN, 33), *related(SHOWN, 33)])


def test_a_message_in_a_low_sheet(frame_is):
    frame_is([*low(SHOWN, 78)])


def test_as_stored_every_header_is_whole(frame_is):
    frame_is([*tall(replace(SHOWN, raw=True), 60)])


def test_the_first_message_has_no_cause_and_one_from_elsewhere_says_so():
    assert "begins the story" in str(related(Inspected(CREATED), 40)[2])
    assert "not here" in str(related(Inspected(CHECKED), 40)[2])


def test_of_a_long_chain_the_nearest_causes_are_named_and_the_rest_is_counted():
    shown = replace(SHOWN, causes=[Related(CHECK, -1)] * 5 + [Related(CREATED, -9)])
    text = [str(one) for one in related(shown, 40)]
    assert "⋯ 3 more, to order.created" in text[5]


def test_why_a_message_cannot_be_read_is_said():
    broken = from_record(Record("order.events", 1, 4, None, b"{", (("ce_type", b"shop.order.shipped.v1"),), NOON_MS))
    text = "\n".join(str(one) for one in tall(Inspected(broken), 60))
    assert "no-envelope" in text
    assert "key        –" in text


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (b"x" * 69, "69 bytes"),
        (b"x" * 5000, "5 kB; the first 4 kB. r shows all."),
        (b"x" * 2_000_000, "2.0 MB; the first 4 kB. r shows all."),
        (None, "null"),
    ],
)
def test_how_large_a_value_is(value, said):
    assert size(value) == said


def with_value(value):
    return Inspected(from_record(Record("order.events", 0, 0, b"k", value, (), NOON_MS)))


def test_of_a_large_value_the_first_four_kilobytes_are_made_and_all_when_asked_for():
    shown = with_value(b"[" + b"1," * 1_000_000 + b"1]")
    assert len(value_lines(shown, 40, glued=False)) == 4096
    assert len(value_lines(replace(shown, raw=True), 40, glued=False)) == 2_000_003


def test_a_value_that_is_no_json_is_shown_as_it_is():
    assert value_lines(with_value(b"\xffhello"), 40, glued=False) == "\N{REPLACEMENT CHARACTER}hello"


def test_json_nested_too_deep_is_shown_as_it_is():
    assert value_lines(with_value(b"[" * 2000), 40, glued=False) == "[" * 2000


@pytest.mark.parametrize("room", [10, 20, 31, 60])
@pytest.mark.parametrize("glued", [True, False])
def test_json_in_lines_is_still_the_same_json(room, glued):
    value = {"a": [1, {"b": "c" * 30, "d": [], "e": {}}], "f": None, "g": [[1, 2], [3, 4]] * 6, "h": "ü\n"}
    assert json.loads("\n".join(laid_out(value, room, glued=glued))) == value
