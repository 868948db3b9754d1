"""The list of log lines: the line that one reads stays where it is, whatever comes and whatever is forgotten."""

import pytest
from textual.app import App

from tui.model.logbook import Level, LogLine
from tui.widgets.log_lines import LogLines

pytestmark = pytest.mark.anyio


class Lines(App):
    """Nothing but the list."""

    def compose(self):
        yield LogLines(id="lines")


def lines(begin, end):
    return [MADE[number] for number in range(begin, end)]


MADE = [LogLine("payment", f"line {number}", Level.INFO) for number in range(400)]


async def test_the_line_that_one_reads_stays_under_the_keyboard_while_the_oldest_are_forgotten():
    async with Lines().run_test(size=(40, 10)) as pilot:
        view = pilot.app.query_one(LogLines)
        view.focus()
        view.show(lines(0, 100), with_unit=True, anew=True)
        await pilot.press(*["up"] * 20)
        assert view.chosen_line.text == "line 80"
        await pilot.pause()
        above = view.chosen - view.scroll_offset.y
        view.show(lines(0, 110), with_unit=True, anew=False)
        assert (view.chosen_line.text, view.behind) == ("line 80", 10)
        view.show(lines(30, 140), with_unit=True, anew=False)
        await pilot.pause()
        assert (view.chosen_line.text, view.behind) == ("line 80", 40)
        assert view.chosen - view.scroll_offset.y == above
        view.show(lines(200, 300), with_unit=True, anew=False)
        assert view.chosen_line.text == "line 200"  # its own is forgotten: the oldest that is left
        await pilot.press("end")
        assert (view.chosen, view.behind) == (None, 0)
