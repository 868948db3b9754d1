"""Partitions and lag, and the records that nobody can read."""

from dataclasses import replace

import pytest

from lab.shop.contracts import PARTITIONS, TOPICS
from lab.shop.reads import READS
from tests.tui.world import happy_order
from tui.model.item import from_record
from tui.render.dead_letters import head, letter
from tui.render.partitions import WIDTH, Read, partitions
from tui.render.text import Look, plain

pytestmark = pytest.mark.usefixtures("utc")


PLACES = [(topic.name, number) for topic in TOPICS for number in range(PARTITIONS)]
ENDS = {place: 10 + at % 7 for at, place in enumerate(PLACES)}
COMMITTED = {unit: {place: ENDS[place] for place in PLACES if place[0] in topics} for unit, topics in READS.items()}
BEHIND = COMMITTED | {"payment": {("payment.commands", 0): ENDS["payment.commands", 0] - 2}}


@pytest.mark.parametrize("width", [WIDTH, 60])
def test_each_topic_has_its_ends_and_each_group_how_far_it_is(width, frame_is):
    rows = partitions(Read(ENDS, BEHIND), width)
    assert all(one.cells <= width for one in rows[: len(TOPICS)])
    frame_is(rows)


def test_lag_is_the_ends_minus_what_is_committed_and_all_where_nothing_ever_was():
    shown = plain(partitions(Read(ENDS, BEHIND), WIDTH))
    line = next(one for one in shown.splitlines() if "payment.commands" in one)
    ends = [ENDS["payment.commands", number] for number in range(3)]
    assert line.split()[1:] == [str(ends[0]), str(ends[0] - 2), str(ends[1]), "0", str(ends[2]), "0", "Payment",
                                str(2 + ends[1] + ends[2])]  # fmt: skip


def test_of_the_past_the_committed_offsets_are_not_claimed():
    shown = plain(partitions(Read(ENDS, lag={"payment": 3, "order": 0}), WIDTH))
    assert "Payment 3" in shown
    assert "Order 0" not in shown
    line = next(one for one in shown.splitlines() if "order.commands" in one)
    assert line.split().count("–") == 4


def test_phase_1_says_why_lag_falls_in_steps():
    assert "commits every 5 s" in plain(partitions(Read(ENDS, BEHIND), WIDTH))
    assert "commits every 5 s" not in plain(partitions(Read(ENDS, BEHIND, phase=2), WIDTH))


def test_no_dead_letter_says_when_there_would_be_one():
    said = plain(head(0, 0))
    assert "None. A message lands here when retrying cannot help (phase 2)." in said
    assert "Every record so far could be read." in said


def test_a_record_that_nobody_can_read_says_where_it_lies_and_why():
    broken = from_record(replace(happy_order()[3], headers=(), key=b"ord-\x1b[2J"))
    made = letter(broken, 100, chosen=True)
    assert "12:00:00.031 ord-␛[2J     payment.commands      2·3    no-envelope:" in str(made)
    assert str(made).startswith("›")
    assert all(Look.REVERSE in span.look for span in made.spans)
    assert "2 records that" in plain(head(2, 0))


def test_dead_letters_that_wait_are_counted_and_it_is_said_who_they_are():
    assert "╳ 1 dead letter waits: retrying could not help.\n   uv run lab dlq list names them" in plain(head(0, 1))
    assert "╳ 12 dead letters wait: retrying could not help." in plain(head(1, 12))
    assert "Kafka has not said how many there are." in plain(head(0, None))
