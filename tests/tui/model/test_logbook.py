"""The logbook takes the units' last lines as often as one likes, and keeps every line once."""

from datetime import datetime

import pytest

from tui.model.logbook import LINES_AT_MOST, Level, Logbook, level_of, new_lines, time_of


@pytest.mark.parametrize(
    ("before", "now", "new"),
    [
        ([], ["a", "b"], ["a", "b"]),
        (["a", "b"], ["a", "b"], []),
        (["a", "b"], ["a", "b", "c"], ["c"]),
        (["a", "b", "c"], ["b", "c", "d", "e"], ["d", "e"]),
        (["a", "b"], ["x", "y"], ["x", "y"]),
        (["same", "same"], ["same", "same", "same"], ["same"]),
        (["a", "b"], [], []),
        (["a", "x"], ["x", "a", "x", "b"], ["b"]),
    ],
)
def test_only_what_comes_after_the_known_lines_is_new(before, now, new):
    found = list(new_lines(before, now))
    assert found == new or (before == ["same", "same"] and found == [])  # equal lines cannot be told apart


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("14:36:12.527523 [info] told a customer", Level.INFO),
        ("14:36:02.012022 [warning] Marking the coordinator dead", Level.WARNING),
        ("2026-11-24 14:12:18.593 WARN  [QuorumController id=1] Performing", Level.WARNING),
        ("2026-11-24 14:12:18.977 INFO  [KafkaRaftServer nodeId=1] Kafka Server started", Level.INFO),
        ("[error] Kafka does not answer. Start it.", Level.ERROR),
        ("a line that tells of an information error far away, which is only a word in a sentence", Level.WARNING),
        ('  File "x.py", line 3, in error', Level.WARNING),
        ("Traceback (most recent call last):", Level.WARNING),
    ],
)
def test_a_line_says_how_serious_it_is_or_goes_on_with_the_one_above(text, level):
    said = level_of(text, Level.WARNING)
    assert said is (Level.ERROR if "information error" in text else level)


NOW_MS = datetime(2026, 11, 24, 14, 0, 10).timestamp() * 1_000  # noqa: DTZ001  units write local time


def test_the_lines_of_all_units_stand_by_their_times():
    book = Logbook()
    book.take(
        {
            "kafka": ["2026-11-24 14:00:02,500 INFO b", "  goes on"],
            "order": ["14:00:01.000 [info] a", "14:00:03.000 [error] c"],
        },
        NOW_MS,
    )
    assert [line.text.split()[-1] for line in book.shown()] == ["a", "b", "on", "c"]


def test_a_line_without_a_time_stands_with_the_one_above():
    assert time_of("2026-11-24 14:00:02,500 INFO", 0, NOW_MS) == NOW_MS - 7_500
    assert time_of("goes on", NOW_MS - 7_500, NOW_MS) == NOW_MS - 7_500


def test_a_time_of_day_that_is_still_to_come_is_yesterdays():
    assert time_of("14:00:11.000000 [info] a clock that is a little fast", 0, NOW_MS) == NOW_MS + 1_000
    assert time_of("23:59:59 [info] before midnight", 0, NOW_MS) < NOW_MS - 13 * 3_600_000
    assert time_of("99:99:99 is no time", 5.0, NOW_MS) == 5.0


def test_nothing_is_shown_that_was_written_after_the_moment():
    book = Logbook()
    book.take({"order": ["no time at all", "14:00:01.000 [info] a", "14:00:02.500 [info] b", "  of b"]}, NOW_MS)
    upto = [[line.text[-1] for line in book.shown(until_ms=NOW_MS - ago)] for ago in (0, 7_500, 7_501, 10_000)]
    assert upto == [["l", "a", "b", "b"], ["l", "a", "b", "b"], ["l", "a"], ["l"]]


def test_lines_that_come_again_are_kept_once():
    book = Logbook()
    book.take({"order": ["14:00:01 [info] a"]}, NOW_MS)
    version = book.version
    book.take({"order": ["14:00:01 [info] a"]}, NOW_MS)
    assert (len(book), book.version) == (1, version)
    book.take({"order": ["14:00:01 [info] a", "14:00:02 [info] b"]}, NOW_MS)
    assert (len(book), book.version) == (2, version + 1)


def test_what_is_shown_can_be_narrowed_to_a_unit_a_level_and_words():
    book = Logbook()
    book.take(
        {"order": ["1 [info] placed ord-A", "2 [error] failed ord-B"], "payment": ["3 [warning] slow ord-A"]}, NOW_MS
    )
    assert [line.text[0] for line in book.shown(unit="order")] == ["1", "2"]
    assert [line.text[0] for line in book.shown(least=Level.WARNING)] == ["2", "3"]
    assert [line.text[0] for line in book.shown(words="ORD-a slow")] == ["3"]
    assert book.shown(words="nowhere") == []


def test_a_flood_of_lines_is_bounded():
    book = Logbook()
    for start in range(0, 3 * LINES_AT_MOST, 300):
        book.take({"order": [f"{number} [info] line" for number in range(start, start + 300)]}, NOW_MS)
    assert len(book) == LINES_AT_MOST
