"""How often frames are drawn, and how much of each."""

import subprocess
import sys

import pytest
from textual.app import App

from tui.pace import SHARE, SLOWEST_SECONDS, Pace
from tui.render.text import Row, row
from tui.widgets.rows import RowsView


class Clocks:
    """Time that has passed, and time that was worked, as a test says."""

    def __init__(self) -> None:
        self.passed = self.worked = 0.0

    def go_on(self, passed: float, worked: float) -> None:
        self.passed += passed
        self.worked += worked


@pytest.fixture
def clocks():
    return Clocks()


@pytest.fixture
def pace(clocks):
    return Pace(lambda: clocks.passed, lambda: clocks.worked)


def test_the_first_frame_is_due_at_once(pace):
    assert pace.due()


def test_cheap_frames_come_as_often_as_they_are_asked_for(pace, clocks):
    pace.draws()
    clocks.go_on(passed=0.066, worked=0.066 * SHARE * 0.9)
    assert pace.due()


def test_a_dear_frame_lets_the_next_one_wait_until_it_is_worth_it(pace, clocks):
    pace.draws()
    clocks.go_on(passed=0.066, worked=0.020)
    assert not pace.due()
    clocks.go_on(passed=0.020 / SHARE - 0.066, worked=0.0)
    assert pace.due()


def test_however_much_there_is_to_do_there_are_a_few_frames_a_second(pace, clocks):
    pace.draws()
    clocks.go_on(passed=SLOWEST_SECONDS, worked=SLOWEST_SECONDS)
    assert pace.due()


class Lines(RowsView):
    """Rows that a test sets; it notes which of them are drawn."""

    def __init__(self) -> None:
        super().__init__()
        self.texts = ["one", "two", "three"]
        self.drawn: list[int] = []

    def rows(self, width: int, height: int) -> list[Row]:
        return [row(text) for text in self.texts]

    def render_line(self, y: int):
        self.drawn.append(y)
        return super().render_line(y)


class Shows(App[None]):
    def compose(self):
        yield Lines()


@pytest.mark.anyio
async def test_only_the_rows_that_have_changed_are_drawn_again():
    async with Shows().run_test(size=(20, 3)) as pilot:
        lines = pilot.app.query_one(Lines)
        await pilot.pause()
        lines.drawn.clear()
        lines.renew()
        await pilot.pause()
        assert lines.drawn == []
        lines.texts = ["one", "TWO", "three"]
        lines.renew()
        await pilot.pause()
        assert lines.drawn == [1]
        lines.texts = ["one"]
        lines.renew()
        await pilot.pause()
        assert lines.drawn == [1, 1, 2]


@pytest.mark.anyio
async def test_a_refresh_draws_all_of_them_and_so_do_other_colours():
    async with Shows().run_test(size=(20, 3)) as pilot:
        lines = pilot.app.query_one(Lines)
        await pilot.pause()
        for change in (lines.refresh, lambda: setattr(pilot.app, "theme", "textual-light")):
            lines.drawn.clear()
            change()
            await pilot.pause()
            assert set(lines.drawn) == {0, 1, 2}


def test_the_first_frame_waits_for_no_library_that_it_does_not_draw_with():
    later = {"aiohttp", "aiokafka", "aiosqlite", "celery", "fastapi", "httpx", "sqlalchemy", "uvicorn", "watchfiles"}
    asked = f"import sys, lab.cli.main, lab.cli.tui, tui.app; print(sorted({later!r} & sys.modules.keys()))"
    assert subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True).stdout == "[]\n"
