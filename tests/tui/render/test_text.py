"""Rows, canvas, frame lines and signs."""

from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tui.render.canvas import Canvas
from tui.render.panes import Line, Plan, outer
from tui.render.signs import SIGNS, Signs, flat
from tui.render.text import Look, Role, Row, Span, frame, plain, row, sides


@pytest.mark.parametrize(
    ("cells", "shown"),
    [(12, "abc def     "), (7, "abc def"), (6, "abc d…"), (5, "abc …"), (4, "abc…"), (1, "…"), (0, "")],
)
def test_a_row_is_cut_or_filled_to_exactly_its_cells(cells, shown):
    fitted = row("abc", Span(" def", Role.EVENT)).fitted(cells)
    assert (str(fitted), fitted.cells) == (shown, cells)


def test_wide_signs_are_counted_in_cells_and_never_cut_in_two():
    assert [row("東京 mug").fitted(cells).cells for cells in range(9)] == list(range(9))
    assert str(row("東京").fitted(3)) == "東…"
    assert str(row("東京").fitted(2)) == " …"


def test_two_sides_share_a_row_and_the_left_one_gives_way():
    assert str(sides(row("left"), row("right"), 12)) == "left   right"
    assert str(sides(row("a long left side"), row("right"), 12)) == "a long…right"


def test_a_frame_has_exactly_its_size():
    assert plain(frame([row("a"), row("b")], 3, 3)) == "a\nb\n"
    assert [one.cells for one in frame([row("abcdef")] * 9, 4, 2)] == [4, 4]


def test_what_is_drawn_outside_a_canvas_is_not_there():
    canvas = Canvas(5, 2)
    canvas.put(3, 0, "abcdef")
    canvas.put(-2, 1, "xyz")
    canvas.put(0, 7, "nowhere")
    assert plain(canvas.rows()) == "   ab\nz"


def test_a_sign_of_two_cells_takes_two_on_a_canvas():
    canvas = Canvas(4, 1)
    canvas.put(0, 0, "東a")
    assert [one.cells for one in canvas.rows()] == [4]
    assert str(canvas.rows()[0]) == "東a "


def test_a_mark_without_a_cell_of_its_own_stays_with_its_sign():
    canvas = Canvas(3, 2)
    canvas.put(1, 0, "he\u0301\u0302")
    canvas.put(-1, 1, "a\u0301b\u0301")
    assert [str(one) for one in canvas.rows()] == [" he\u0301\u0302", "b\u0301  "]


def test_half_of_a_wide_sign_is_never_left():
    canvas = Canvas(6, 1)
    canvas.put(0, 0, "東京東")
    canvas.put(1, 0, "ab")
    canvas.put(4, 0, "")
    assert str(canvas.rows()[0]) == " ab 東"


@given(st.lists(st.tuples(st.integers(-3, 9), st.text("ab東é\u0301", max_size=6)), max_size=6))
def test_whatever_is_drawn_a_row_has_exactly_its_cells(texts):
    canvas = Canvas(7, 1)
    for x, text in texts:
        canvas.put(x, 0, text)
    assert [one.cells for one in canvas.rows()] == [7]


def test_neighbours_of_one_kind_are_one_span():
    canvas = Canvas(6, 1)
    canvas.put(0, 0, "ab", Role.EVENT)
    canvas.put(2, 0, "cd", Role.EVENT, Look.STRONG)
    assert canvas.rows() == [Row((Span("ab", Role.EVENT), Span("cd", Role.EVENT, Look.STRONG), Span("  ")))]


def test_frame_lines_meet_in_the_right_joints():
    lines = [
        *outer(24, 9, row("Shop"), row("phase 1")),
        Line(14, 0, down=7),
        Line(0, 3, across=15, title=row("Tail"), at_right=row("▸3")),
        Line(0, 6, across=24),
    ]
    assert plain(Plan(24, 9, {}, lines).drawn()) == (
        "┌ Shop ───────┬ phase 1 ┐\n"
        "│             │        │\n"
        "│             │        │\n"
        "├ Tail ─── ▸3 ┤        │\n"
        "│             │        │\n"
        "│             │        │\n"
        "├─────────────┴────────┤\n"
        "│                      │\n"
        "└──────────────────────┘"
    ).replace("┬ phase 1 ┐", "phase 1 ┐").replace("┌ Shop ───────phase", "┌ Shop ─────── phase")


def test_a_title_that_does_not_fit_is_cut_and_the_right_one_is_left_out():
    drawn = Plan(12, 3, {}, outer(12, 3, row("A very long title"), row("right"))).drawn()
    assert str(drawn[0]) == "┌ A very … ┐"


def test_every_sign_has_an_ascii_twin_of_the_same_width():
    for field in fields(Signs):
        signs = getattr(SIGNS, field.name)
        assert flat(signs).isascii()
        assert len(flat(signs)) == cell_len(signs) == len(signs)


def test_command_and_event_yours_and_dead_differ_in_ascii_too():
    told_apart = (
        "command_right",
        "event_right",
        "yours",
        "dead",
        "stopped",
        "paused",
        "right",
        "wrong",
        "open",
        "here",
    )
    assert len({flat(getattr(SIGNS, name)) for name in told_apart}) == len(told_apart)
