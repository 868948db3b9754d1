"""The three-way merge by itself."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.course.merging import merge

BASE = b"one\ntwo\nthree\nfour\nfive\n"
MINE = BASE.replace(b"two", b"zwei")
THEIRS = BASE.replace(b"four", b"vier")
BOTH = b"one\nzwei\nthree\nvier\nfive\n"

FILES = st.lists(st.sampled_from([b"", b"    return", b"a", b"b", b"c"]), max_size=12).map(
    lambda lines: b"".join(line + b"\n" for line in lines)
)


def test_changes_that_do_not_touch_are_both_in():
    assert merge(BASE, MINE, THEIRS) == BOTH
    assert merge(BASE, THEIRS, MINE) == BOTH


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        (b"one\nmine\nthree\n", b"one\ntheirs\nthree\n"),
        (b"one\nthree\n", b"one\ntheirs\nthree\n"),
        (b"one\nmine\nthree\n", b"one\nthree\n"),
        (b"one\ntwo\nthree\nmine\n", b"one\ntwo\nthree\ntheirs\n"),
        (b"mine\none\ntwo\nthree\n", b"theirs\none\ntwo\nthree\n"),
        (b"", b"one\ntheirs\nthree\n"),
        (b"one\nmine\nthree\n", b"one\ntwo\ntheirs\n"),  # adjoining lines
    ],
)
def test_changes_of_one_place_are_a_conflict(mine, theirs):
    assert merge(b"one\ntwo\nthree\n", mine, theirs) is None


def test_the_same_change_on_both_sides_is_made_once():
    assert merge(BASE, MINE, MINE.replace(b"four", b"vier")) == BOTH


@given(FILES, FILES)
def test_a_side_that_changed_nothing_takes_what_the_other_has(base, changed):
    assert merge(base, changed, base) == changed
    assert merge(base, changed, changed) == changed
    assert merge(base, base, changed) == changed


@given(FILES, FILES, FILES)
def test_it_does_not_matter_whose_side_is_which(base, one, other):
    assert merge(base, one, other) == merge(base, other, one)


@given(FILES, FILES, FILES)
def test_no_line_comes_from_nowhere(base, mine, theirs):
    merged = merge(base, mine, theirs)
    assert merged is None or set(merged.splitlines()) <= set(mine.splitlines()) | set(theirs.splitlines())


@pytest.mark.parametrize("end", [b"\r\n", b"\r"])
def test_another_kind_of_line_end_is_no_change_and_stays(end):
    assert merge(BASE, MINE.replace(b"\n", end), THEIRS) == BOTH.replace(b"\n", end)
    assert merge(BASE, BASE.replace(b"\n", end), THEIRS) == THEIRS.replace(b"\n", end)


def test_mixed_line_ends_stay_as_they_are_and_new_lines_get_the_usual_one():
    mine = b"one\r\nzwei\nthree\r\nfour\r\nfive\r\n"
    assert merge(BASE, mine, BASE + b"six\n") == mine + b"six\r\n"


def test_a_last_line_without_a_line_break_stays_so_and_nothing_is_glued_to_it():
    mine = MINE.removesuffix(b"\n")
    assert merge(BASE, mine, THEIRS) == BOTH.removesuffix(b"\n")
    assert merge(BASE, mine, BASE + b"six\n") == mine + b"\nsix"


def test_latin_1_survives_beside_new_lines_that_are_ascii():
    mine = BASE.replace(b"two", "größer".encode("latin-1"))
    assert merge(BASE, mine, THEIRS) == mine.replace(b"four", b"vier")


def test_a_file_of_two_encodings_is_never_made():
    mine = BASE.replace(b"two", "größer".encode("latin-1"))
    assert merge(BASE, mine, BASE.replace(b"four", "vier …".encode())) is None
    assert merge(BASE, MINE, BASE.replace(b"four", "vier …".encode())) == BOTH.replace(b"vier", "vier …".encode())


@pytest.mark.parametrize("mine", [MINE.decode().encode("utf-16"), b"\x00\x01" + MINE])
def test_what_is_no_text_of_bytes_is_left_alone(mine):
    assert merge(BASE, mine, THEIRS) is None


def test_the_mark_of_utf_8_that_some_editors_write_survives():
    mark = b"\xef\xbb\xbf"
    assert merge(BASE, mark + MINE, THEIRS) == mark + BOTH
