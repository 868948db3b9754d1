"""Following one order, key by key."""

from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from lab.cli.flow_table import flow_table
from tests.tui.stories import declined, happy
from tests.tui.world import NOON_MS, SURROUNDINGS, QuietLab, all_ready, fixed_history, text_of, until
from tui.app import Orderlab
from tui.model.expected import table_of
from tui.model.item import from_record
from tui.screens.follow import FollowScreen
from tui.widgets.steps import StepsView

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("own_home")]
HAPPY, REJECTED = "ord-7F3K", "ord-D3WA"


@pytest.fixture
def shop(tmp_path):
    return lambda: shop_with_two_orders(tmp_path)


@asynccontextmanager
async def shop_with_two_orders(tmp_path):
    """The app on its Shop screen, in a narrow window, with two orders in its past."""
    history = fixed_history(happy(HAPPY, mine=("produce",)), declined(REJECTED, start=5_000, release=False))
    app = Orderlab(QuietLab(tmp_path), history=history, surroundings=SURROUNDINGS, first="shop")
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        yield app, pilot


async def follow(app, pilot, order_id):
    app.push_screen(FollowScreen(order_id))
    await until(pilot, lambda: isinstance(app.screen, FollowScreen) and app.screen._table is not None)
    await until(pilot, lambda: order_id in text_of(app))
    return app.screen


async def test_a_delivered_order_is_told_to_its_end(shop):
    async with shop() as (app, pilot):
        await follow(app, pilot, HAPPY)
        await until(pilot, lambda: "COMPLETED after 2.16 s" in text_of(app))
        assert app.order == HAPPY
        assert "2 × mug for Anna · part 2 · 18 messages · 2.2 s · ended COMPLETED" in text_of(app)


async def test_what_is_expected_is_of_the_phase_that_was_recorded(tmp_path):
    history = fixed_history(happy(HAPPY), look=replace(all_ready(), phase=2))
    app = Orderlab(QuietLab(tmp_path), history=history, surroundings=SURROUNDINGS, first="shop", listens=False)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await follow(app, pilot, HAPPY)
        await until(pilot, lambda: screen._told is not None)
        assert screen._told.phase == 2
        assert screen._table == table_of(flow_table(2)) != table_of(flow_table(1))


async def test_the_first_difference_is_seen_at_once(shop):
    async with shop() as (app, pilot):
        await follow(app, pilot, REJECTED)
        await until(pilot, lambda: "✗ first difference, after 0.062 s" in text_of(app))
        for said in ("(inventory.release)", "1 expected, never came", "1 mug is still set aside", "undo is yours"):
            assert said in text_of(app)


async def test_x_hides_what_is_expected_for_who_wants_to_guess_first(shop):
    async with shop() as (app, pilot):
        await follow(app, pilot, REJECTED)
        await pilot.press("x")
        await until(pilot, lambda: "first difference" not in text_of(app))
        assert "inventory.release" not in text_of(app)
        await pilot.press("x")
        await until(pilot, lambda: "(inventory.release)" in text_of(app))


async def test_w_shows_the_waterfall_alone_and_the_sequence_again(shop):
    async with shop() as (app, pilot):
        await follow(app, pilot, HAPPY)
        await pilot.press("w")
        await until(pilot, lambda: "0 ms" in text_of(app))
        assert "mediator  Inventory" not in text_of(app)
        await pilot.press("w")
        await until(pilot, lambda: "Order mediator" in text_of(app))


async def test_the_other_order_is_a_key_away_and_the_moment_stays(shop):
    async with shop() as (app, pilot):
        await follow(app, pilot, HAPPY)
        moment = app.view().moment.mode
        await pilot.press("greater_than_sign")
        await until(pilot, lambda: f"Follow {REJECTED}" in text_of(app))
        assert app.order == REJECTED
        assert app.view().moment.mode is moment
        await pilot.press("less_than_sign")
        await until(pilot, lambda: f"Follow {HAPPY}" in text_of(app))


async def test_enter_inspects_a_step_and_esc_closes_the_inspector_first(shop):
    async with shop() as (app, pilot):
        await follow(app, pilot, HAPPY)
        await pilot.press("home", "down", "enter")
        await until(pilot, lambda: "Inspector ▸ inventory.check" in text_of(app))
        await pilot.press("down")
        await until(pilot, lambda: "Inspector ▹ inventory.checked · reserved" in text_of(app))
        await pilot.press("escape")
        await until(pilot, lambda: "Inspector" not in text_of(app))
        await pilot.press("escape")
        await until(pilot, lambda: not isinstance(app.screen, FollowScreen))
        assert app.order == ""


async def test_a_step_that_was_not_seen_cannot_be_inspected_and_says_so(shop):
    async with shop() as (app, pilot):
        await follow(app, pilot, REJECTED)
        await until(pilot, lambda: "✗" in text_of(app))
        await pilot.press("i")
        await until(pilot, lambda: "This step was not seen" in text_of(app))


async def test_without_a_shop_the_sagas_log_is_not_to_be_had_and_that_is_said(shop):
    async with shop() as (app, pilot):
        await follow(app, pilot, HAPPY)
        await pilot.press("tab", "enter")
        await until(pilot, lambda: any("mediator's own" in one.message for one in app._notifications))


async def test_f_shows_all_orders_again(shop):
    async with shop() as (app, pilot):
        await follow(app, pilot, HAPPY)
        await pilot.press("f")
        await until(pilot, lambda: not isinstance(app.screen, FollowScreen))
        assert app.order == ""


async def test_an_order_grows_while_it_is_watched(shop):
    async with shop() as (app, pilot):
        records = happy("ord-NEW1", start=9_000)
        app.history.add([from_record(records[0])])
        await follow(app, pilot, "ord-NEW1")
        assert "(inventory.check)" in text_of(app)
        app.history.add(from_record(one) for one in records[1:])
        app.has_news()
        await until(pilot, lambda: "ended COMPLETED" in text_of(app))
        assert "(inventory.check)" not in text_of(app)


async def test_an_order_of_which_nothing_is_here_says_so(shop):
    async with shop() as (app, pilot):
        await follow(app, pilot, "ord-NONE")
        await until(pilot, lambda: "Nothing of ord-NONE was seen" in text_of(app))


async def test_where_all_orders_were_asked_for_elsewhere_the_screen_is_left(shop):
    async with shop() as (app, pilot):
        await follow(app, pilot, HAPPY)
        await pilot.press("3")
        await pilot.pause()
        app.order = ""
        await pilot.press("2")
        await until(pilot, lambda: app.screen.PLACE == "shop")


async def test_the_key_of_the_screen_below_leads_back_to_it(shop):
    async with shop() as (app, pilot):
        await follow(app, pilot, HAPPY)
        await pilot.press("2")
        await until(pilot, lambda: app.screen.PLACE == "shop")


async def test_your_own_rows_are_named_with_file_and_line(shop, tmp_path):
    async with shop() as (app, pilot):
        exercise = next((one for one in app.lab.classroom().course if one.id == "ship"), None)
        file = app.lab.classroom().workspace.file(exercise)
        file.parent.mkdir(parents=True)
        file.write_text("ROWS = (\n    Row(S.AWAITING_SHIPPING, On(ShippingInitiated.name), S.IN_TRANSIT, ()),\n)\n")
        records = [one for one in happy("ord-SHIP", start=9_000, mine=("ship",))
                   if b"order.mark_shipped." not in dict(one.headers)["ce_type"]]  # fmt: skip
        app.history.add(from_record(one) for one in records)
        await follow(app, pilot, "ord-SHIP")
        await until(pilot, lambda: "ship.py:2. e opens it" in text_of(app))


@pytest.mark.parametrize("size", [(40, 12), (60, 20), (80, 24), (120, 40), (200, 60)])
async def test_it_is_whole_in_every_window(tmp_path, size, frame_is):
    history = fixed_history(declined(REJECTED, release=False))
    app = Orderlab(QuietLab(tmp_path), history=history, surroundings=SURROUNDINGS, first="shop")
    async with app.run_test(size=size) as pilot:
        app.cursor.go_to(history.end - 1, 0)
        app.cursor._at_ms = NOON_MS + 60_000
        await follow(app, pilot, REJECTED)
        await until(pilot, lambda: "✗" in text_of(app))
        pane = app.screen.query_one(StepsView)
        assert pane.size.height >= 3
        shown = text_of(app).splitlines()
        assert "first difference" in text_of(app)
        frame_is("\n".join(shown[:-4]), name=f"{size[0]}")  # the last rows are the app's own, and show a clock
