"""The lesson as rows: text is broken, code and diagrams are not touched, places are found again."""

import pytest
from rich.cells import cell_len

from lab.course.catalog import read_course
from tests.tui.learn_world import LESSON
from tui.render.lesson import lesson_rows, place_of, row_at
from tui.render.text import Look, Role, plain


def text(markdown, cells=78):
    return plain(one.row for one in lesson_rows(markdown, cells))


@pytest.mark.parametrize("cells", [38, 78, 87])
def test_a_lesson_as_it_is_drawn(frame_is, cells):
    frame_is(text(LESSON, cells))


@pytest.mark.parametrize("cells", [38, 58, 78, 87, 200])
def test_no_row_of_any_lesson_is_wider_than_its_pane_and_no_text_wider_than_76(cells):
    for exercise in read_course():
        for one in lesson_rows(exercise.lesson.read_text(), cells):
            assert one.row.cells <= cells, str(one.row)
    prose = [one.row for one in lesson_rows("word " * 200, 200)]
    assert max(cell_len(str(one).strip()) for one in prose) <= 76


@pytest.mark.parametrize("cells", [40, 78, 120])
def test_no_word_of_any_lesson_is_lost(cells):
    for exercise in read_course():
        source = exercise.lesson.read_text()
        words = "".join(text(source, cells).replace("…", "").split())
        for line in source.splitlines():
            if line.startswith("    ") and line.strip() and not line.lstrip().startswith(("|", "-", "*")):
                assert "".join(line.replace("…", "").split()) in words or "`" in line or "](" in line, line


def test_a_diagram_that_fits_keeps_every_cell():
    diagram = "┌──┐    ┌──┐\n│a │ ──▶│b │\n└──┘    └──┘"
    shown = text("Look:\n\n" + "\n".join(f"    {line}" for line in diagram.splitlines()))
    indents = {shown.splitlines()[at].index(line) for at, line in enumerate(diagram.splitlines(), 2)}
    assert len(indents) == 1


def test_a_diagram_as_wide_as_the_pane_moves_to_the_edge_and_is_not_broken():
    line = "x" * 78
    assert line in text(f"Look:\n\n    {line}").splitlines()


def test_code_that_is_too_wide_goes_on_below_and_says_so():
    code = 'print("' + "a " * 50 + '")'
    first, *others = text(f"```python\n{code}\n```", 60).splitlines()
    assert first.endswith("…")
    assert others
    assert all(line.lstrip().startswith("…") for line in others)
    assert not others[-1].endswith("…")


def test_marks_become_looks_and_code_keeps_its_ticks():
    (one,) = lesson_rows("**bold** *soft* `code` plain", 78)
    looks = {span.text: (span.look, span.role) for span in one.row.spans}
    assert looks["bold"][0] is Look.STRONG
    assert looks["soft"][0] is Look.UNDERLINE
    assert looks["`"][1] is Role.QUIET
    assert str(one.row).strip() == "bold soft `code` plain"


def test_an_address_outside_is_shown_and_one_inside_is_not():
    shown = text("[the manual](https://kafka.apache.org/) and [one order](../one-order.md) and <https://a.example>")
    assert "the manual (https://kafka.apache.org/) and one order and https://a.example" in " ".join(shown.split())


def test_the_title_is_left_out():
    assert text("# Title\n\nText") == "   Text"


@pytest.mark.parametrize("at", [0, 7, 20])
def test_a_place_is_found_again_at_another_width(at):
    wide, narrow = lesson_rows(LESSON, 87), lesson_rows(LESSON, 38)
    there = row_at(narrow, place_of(wide, at))
    assert narrow[there].block == wide[at].block
    assert row_at(wide, place_of(wide, at)) == at
