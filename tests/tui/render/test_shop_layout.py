"""Where the Shop screen's panes stand, and what gives way first."""

import pytest

from tui.render.panes import Box
from tui.render.shop_layout import ABOUT, INSPECTOR, TAIL, TOPOLOGY, Wanted, layout


def placed(columns, rows, **wanted):
    """The layout of a window of that size; frame and bars are taken off as the screen does it."""
    return layout(Box(1, 1, columns - 2, rows - 5 - (rows >= 30)), Wanted(**wanted))


def test_at_120_columns_the_inspector_stands_at_the_side_as_it_is_drawn():
    found = placed(120, 40, side=INSPECTOR)
    assert (found.side_x, found.tail_y) == (85, 18)
    assert found.boxes == {TOPOLOGY: Box(1, 1, 84, 17), TAIL: Box(1, 19, 84, 16), INSPECTOR: Box(86, 1, 33, 34)}


def test_at_80_columns_it_is_a_sheet_over_the_tail():
    assert placed(80, 24).boxes == {TOPOLOGY: Box(1, 1, 78, 11), TAIL: Box(1, 13, 78, 7)}
    assert placed(80, 24, side=ABOUT).boxes == {TOPOLOGY: Box(1, 1, 78, 11), ABOUT: Box(1, 13, 78, 7)}


def test_below_34_rows_boxes_become_lines():
    assert placed(120, 34).boxes[TOPOLOGY].height == 17
    assert placed(120, 33).boxes[TOPOLOGY].height == 11


def test_below_80_columns_the_topology_is_a_list():
    assert placed(79, 24).boxes[TOPOLOGY].height == 8


@pytest.mark.parametrize("size", [(59, 24), (80, 19), (40, 12)])
def test_a_small_window_has_one_pane_and_it_is_the_keyboards(size):
    assert list(placed(*size, focused=TAIL).boxes) == [TAIL]


def test_an_enlarged_pane_has_all_the_room():
    assert placed(120, 40, side=INSPECTOR, zoomed=TAIL).boxes == {TAIL: Box(1, 1, 118, 34)}


@pytest.mark.parametrize("rows", [12, 20, 24, 29, 30, 33, 34, 60])
@pytest.mark.parametrize("side", ["", INSPECTOR])
def test_in_no_window_do_panes_overlap_or_leave_the_frame(rows, side):
    for columns in range(40, 251, 7):
        taken = set()
        for box in placed(columns, rows, side=side).boxes.values():
            cells = {(x, y) for x in range(box.x, box.x + box.width) for y in range(box.y, box.y + box.height)}
            assert cells
            assert taken.isdisjoint(cells)
            assert all(0 < x < columns - 1 and 0 < y < rows - 4 for x, y in cells)
            taken |= cells


def test_the_tail_keeps_lines_in_every_window_that_has_both():
    for columns in range(60, 251, 10):
        assert all(placed(columns, rows).boxes[TAIL].height >= 4 for rows in range(20, 70))
