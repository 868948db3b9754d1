"""Walking through the tail, and what the inspector then shows."""

from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from textual.events import MouseScrollUp

from tests.tui.stories import declined, happy
from tests.tui.world import NOON_MS, SURROUNDINGS, QuietLab, fixed_history, text_of, until
from tui.app import Orderlab
from tui.bindings import bindings_of
from tui.model.item import done, from_record
from tui.render.panes import Box, Line
from tui.screens.base import LabScreen, note
from tui.widgets.inspector import InspectorView
from tui.widgets.tail import Tail

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("own_home")]


class OnlyTail(LabScreen):
    """A screen with nothing but the two panes under test."""

    PLACE, NAME, BINDINGS = "shop", "Tail", bindings_of("shop")

    def panes(self):
        self.heard = []
        return Tail(), InspectorView()

    def boxes(self, body):
        upper = body.height // 2
        tail = self.query_one(Tail)
        line = Line(0, upper, across=body.width + 2, title=tail.title(), at_right=tail.at_right())
        return {
            "tail": Box(1, 1, body.width, upper - 1),
            "inspector": Box(1, upper + 1, body.width, body.height - upper),
        }, [line]

    def status(self):
        return note("")

    def on_tail_chosen(self, event):
        self.heard.append(event.number)
        self.query_one(InspectorView).show(event.number)

    def on_tail_opened(self, event):
        self.heard.append(("opened", event.number))

    def action_filter(self):
        self.query_one(Tail).ask_filter()


@pytest.fixture
def history():
    history = fixed_history(happy("ord-7F3K", mine=("produce",)), declined("ord-D3WA", start=3_000, mine=()))
    history.add([done("Payment stopped by you (S)", "payment", NOON_MS + 5_000)])
    history.add(from_record(one) for one in happy("ord-W9XA", start=6_000)[:4])
    return history


@pytest.fixture
def shown(history, tmp_path, monkeypatch):
    monkeypatch.setattr(Orderlab, "MODES", {**Orderlab.MODES, "shop": OnlyTail})
    return lambda: tail_of(history, tmp_path)


@asynccontextmanager
async def tail_of(history, tmp_path):
    app = Orderlab(QuietLab(tmp_path), history=history, surroundings=SURROUNDINGS, first="shop")
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: "order.created" in text_of(app))
        app.screen.query_one(Tail).focus()
        await pilot.pause()
        yield app, pilot, app.screen.query_one(Tail)


def new_order(app, order_id="ord-NEW1"):
    app.history.add(from_record(one) for one in happy(order_id, start=9_000)[:3])
    app.screen.on_tick()


async def test_the_newest_line_is_followed(shown):
    async with shown() as (app, pilot, tail):
        new_order(app)
        await until(pilot, lambda: "NEW1 ▹ inventory.checked" in text_of(app))
        assert tail.following


async def test_one_who_moves_up_stays_and_hears_how_many_came(shown):
    async with shown() as (app, pilot, tail):
        await pilot.press("up", "up")
        before = tail.current
        new_order(app)
        await until(pilot, lambda: "3 new, end follows" in text_of(app))
        assert tail.current == before
        assert "NEW1" not in text_of(app)
        await pilot.press("end")
        await until(pilot, lambda: "NEW1" in text_of(app))
        assert tail.following


async def test_down_past_the_last_line_follows_again(shown):
    async with shown() as (app, pilot, tail):
        await pilot.press("up")
        assert not tail.following
        await until(pilot, lambda: "end follows" in text_of(app))
        await pilot.press("down", "down")
        assert tail.following


async def test_the_first_line_is_a_key_away(shown):
    async with shown() as (app, pilot, tail):
        await pilot.press("home")
        await until(pilot, lambda: "›00:00.000 7F3K ▹ order.created" in text_of(app))
        assert tail.current == 1


async def test_what_was_done_to_a_unit_stands_among_the_messages(shown):
    async with shown() as (app, _pilot, _):
        assert "── Payment stopped by you (S) ──" in text_of(app)


async def test_a_command_without_its_answer_says_so(shown):
    async with shown() as (app, _pilot, _):
        line = next(line for line in text_of(app).splitlines() if "W9XA ▸ payment.process" in line)
        assert "no answer" in line
        assert "no answer" not in next(line for line in text_of(app).splitlines() if "W9XA ▸ inventory.check" in line)


async def test_the_line_that_is_chosen_is_told_to_the_screen_once(shown):
    async with shown() as (app, pilot, tail):
        await pilot.press("up", "enter")
        await pilot.pause()
        assert app.screen.heard == [tail.current, ("opened", tail.current)]
        assert "caused by ▸ inventory.check" in text_of(app)


async def test_a_click_chooses_and_a_second_click_opens(shown):
    async with shown() as (app, pilot, tail):
        await pilot.click(Tail, offset=(10, 3))
        await pilot.click(Tail, offset=(10, 3))
        await pilot.pause()
        assert ("opened", tail.current) in app.screen.heard


async def test_the_wheel_lets_one_read_on_above(shown):
    async with shown() as (_app, pilot, tail):
        await pilot._post_mouse_events([MouseScrollUp], Tail, (5, 5))
        await pilot.pause()
        assert not tail.following


async def test_a_filter_lets_only_some_lines_through(shown):
    async with shown() as (app, pilot, _tail):
        await pilot.press("slash", *"type:payment", "enter")
        await until(pilot, lambda: "/ type:payment" in text_of(app))
        lines = text_of(app).splitlines()[1:11]
        assert sum("payment.process" in line for line in lines) == 5
        assert not any("order.created" in line for line in lines)


async def test_a_filter_that_nothing_fits_names_the_nearest_and_esc_clears_it(shown):
    async with shown() as (app, pilot, tail):
        tail.narrow("type:paymnet")
        await until(pilot, lambda: "0 of 33 match 'type:paymnet'. Nearest: payment. esc clears." in text_of(app))
        await pilot.press("escape")
        await until(pilot, lambda: "W9XA ▹ order.created" in text_of(app))
        assert not tail.wanted
        await until(pilot, lambda: "Tail  every topic" in text_of(app))


async def test_while_one_order_is_followed_only_its_lines_are_there(shown):
    async with shown() as (app, pilot, _tail):
        app.order = "ord-D3WA"
        app.screen.on_tick()
        await until(pilot, lambda: "ord-D3WA only" in text_of(app))
        assert "7F3K" not in text_of(app)
        assert "Payment stopped" in text_of(app)


async def test_in_the_past_later_lines_are_not_there(shown):
    async with shown() as (app, pilot, tail):
        app.cursor.go_to(4, 0)
        app.screen.on_tick()
        await until(pilot, lambda: "W9XA" not in text_of(app))
        assert tail.current == 4


async def test_a_stale_tail_is_not_drawn_as_news(shown):
    async with shown() as (app, pilot, tail):
        app.link.lost_ms = 1.0
        app._view = None
        app.screen.on_tick()
        await pilot.pause()
        roles = {span.role.value for number in range(3) for span in tail.line(number, 78).spans}
        assert roles == {"ghost"}


async def test_the_inspector_shows_a_large_value_in_part_and_all_of_it_by_r(shown):
    async with shown() as (app, pilot, _tail):
        record = happy("ord-BIG1")[0]
        large = replace(record, value=b"[" + b"1," * 999_999 + b"1]", timestamp_ms=NOON_MS + 9_900)
        app.history.add([from_record(large)])
        inspector = app.screen.query_one(InspectorView)
        inspector.show(app.history.end - 1)
        await until(pilot, lambda: "2.0 MB; the first 4 kB. r shows all." in text_of(app))
        few = inspector.virtual_size.height
        inspector.toggle_raw()
        await until(pilot, lambda: inspector.virtual_size.height > 20_000)
        assert few < 100


async def test_an_item_that_the_history_forgot_is_not_an_error(shown):
    async with shown() as (app, pilot, tail):
        await pilot.press("home")
        inspector = app.screen.query_one(InspectorView)
        inspector.show(1)
        app.history.room = 10
        more = [from_record(one) for one in happy("ord-MORE", start=20_000)]
        for _ in range(120):
            app.history.add(more)
        app.screen.on_tick()
        await until(pilot, lambda: "Choose a line" in text_of(app))
        await pilot.press("up", "down")
        assert tail.current >= app.history.first
