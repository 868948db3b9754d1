"""The flow in words: from messages and the clock to lines, with nothing else in between."""

import json
import random
from datetime import UTC

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from lab.cli.flow import choose
from lab.errors import NotFound, WrongUsage
from lab.shop import contracts as c
from lab.shop.contracts import Record
from lab.shop.follow import replay
from lab.shop.journal import BadLine, JournalWriter, read_journal, to_line
from lab.shop.narrate import LineKind, Narrator
from lab.shop.overview import overview
from lab.shop.parts import PART_FILES
from lab.shop.ports import CONSUME, DISPATCH, HAND_OVER, WRAP
from lab.shop.seen import Back, Lost, Seen
from lab.shop.silence import UnitNow
from lab.shop.tellers import JsonTeller
from lab.shop.whose import TRAVEL
from tests.shop.telling import ID, START_MS, cancelled_story, created, record, seen, story, unreadable

T0 = START_MS / 1000


def tell(narrator, messages, now=T0, **options):
    lines = []
    for at, body in messages:
        lines += narrator.see(seen(body, at, **options), now + at)
    return [line.text for line in lines]


def narrator(**options):
    return Narrator(zone=UTC, **options)


def test_a_delivered_order_reads_as_the_design_shows_it():
    yours = {"order.created": "produce=mine", "inventory.checked": "reserve=mine"}
    teller = narrator()
    told = [
        line.text for at, body in story() for line in teller.see(whose(body, at, yours.get(body.name, "")), T0 + at)
    ]
    assert told[0].startswith("── ord-7F3KM2QA  2 \N{MULTIPLICATION SIGN} mug for Anna, 25.00 EUR ───")
    assert told[0].endswith("── 14:02:11 ──")
    assert told[1] == " 0.000 s  · Order: a customer placed this order        order.created       yours"
    assert told[2] == " 0.011 s  → Mediator asks Inventory to set 2 mugs aside  inventory.check"
    assert told[3] == " 0.024 s  · Inventory: set aside, 38 left              inventory.checked   yours"
    assert told[16] == " 2.140 s  · Fulfilment: the carrier delivered it       shipping.delivered"
    assert told[-2] == "── ord-7F3KM2QA delivered in 2.2 s · 18 messages ──"
    assert told[-1] == "          2 pieces were yours: produce, reserve"
    assert len(told) == 21
    assert all(cell_len(text) <= 80 for text in told)


def test_a_broken_part_and_a_repeated_message_are_marked():
    teller = narrator()
    first = seen(created(), handled_by="broken", parts="produce=broken", message_id="m1")
    again = seen(created(), 0.5, message_id="m1")
    assert teller.see(first, T0)[1].text.endswith("order.created      broken")
    assert teller.see(again, T0)[0].text.endswith("  again")


def test_a_piece_is_counted_once_by_its_exercise_however_much_it_says():
    told = tell(narrator(), story(), handled_by="mine", parts="await=mine")
    assert told[-1] == "── ord-7F3KM2QA delivered in 2.2 s · 18 messages · 1 piece was yours: await ──"


def test_pieces_that_one_line_does_not_hold_stand_below_it_and_broken_ones_are_counted_apart():
    told = tell(narrator(), story(), handled_by="broken", parts="undo=mine produce=broken envelope=mine confirm=mine")
    assert told[-3:] == [
        "── ord-7F3KM2QA delivered in 2.2 s · 18 messages ──",
        "          3 pieces were yours: confirm, envelope, undo",
        "          1 piece was broken: produce",
    ]


@pytest.mark.parametrize(
    ("body", "parts", "mark"),
    [
        (created(), "envelope=mine", "yours"),
        (created(), "accept=mine", "yours"),
        (c.OrderConfirmed(order_id=ID), "envelope=mine", "(yours)"),
        (c.OrderConfirmed(order_id=ID), "accept=mine read=mine", "(yours)"),
        (c.OrderConfirmed(order_id=ID), "confirm=mine envelope=mine", "yours"),
        (c.OrderConfirmed(order_id=ID), "confirm=mine read=broken", "(broken)"),
        (c.OrderConfirmed(order_id=ID), "confirm=broken read=mine", "broken"),
        (c.OrderConfirmed(order_id=ID), "", ""),
    ],
)
def test_a_message_that_your_lines_only_carried_is_marked_in_parentheses(body, parts, mark):
    text = narrator().see(whose(body, 0, parts), T0)[1].text
    assert text.endswith(f" {mark}" if mark else body.name)
    assert cell_len(text) <= 80


def whose(body, at, parts):
    """A message with the two headers that the runtime writes for these parts."""
    handled_by = next((origin for origin in ("broken", "mine") if f"={origin}" in parts), "solution")
    return seen(body, at, handled_by=handled_by, parts=parts)


def test_the_exercises_that_carry_messages_are_those_of_the_table_of_parts():
    carrying = {WRAP, CONSUME, DISPATCH, HAND_OVER}
    assert {part.exercise for part in PART_FILES if carrying & set(part.fills)} == TRAVEL


def test_interleaved_orders_carry_their_short_id_on_every_line():
    other = "ord-9XAB4444"
    mixture = sorted(
        [(at, ID, body) for at, body in story()] + [(at + 0.05, other, body) for at, body in story(other, "Bea")],
        key=lambda row: row[0],
    )
    teller, told = narrator(), []
    for at, order_id, body in mixture:
        lines = teller.see(seen(body, at), T0 + at)
        told += [(order_id, line) for line in lines if line.kind in {LineKind.COMMAND, LineKind.EVENT}]
    second = next(number for number, (order_id, _) in enumerate(told) if order_id == other)
    assert all(line.text.startswith(order_id[4:8] + " ") for order_id, line in told[second:])
    assert all(line.text.startswith(" 0.0") for _, line in told[:second])


def test_orders_whose_ids_begin_alike_are_told_by_eight_signs():
    teller = narrator()
    tell(teller, [(0, created("ord-7F3KAAAA")), (0, created("ord-7F3KBBBB"))])
    told = tell(teller, [(0.1, c.OrderConfirm(order_id="ord-7F3KAAAA"))])
    assert told[0].startswith("7F3KAAAA ")


@given(st.integers(1, 8), st.integers(), st.text(max_size=30))
def test_no_line_is_wider_than_80_and_none_holds_a_control_character(orders, seed, name):
    rng = random.Random(seed)
    ids = ["ord-" + "".join(rng.choices("7F3KABCD", k=8)) for _ in range(orders)]
    queues = [[*rng.choice([story(i, name), cancelled_story(i)])] for i in ids]
    teller = narrator()
    while any(queues):
        at, body = rng.choice([queue for queue in queues if queue]).pop(0)
        mark = rng.choice(["mine", "broken", "solution"])
        parts = " ".join(
            rng.choices(["read=mine", "await=broken", "validate=mine", "\x1b[2J=mine", "=", "a" * 90], k=3)
        )
        seen_now = seen(body, at * 50, handled_by=mark, parts=parts)
        for line in [*teller.see(seen_now, T0 + at), *teller.tick(T0 + at * 50)]:
            assert cell_len(line.text) <= 80
            assert line.text.isprintable()


def test_a_cancelled_order_ends_when_the_customer_has_been_told():
    told = tell(narrator(), cancelled_story())
    assert "Fulfilment: no carrier goes to Lighthouse" in told[11]
    assert told[-1] == "── ord-7F3KM2QA cancelled in 0.2 s · it could not be shipped · 19 messages ──"
    assert sum("cancelled in" in text for text in told) == 1


def test_an_end_that_nobody_tells_the_customer_of_is_closed_after_a_second():
    teller = narrator()
    told = tell(teller, cancelled_story()[:-2])
    assert not any("cancelled in" in text for text in told)
    assert teller.tick(T0 + 0.5) == []
    closed = [line.text for line in teller.tick(T0 + 1.5)]
    assert closed[0].startswith("── ord-7F3KM2QA cancelled")
    assert "should have followed" in closed[1]
    assert teller.over(ID)


@pytest.mark.parametrize(
    ("now", "words"),
    [
        (UnitNow.STOPPED, "Payment is not running: uv run lab up payment"),
        (UnitNow.MUTE, "uv run lab resume payment"),
        (UnitNow.RUNNING, "uv run lab logs payment"),
    ],
)
def test_silence_is_explained_after_five_seconds(now, words):
    asked = []
    teller = narrator(unit_now=lambda unit: asked.append(unit) or now)
    tell(teller, story()[:4])
    assert teller.tick(T0 + 5.0) == []
    lines = [line.text for line in teller.tick(T0 + 5.04)]
    assert lines[0].startswith(" 5.0 s    … nothing for 5 seconds. The mediator waits for Payment")
    told = " ".join(line.strip() for line in lines)
    assert "(payment.processed)" in told
    assert words in told
    assert asked == ["payment"]
    assert teller.tick(T0 + 9) == []


def test_the_design_s_silence_is_told_word_for_word():
    teller = narrator(unit_now=lambda _: UnitNow.STOPPED)
    tell(teller, story()[:4])
    assert [line.text for line in teller.tick(T0 + 5.04)] == [
        " 5.0 s    … nothing for 5 seconds. The mediator waits for Payment",
        "          (payment.processed). Payment is not running: uv run lab up payment",
    ]


def test_a_silent_mediator_is_named_itself():
    teller = narrator(unit_now=lambda _: UnitNow.STOPPED)
    tell(teller, story()[:1])
    told = " ".join(line.text.strip() for line in teller.tick(T0 + 6))
    assert "It is the mediator's turn (order.created was told). Mediator is not running: uv run lab up mediator" in told


def test_many_orders_that_wait_for_the_same_are_told_of_once():
    teller = narrator(unit_now=lambda _: UnitNow.STOPPED)
    for number in range(25):
        tell(teller, story(f"ord-{number:04}AAAA")[:4])
    told = " ".join(line.text.strip() for line in teller.tick(T0 + 6))
    assert told.count("The mediator waits for Payment") == 1
    assert "nothing from 0000, 0001, 0002, 0003 and 21 more for 5 seconds" in told


def test_the_same_explanation_is_not_given_again_at_once():
    teller = narrator()
    tell(teller, story("ord-AAAA2222")[:4])
    tell(teller, story("ord-BBBB2222")[:4], T0 + 3)
    assert teller.tick(T0 + 6)
    assert teller.tick(T0 + 9) == []
    tell(teller, story("ord-CCCC2222")[:4], T0 + 20)
    assert teller.tick(T0 + 26)


def test_on_the_way_is_not_taken_for_stuck_before_five_seconds_and_an_ended_order_never():
    teller = narrator()
    tell(teller, story()[:15])
    assert teller.tick(T0 + 2) == []
    tell(teller, story()[15:])
    assert teller.tick(T0 + 60) == []


def test_an_order_that_was_under_way_before_is_told_from_there():
    told = tell(narrator(), story()[6:])
    assert "under way before we listened" in told[0]
    assert told[1].startswith(" 0.000 s  · Order: confirmed")
    assert "delivered in 2.1 s · 12 messages" in told[-1]


def test_an_answer_read_before_its_question_leaves_nothing_open():
    messages = story()
    messages[3], messages[4] = messages[4], messages[3]
    messages[12], messages[14] = messages[14], messages[12]
    assert "delivered in" in tell(narrator(), messages)[-1]


def test_what_cannot_be_read_is_named_with_place_and_reason():
    lines = narrator().see(unreadable(ce_type="\x1b[2Jx"), T0)
    told = " ".join(line.text.strip() for line in lines)
    assert "payment.events, partition 1, offset 12: cannot be read (no-envelope" in told
    assert all(line.kind is LineKind.TROUBLE and cell_len(line.text) <= 80 for line in lines)


def test_a_lost_kafka_is_said_and_silence_is_not_blamed_on_units():
    teller = narrator()
    tell(teller, story()[:4])
    assert "Kafka does not answer since 14:02:12" in teller.see(Lost(T0 + 1, "gone"), T0 + 1)[0].text
    assert teller.tick(T0 + 8) == []
    assert "Kafka answers again, after 9 s" in teller.see(Back(T0 + 10, 9.0), T0 + 10)[0].text


def test_a_filter_hides_lines_and_the_story_is_still_known():
    teller = narrator(shows=lambda one: one.record.topic == "payment.events")
    told = tell(teller, story())
    assert [text[12:30] for text in told if "payment.processed" in text] == ["Payment: approved "]
    assert len(told) == 3
    assert "18 messages" in told[-1]


def test_a_filter_for_what_does_not_exist_names_the_nearest():
    with pytest.raises(WrongUsage) as refused:
        choose(None, ["payment.procesed"], [])
    assert "Nearest: payment.processed" in refused.value.mend
    with pytest.raises(WrongUsage, match="no topic 'nowhere'"):
        choose(None, [], ["nowhere"])
    shows = choose("7f3km2qa", ["shop.order.created.v1"], ["orders.initiating"])
    assert shows(seen(created()))
    assert not shows(seen(created("ord-OTHER")))
    assert not shows(seen(c.OrderConfirm(order_id=ID)))


def test_each_json_line_is_one_object_with_all_that_is_known():
    teller = JsonTeller()
    one = seen(created(name="\x1b\u202e"), handled_by="mine", parts="accept=mine read=theirs", offset=7)
    (line,) = teller.see(one, T0)
    row = json.loads(line.text)
    assert line.text.isascii()
    assert line.text.isprintable()
    assert (row["topic"], row["offset"]) == ("orders.initiating", 7)
    assert row["type"] == "shop.order.created.v1"
    assert row["handled_by"] == "mine"
    assert row["parts"] == {"accept": "mine"}
    assert row["body"]["order_id"] == ID
    broken = json.loads(teller.see(unreadable(ce_type="x"), T0)[0].text)
    assert broken["unreadable"]["reason"] == "no-envelope"
    assert broken["body"] is None
    assert broken["parts"] == {}


def test_a_header_that_is_null_is_unreadable_and_kills_nobody():
    one = Seen.of(Record("order.events", 0, 0, None, b"{}", (("ce_subject", None),), START_MS))
    assert one.order_id == ""
    assert narrator().see(one, T0)
    assert JsonTeller().see(one, T0)


def test_a_journal_is_told_as_the_stream_was(tmp_path):
    file = tmp_path / "a.olj"
    with JournalWriter(file) as journal:
        for at, body in story():
            journal.keep(record(body, at))
    lines = []
    assert replay(file, narrator(), lines.extend) == (18, 0)
    assert [line.text for line in lines] == tell(narrator(), story())


def test_a_journal_is_never_overwritten_and_an_absent_one_is_said(tmp_path):
    file = tmp_path / "a.olj"
    file.write_text("mine")
    with pytest.raises(WrongUsage, match="is there already"):
        JournalWriter(file)
    assert file.read_text() == "mine"
    with pytest.raises(NotFound):
        list(read_journal(tmp_path / "none"))


def test_damaged_lines_are_named_by_number_and_left_out(tmp_path):
    file = tmp_path / "a.olj"
    good = to_line(record(created()))
    file.write_bytes(b"\xff\xfe\n" + good + b"[1]\n" + good[: len(good) // 2])
    lines = []
    assert replay(file, narrator(), lines.extend) == (1, 3)
    told = [line.text.strip() for line in lines]
    assert [text[2:8] for text in told if text.startswith("!")] == ["line 1", "line 3", "line 4"]


@pytest.mark.parametrize(("field", "value"), [("timestamp_ms", 10**30), ("timestamp_ms", -1), ("partition", "0")])
def test_a_record_that_cannot_be_is_a_damaged_line(tmp_path, field, value):
    file = tmp_path / "a.olj"
    file.write_bytes(json.dumps(json.loads(to_line(record(created()))) | {field: value}).encode())
    (entry,) = read_journal(file)
    assert isinstance(entry, BadLine)


@given(st.binary(max_size=300), st.sampled_from(["topic", "key", "value", "headers", "timestamp_ms", "offset"]),
       st.recursive(st.none() | st.integers() | st.text(), lambda inner: st.lists(inner, max_size=3)))  # fmt: skip
def test_no_file_can_harm_the_journal_reader(tmp_path_factory, noise, field, value):
    file = tmp_path_factory.mktemp("journal") / "j"
    row = json.loads(to_line(record(created()))) | {field: value}
    file.write_bytes(noise + b"\n" + json.dumps(row).encode() + b"\n")
    for entry in read_journal(file):
        assert isinstance(entry, Seen | BadLine)
        if isinstance(entry, Seen):
            assert all(line.text.isprintable() for line in narrator().see(entry, T0))
            JsonTeller().see(entry, T0)


def test_the_list_of_orders_does_not_depend_on_the_sequence_of_messages():
    messages = [seen(body, at) for at, body in story()] + [seen(body, at) for at, body in cancelled_story("ord-B")]
    rows = overview(messages)
    assert [(row.order_id, str(row.status)) for row in rows] == [(ID, "delivered"), ("ord-B", "cancelled")]
    assert {(row.order_id, row.status) for row in overview(reversed(messages))} == {
        (row.order_id, row.status) for row in rows
    }
