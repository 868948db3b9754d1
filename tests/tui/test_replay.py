"""A recording of a real shop, replayed: the same file gives the same frames, wherever and however often it is read.

The recording is the one that the pictures of the docs are drawn from. The frames were kept on another machine than the
one that recorded it.
"""

import pytest

from lab.bundle import shipped
from lab.docs.pictures import RECORDING
from tests.tui.shop_world import journal_of
from tui.journaling import read_items
from tui.model.beside import beside_at
from tui.model.cursor import Cursor
from tui.model.history import History
from tui.model.item import Kind
from tui.model.scene import Present, scene_of
from tui.model.view import view_at
from tui.render.shop_sentence import Situation
from tui.render.shop_status import shop_status
from tui.render.tail import TailLine, header, line
from tui.render.text import plain
from tui.render.timebar import time_row
from tui.render.topology import topology

WIDTH = 96
MOMENTS = {"the first order": 8, "payment stops": 68, "orders wait": 80, "it goes on": 86, "the end": 1_000}
"""After so many messages."""


@pytest.fixture
def file():
    return shipped() / RECORDING


def history_of(path):
    items, damage = read_items(path)
    assert damage is None
    history = History(room=len(items))
    history.add(items)
    return history


def frame(history, messages):
    """What stands on the Shop screen when the cursor is after so many messages, by the pure renderers alone."""
    cursor = Cursor(history, from_file=True)
    cursor.step(-history.end, 0.0)
    cursor.step(messages, 0.0)
    view = view_at(history, cursor.moment(0.0))
    scene = scene_of(view, beside_at(None, history, view.moment.end), Present(None, None, {}, None))
    told = [item for item in history.between(0, view.moment.end) if item.kind is not Kind.LOOKED]
    tail = [line(TailLine(item), WIDTH) for item in told[-6:]]
    status = shop_status(scene, Situation(from_file=True)).row(WIDTH)
    return [*topology(scene, WIDTH, 18).rows, header(WIDTH), *tail, status, time_row(view, WIDTH)]


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_recording_of_another_machine_gives_the_frames_that_were_kept(moment, file, frame_is, utc):
    frame_is(frame(history_of(file), MOMENTS[moment]))


def test_what_was_read_and_is_kept_again_gives_the_same_frames(file, tmp_path, utc):
    items, _ = read_items(file)
    again = journal_of(tmp_path, items)
    for number in MOMENTS.values():
        assert plain(frame(history_of(again), number)) == plain(frame(history_of(file), number))


def test_the_recording_is_of_a_shop_in_which_payment_was_stopped(file):
    history = history_of(file)
    done = [item.name for item in history.between(0, history.end) if item.kind is Kind.DONE]
    assert done == ["Payment stopped by you (S)", "Payment started by you (u)"]
    assert history.now.orders == 6
    assert history.now.open_orders == 0
