"""A sheet to read: what it waited for may come when it is closed already."""

import pytest
from textual.app import App

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
