"""The command palette and the bar at the bottom: everything a key does can be found by words, and clicked."""

import pytest

from lab.bundle import shipped
from lab.docs.pictures import RECORDING
from tests.tui.world import SURROUNDINGS, QuietLab, text_of, until
from tui.actions import PLACES, actions_of
from tui.app import Orderlab
from tui.palette import entries
from tui.theme import DARK

pytestmark = pytest.mark.anyio


@pytest.fixture
def app(tmp_path, monkeypatch):
    monkeypatch.setenv("LAB_HOME", str(tmp_path / "home"))
    return Orderlab(QuietLab(tmp_path), surroundings=SURROUNDINGS)


def shows(pilot, *texts):
    return lambda: all(text in text_of(pilot.app) for text in texts)


async def test_every_action_of_every_screen_is_in_the_palette(app):
    async with app.run_test(size=(80, 24)) as pilot:
        for place in PLACES:
            app.go(place)
            await until(pilot, lambda place=place: place == app.screen.PLACE)
            texts = {entry.text for entry in entries(app, app.screen)}
            assert {action.title for action in actions_of(place)} <= texts


async def test_an_action_is_found_by_its_words_and_done(app):
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("ctrl+p")
        await pilot.press(*"what the units")
        await until(pilot, shows(pilot, "Logs: what the units write"))
        await pilot.press("enter")
        await until(pilot, shows(pilot, "┌ Logs"))


async def test_colours_motion_and_signs_are_changed_while_it_runs(app):
    async with app.run_test(size=(80, 24)) as pilot:
        found = {entry.text: entry.run for entry in entries(app, app.screen)}
        assert app.theme == DARK
        found["Colours: high contrast"]()
        assert app.theme == "orderlab-contrast"
        found["Motion: on"]()
        assert app.motion is True
        assert "┌" in text_of(app)
        found["ASCII signs only: on"]()
        await until(pilot, lambda: "┌" not in text_of(app) and "+ Orderlab" in text_of(app))
        assert text_of(app).isascii()


async def test_a_click_on_a_key_of_the_bar_does_what_the_key_does(app):
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        bar = text_of(app).splitlines()[-2]
        await pilot.click(offset=(bar.index("? explain") + 2, 22))
        await until(pilot, shows(pilot, "Start: what is what"))
        await pilot.press("escape")
        await pilot.click(offset=(bar.index("choose") - 2, 22))
        await pilot.click(offset=(bar.index("q quit") - 1, 22))
        assert app.is_running


async def test_the_mouse_moves_every_pane_through_time(app):
    async with app.run_test(size=(80, 24)) as pilot:
        app.open_file(shipped() / RECORDING)
        await pilot.press("2")
        await until(pilot, shows(pilot, "┌ Shop", "no broker"))
        row = text_of(app).splitlines()[-3]
        begin, last = min(at for at, sign in enumerate(row) if sign in "▁▂▃▄▅▆▇█"), app.history.end
        await pilot.mouse_down(offset=(begin + 4, 21))
        assert app.cursor.moment(0).end < last
        before = app.cursor.moment(0).at_ms
        await pilot.hover(offset=(begin + 9, 21))
        assert app.cursor.moment(0).at_ms > before
        await pilot.mouse_up(offset=(begin + 9, 21))
        await pilot.hover(offset=(begin + 1, 21))
        await until(pilot, lambda: "┃" in text_of(app))
        stays = app.cursor.moment(0).at_ms
        await pilot.hover(offset=(begin + 2, 21))
        assert app.cursor.moment(0).at_ms == stays
