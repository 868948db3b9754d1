"""Stories on the Shop screen: with a recording, which stands still, and with a real shop."""

import pytest

from tests.tui.shop_world import journal_of, shop_history, shop_items
from tests.tui.world import NOON_MS, SURROUNDINGS, QuietLab, text_of, until
from tui.app import Orderlab
from tui.model.item import from_record
from tui.screens.shop import ShopScreen
from tui.sheets.confirm import Confirm
from tui.sheets.dead_letters import DeadLetters
from tui.sheets.partitions import PartitionsSheet

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("utc", "own_home")]


@pytest.fixture
def app(tmp_path):
    return app_of(tmp_path, shop_items())


def app_of(tmp_path, items):
    """The app with a recording of these items, at its end."""
    file = journal_of(tmp_path / "monday", items)
    return Orderlab(QuietLab(tmp_path / "workspace"), file=file, surroundings=SURROUNDINGS, first="shop")


def status(app):
    return text_of(app).splitlines()[-4]


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60), (60, 20), (45, 14)])
async def test_the_screen_is_complete_in_every_size(app, size, frame_is):
    async with app.run_test(size=size) as pilot:
        await until(pilot, lambda: "Payment" in text_of(app))
        await pilot.pause()
        shown = text_of(app)
        assert {len(line) for line in shown.splitlines()} <= set(range(size[0] + 1))
        frame_is(shown)


async def test_the_status_says_what_was_wrong_and_offers_no_key_that_a_recording_lacks(app):
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: "Payment is stopped (you, " in status(app))
        assert "3 commands wait for it on Kafka; none is lost." in status(app)
        assert "u starts" not in status(app)
        assert "u start" not in text_of(app).splitlines()[-2]


async def test_arrows_walk_over_the_shop_and_enter_says_more_at_the_side(app):
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("right", "right", "enter")
        await until(pilot, lambda: "┬ About Payment" in text_of(app))
        assert "reads       payment.commands" in text_of(app)
        await pilot.press("up")
        await until(pilot, lambda: "┬ About Inventory" in text_of(app))
        await pilot.press("escape")
        await until(pilot, lambda: "┬ Inspector" in text_of(app))


async def test_at_80_columns_what_is_opened_lies_over_the_tail_until_esc(app):
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("right", "enter")
        await until(pilot, lambda: "├ About" in text_of(app))
        assert "├ Tail" not in text_of(app)
        await pilot.press("escape")
        await until(pilot, lambda: "├ Tail" in text_of(app))


async def test_a_click_chooses_and_a_second_one_opens(app):
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: bool(app.screen.topology.spots))
        spot = app.screen.topology.spots["fulfilment"]
        where = (spot.x + 2, spot.y + 1)
        await pilot.click("#topology", offset=where)
        assert app.screen.topology.chosen == "fulfilment"
        await pilot.click("#topology", offset=where)
        await until(pilot, lambda: "┬ About Fulfilment" in text_of(app))


async def test_the_inspector_shows_the_line_of_the_tail(app):
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("tab", "up")
        await until(pilot, lambda: "topic" in text_of(app).split("┬ Inspector")[1])
        await pilot.press("i")
        await until(pilot, lambda: "Inspector" not in text_of(app))


async def test_at_80_columns_i_opens_the_inspector_over_the_tail_and_closes_it(app):
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("tab", "up", "i")
        await until(pilot, lambda: "├ Inspector" in text_of(app))
        await pilot.press("i")
        await until(pilot, lambda: "├ Tail" in text_of(app))
        assert app.focused.id == "tail"


async def test_a_pane_is_enlarged_and_given_back(app):
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("tab", "z")
        await until(pilot, lambda: "┌ Shop › Tail" in text_of(app))
        assert not app.screen.topology.display
        await pilot.press("z")
        await until(pilot, lambda: "├ Tail" in text_of(app))


async def test_in_a_small_window_tab_changes_the_pane(app):
    async with app.run_test(size=(45, 14)) as pilot:
        await until(pilot, lambda: "┌ Shop › Topology" in text_of(app))
        await pilot.press("tab")
        await until(pilot, lambda: "┌ Shop › Tail" in text_of(app))
        await pilot.press("tab")
        await until(pilot, lambda: "┌ Shop › Topology" in text_of(app))


async def test_what_gives_way_comes_back_when_the_window_grows(app):
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: "Inspector" in text_of(app))
        await pilot.resize_terminal(40, 12)
        await until(pilot, lambda: "┌ Shop ›" in text_of(app))
        await pilot.resize_terminal(38, 10)
        await until(pilot, lambda: "This window is 38×10; Orderlab needs\n40×12." in text_of(app))
        await pilot.resize_terminal(120, 40)
        await until(pilot, lambda: "┬ Inspector" in text_of(app))


async def test_dead_letters_say_that_there_are_none_and_what_comes_nearest(tmp_path):
    items = shop_items()
    broken = from_record(items[3].record.__class__("payment.commands", 1, 7, b"ord-9", b"?", (), NOON_MS + 4_959))
    async with (app := app_of(tmp_path, [*items, broken])).run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: "║ 1 unreadable║" in text_of(app))
        await pilot.press("d")
        await until(pilot, lambda: isinstance(app.screen, DeadLetters))
        await until(pilot, lambda: "no-envelope" in text_of(app))
        assert "None. A message lands here when retrying cannot help (phase 2)." in text_of(app)
        await pilot.press("enter")
        newest = app.history.end - 1
        await until(pilot, lambda: isinstance(app.screen, ShopScreen) and app.screen.inspector.number == newest)


async def test_partitions_of_a_recording_are_those_of_that_moment(app):
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("p")
        await until(pilot, lambda: isinstance(app.screen, PartitionsSheet))
        await until(pilot, lambda: "In the past only the ends are known" in text_of(app))
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is app.screen_stack[0])


async def test_a_recording_has_no_unit_to_be_stopped(app):
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("right", "right", "S")
        await until(pilot, lambda: "no shop runs behind it" in str([one.message for one in app._notifications]))
        assert not isinstance(app.screen, Confirm)


async def test_stepping_back_shows_every_pane_as_it_was(app):
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: "■ Payment" in text_of(app))
        await pilot.press("less_than_sign", "less_than_sign", "less_than_sign", "less_than_sign")
        await until(pilot, lambda: "■ Payment" not in text_of(app))
        assert "3 orders" in text_of(app)


async def test_the_screen_moves_only_while_a_token_travels(tmp_path):
    history = shop_history()
    app = Orderlab(QuietLab(tmp_path), history=history, surroundings=SURROUNDINGS, first="shop")
    async with app.run_test(size=(80, 24)):
        moment = app.cursor.moment(NOON_MS + 4_960)
        assert app.screen.moves(moment)
        assert not app.screen.moves(app.cursor.moment(NOON_MS + 9_000))
