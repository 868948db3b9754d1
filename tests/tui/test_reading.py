"""A sheet to read: nothing of it is cut, and what it waited for may come when it is closed already."""

import pytest
from textual.app import App

from tests.tui.world import SURROUNDINGS, QuietLab, text_of
from tui.app import Orderlab
from tui.render.text import row
from tui.sheets.reading import Reading

pytestmark = pytest.mark.anyio


async def test_a_sheet_that_was_closed_meanwhile_is_not_filled_any_more():
    async with App().run_test(size=(80, 24)) as pilot:
        sheet = Reading("Hints", lambda _: [row("one")])
        await pilot.app.push_screen(sheet)
        await pilot.press("escape")
        await pilot.pause()
        assert pilot.app.screen is not sheet
        sheet.fill(to_end=True)


@pytest.mark.parametrize("width", [40, 61, 80, 120, 200])
async def test_rows_that_are_made_for_its_width_are_shown_whole(tmp_path, monkeypatch, width):
    monkeypatch.setenv("LAB_HOME", str(tmp_path / "home"))
    app = Orderlab(QuietLab(tmp_path), surroundings=SURROUNDINGS, first="shop", listens=False)
    async with app.run_test(size=(width, 24)) as pilot:
        await pilot.app.push_screen(Reading("Hints", lambda cells: [row("b" + "." * (cells - 2) + "e")] * 30))
        await pilot.pause()
        lines = [line for line in text_of(pilot.app).splitlines() if "b..." in line]
        assert len(lines) > 10
        assert all("..e" in line for line in lines)
