"""Lines of the tail: which columns there are, and what stands in them."""

import pytest
from msgspec.structs import replace

from lab.shop.contracts import Record
from tests.tui.stories import happy
from tests.tui.world import NOON_MS, fixed_history
from tui.model.item import done, from_record
from tui.render.tail import TailLine, columns, header, line
from tui.render.text import Look, Role

HISTORY = fixed_history(happy(mine=("produce",)))
CREATED, CHECK, PROCESS, INITIATED = HISTORY[1], HISTORY[2], HISTORY[4], HISTORY[11]


@pytest.mark.parametrize("width", [36, 47, 58, 76, 78, 84, 118])
def test_a_tail(frame_is, width):
    frame_is(
        [
            header(width),
            line(TailLine(done("Payment stopped by you (S)", "payment", NOON_MS)), width),
            line(TailLine(CREATED), width),
            line(TailLine(CHECK, took_ms=11), width),
            line(TailLine(PROCESS, here=True, unanswered=True, took_ms=7), width),
            line(TailLine(INITIATED, copies=2, took_ms=30), width),
        ],
        name=f"{width}",
    )


def test_first_the_hour_leaves_then_from_and_to_then_partition_and_offset():
    def left(width):
        has = columns(width)
        return [name for name, there in (("hour", has.hour), ("route", has.route), ("place", has.place)) if there]

    assert left(84) == ["hour", "route", "place"]
    assert left(78) == ["route", "place"]
    assert left(76) == ["place"]
    assert left(47) == []


@pytest.mark.parametrize("width", range(36, 140, 7))
def test_every_line_is_exactly_as_wide_as_it_should_be(width):
    wide = replace(CREATED, order_id="ord-漢字漢字漢字", _message=None)
    for item in (CREATED, PROCESS, wide, done("漢字 " * 30, "payment", NOON_MS)):
        assert line(TailLine(item, copies=3, unanswered=True, took_ms=123456), width).cells == width


def test_what_anybody_put_on_kafka_moves_no_cursor():
    headers = (("ce_type", b"\x1b[2J\r\nevil\x07" * 3), ("ce_id", b"\xff\xfe"), ("handled-by", b"\x1b[31mmine"))
    evil = from_record(Record("orders.initiating", 0, 0, b"\x1b]0;x\x07\x9b", b"\x00" * 9, headers, NOON_MS))
    text = str(line(TailLine(evil), 120))
    assert text.isprintable()
    assert "␛" in text
    assert "damaged" in text


def test_a_message_of_yours_keeps_its_sign_beside_other_notes():
    assert "◆ ≡2" in str(line(TailLine(CREATED, copies=2), 60))
    assert "◆ yours" in str(line(TailLine(CREATED), 60))
    assert "◆ silent" in str(line(TailLine(CREATED, unanswered=True), 84))


def test_the_line_that_the_keyboard_is_on_is_marked_and_reversed_while_it_has_the_keyboard():
    assert str(line(TailLine(CREATED, here=True), 60)).startswith("›")
    plain, focused = line(TailLine(CREATED, here=True), 60), line(TailLine(CREATED, here=True, focused=True), 60)
    assert not any(Look.REVERSE in span.look for span in plain.spans)
    assert all(Look.REVERSE in span.look for span in focused.spans)


def test_commands_events_and_yours_have_roles_of_their_own():
    roles = {span.text.strip(): span.role for shown in (CREATED, PROCESS) for span in line(TailLine(shown), 84).spans}
    assert roles["order.created"] is Role.EVENT
    assert roles["payment.process"] is Role.COMMAND
    assert roles["◆ yours"] is Role.YOURS
