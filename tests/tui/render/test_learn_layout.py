"""Where Learn's panes stand: what gives way first, and what never leaves."""

import pytest

from tui.render.learn_layout import Wants, places
from tui.render.panes import Box


def body(width, height):
    return Box(1, 1, width - 2, height - 4)


@pytest.mark.parametrize("size", [(40, 12), (60, 20), (80, 24), (109, 29), (110, 30), (120, 40), (200, 60)])
@pytest.mark.parametrize(
    "wants",
    [
        Wants(),
        Wants(card=24),
        Wants(card=24, grown=True),
        Wants(card=200, grown=True),
        Wants(zoomed="lesson"),
        Wants(zoomed="check"),
    ],
)
def test_no_two_panes_cover_each_other_and_none_leaves_the_window(size, wants):
    room = body(*size)
    found = places(room, wants)
    cells = [
        (x, y) for box in found.boxes.values() for x in range(box.x, box.x + box.width)
        for y in range(box.y, box.y + box.height)
    ]  # fmt: skip
    assert len(cells) == len(set(cells))
    assert all(room.x <= x < room.x + room.width and room.y <= y < room.y + room.height for x, y in cells)
    line, right = found.check_line[1], found.boxes["check"].x
    assert not any(y == line and x >= right for x, y in cells)
    assert found.boxes["check"].height >= 1


@pytest.mark.parametrize("size", [(40, 12), (60, 20), (80, 24), (120, 40)])
def test_the_lesson_has_room_at_every_size(size):
    assert places(body(*size), Wants()).boxes["lesson"].height >= 4


def test_the_tree_stands_at_the_side_from_110_columns_on_and_is_a_drawer_below():
    assert places(body(110, 30), Wants()).side_line
    assert "tree" in places(body(110, 30), Wants()).boxes
    assert "tree" not in places(body(109, 30), Wants()).boxes
    drawer = places(body(80, 24), Wants(drawer=True)).boxes
    assert drawer["tree"].width == 31


def test_the_check_is_three_lines_until_it_is_opened():
    assert places(body(80, 24), Wants(card=19)).boxes["check"].height == 3
    opened = places(body(80, 24), Wants(card=18, grown=True)).boxes
    assert opened["check"].height >= 17
    assert places(body(120, 40), Wants(card=18)).boxes["check"].height == 18
