"""Letters on a sheet of answers, and their timeline on a card, which has no place on Kafka to show."""

import pytest

from lab.course import card
from lab.course.kit.answers import Sheet
from lab.course.kit.faults import BadSheet, NotStarted
from lab.course.verdict import Row


@pytest.fixture
def sheet(tmp_path):
    def make(text):
        file = tmp_path / "sequence.toml"
        file.write_text(text, encoding="utf-8")
        return Sheet(file)

    return make


@pytest.mark.parametrize("text", ['"b a c"', '"bac"', '"B, A, C"', '"b → a → c"', '["b", "a", "c"]'])
def test_letters_are_read_whatever_stands_between_them(sheet, text):
    assert sheet(f"sequence = {text}").letters("sequence", "abc") == "bac"


@pytest.mark.parametrize("text", ['"a b x"', '"1 2"', '"order.created"', "7"])
def test_a_letter_that_is_no_line_of_the_sheet_is_named(sheet, text):
    with pytest.raises(BadSheet, match="there is no line"):
        sheet(f"sequence = {text}").letters("sequence", "abc")


def test_no_letters_are_no_answer_yet(sheet):
    with pytest.raises(NotStarted):
        sheet('sequence = ""').letters("sequence", "abc")


def test_messages_on_paper_are_shown_without_a_place_on_kafka():
    rows = (
        on_paper("orders.initiating", "d order.created"),
        on_paper("payment.commands", "l payment.process", wrong=True),
    )
    assert card.timeline(rows) == [
        "    topic                  message",
        "    orders.initiating      d order.created",
        "  ✗ payment.commands       l payment.process",
    ]


def on_paper(topic, text, *, wrong=False):
    return Row(topic=topic, partition=-1, offset=-1, key="", type=text, wrong=wrong)
