"""A newcomer's first minute, on a real shop: every screen on the way says the next step, and what fails is mended."""

import asyncio
import os
import signal
import socket

import pytest

from lab.cli.tui import ThisLab
from lab.engines import ports, records
from lab.stack import Wanted
from lab.stack import up as bring_up
from tests.conftest import silent
from tests.engines.conftest import free_port, fresh_home
from tests.tui.world import SURROUNDINGS, text_of, until
from tui.app import Orderlab
from tui.model.item import Kind

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(300)]
LONG = 6_000  # frames: a start on a busy machine


@pytest.fixture
def newcomer(tmp_path, monkeypatch):
    """A machine without Docker, on which nothing was ever started."""
    with fresh_home() as home:
        (tmp_path / "bin").mkdir()
        monkeypatch.setenv("PATH", str(tmp_path / "bin"))
        monkeypatch.setenv("LAB_WORKSPACE", str(tmp_path / "workspace"))
        monkeypatch.setenv("LAB_SERVICE_PORT", str(free_port()))
        monkeypatch.setenv("LAB_TRANSIT_SECONDS", "0.2")
        yield home


def shows(pilot, *texts):
    return lambda: all(text in text_of(pilot.app) for text in texts)


def supervisor_of(home):
    """The process that looks after the shop's, as it was recorded; what it forked has its command line, too."""
    return records.read(home)[records.SUPERVISOR].process()


async def test_from_the_first_start_to_the_tour_and_back_to_a_closed_shop(newcomer):
    app = Orderlab(ThisLab(), surroundings=SURROUNDINGS)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, shows(pilot, "› Start the shop", "First minute, 1 of 4: enter starts the shop."))
        await _start_fails_and_is_tried_again(pilot)
        await until(pilot, shows(pilot, "Starting the shop", "so far"))
        await pilot.press("3")
        await until(pilot, shows(pilot, "┌ Learn"))
        await pilot.press("1")
        await until(pilot, shows(pilot, "The shop is open.", "› Place an order and watch it"), LONG)
        assert "First minute, 2 of 4: enter places an order." in text_of(app)
        await pilot.press("enter")
        await until(pilot, shows(pilot, "┌ Shop", "First minute, 3 of 4: f follows your order."), LONG)
        await pilot.press("f")
        await until(pilot, shows(pilot, "Follow", "First minute, 4 of 4: 3 opens Learn, with the tour."), LONG)
        await pilot.press("3")
        await until(pilot, lambda: "┌ Learn" in text_of(app) and "First minute" not in text_of(app))
        await pilot.press("1")
        await until(pilot, shows(pilot, "┌ Orderlab", "Payment      ✓ ready"))
        await _a_supervisor_that_is_killed_is_told(pilot, newcomer)
        await _closing_is_asked_about_and_quitting_can_do_it(pilot)
    assert ThisLab().running() is None


async def _start_fails_and_is_tried_again(pilot):
    port = int(os.environ["LAB_KAFKA_PORT"])
    with socket.socket() as taken:
        taken.bind((ports.HOST, port))
        taken.listen()
        await pilot.press("enter")
        await until(pilot, shows(pilot, f"✗ Port {port}", "› Try again", "Nothing is left half open."), LONG)
        assert "LAB_KAFKA_PORT" in text_of(pilot.app)
    await pilot.press("enter")


async def _a_supervisor_that_is_killed_is_told(pilot, home):
    supervisor_of(home).send_signal(signal.SIGKILL)
    await until(pilot, shows(pilot, "✗ The shop's supervisor was killed.", "› Start it anew"), LONG)


async def _closing_is_asked_about_and_quitting_can_do_it(pilot):
    await pilot.press("down", "enter")
    await until(pilot, shows(pilot, "Everything is stopped.", "uv run lab down"))
    await pilot.press("escape")
    assert pilot.app.link.shop is not None
    for key in ("ctrl+q", "q"):
        await pilot.press(key)
        await until(pilot, shows(pilot, "Shall it go on running?"))
        await pilot.press(*(("escape",) if key == "ctrl+q" else ("down", "enter")))
    for _ in range(LONG):
        if not pilot.app.is_running:
            break
        await asyncio.sleep(0.025)
    assert not pilot.app.is_running


async def test_a_start_that_is_given_up_leaves_nothing(newcomer):
    app = Orderlab(ThisLab(), surroundings=SURROUNDINGS)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, shows(pilot, "› Start the shop"))
        await pilot.press("enter")
        await until(pilot, shows(pilot, "Starting the shop", "✓ storage"), LONG)
        await pilot.press("end", "enter")
        told = ("giving up at the next step", "The start was given up.")  # the first may be gone before it is seen
        await until(pilot, lambda: any(text in text_of(app) for text in told))
        await until(pilot, shows(pilot, "The start was given up.", "› Try again"), LONG)
    assert ThisLab().running() is None


async def test_quitting_while_it_starts_ends_the_start(newcomer):
    app = Orderlab(ThisLab(), surroundings=SURROUNDINGS)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, shows(pilot, "› Start the shop"))
        await pilot.press("enter")
        await until(pilot, shows(pilot, "Starting the shop", "✓ storage"), LONG)
        await pilot.press("q")
        for _ in range(LONG):
            if not app.is_running:
                break
            await asyncio.sleep(0.025)
        assert not app.is_running
    assert ThisLab().running() is None


@pytest.fixture
def whole_again(native, stack):
    """The shop of the whole run, of which a test may leave a unit down; in the end all of it works again."""
    yield stack
    bring_up(native, Wanted(), report=silent)


@pytest.mark.usefixtures("whole_again")
async def test_a_unit_is_killed_and_started_again_from_its_line():
    app = Orderlab(ThisLab(), surroundings=SURROUNDINGS)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, shows(pilot, "Payment      ✓ ready"), LONG)
        await pilot.press("tab")
        while "› Payment" not in text_of(app):
            await pilot.press("down")
            assert "› Fulfilment" not in text_of(app)  # the last one
        await until(pilot, shows(pilot, "K kill -KILL"))
        await pilot.press("K")
        await until(pilot, shows(pilot, "Kill Payment", "The plain command: kill -KILL"))
        await pilot.press("enter")
        await until(pilot, shows(pilot, "Payment      ■ stopped", "Start what is down", "✗ Payment: down."), LONG)
        assert "› Payment" in text_of(app)
        await pilot.press("u")
        await until(pilot, shows(pilot, "Payment      ✓ ready", "The shop is open. Nothing is simulated"), LONG)
        await pilot.press("enter")
        await until(pilot, shows(pilot, "The last lines of its log:", "kill -STOP"), LONG)
        await pilot.press("R")
        await until(pilot, lambda: "Payment restarted by you" in [item.name for item in done(app)], LONG)
        await until(pilot, shows(pilot, "Payment      ✓ ready"), LONG)


def done(app):
    """What was done to units."""
    history = app.history
    return [item for item in history.between(history.first, history.end) if item.kind is Kind.DONE]
