"""The broker is killed under the running app, and comes back: nothing that is shown is old without saying so."""

import asyncio

import pytest

from lab.cli.tui import ThisLab
from lab.shop.contracts import State
from lab.stack import Wanted
from lab.stack import up as bring_up
from tests.conftest import own_native, silent
from tests.tui.world import SURROUNDINGS, text_of, until
from tui.app import Orderlab

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(300)]
LONG = 4_000  # frames: a real shop on a busy machine


@pytest.fixture(scope="module")
def native():
    """The engine of this test alone: its Kafka is killed."""
    with own_native(postgres=False) as engine:
        yield engine


def shows(pilot, *texts):
    return lambda: all(text in text_of(pilot.app) for text in texts)


@pytest.mark.slow
async def test_a_broker_that_is_killed_is_told_at_once_and_its_return_too(native, tmp_path, monkeypatch):
    monkeypatch.setenv("LAB_WORKSPACE", str(tmp_path))
    await asyncio.to_thread(bring_up, native, Wanted(), report=silent)
    app = Orderlab(ThisLab(), surroundings=SURROUNDINGS, first="shop")
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, shows(pilot, "┌ Payment", "ready"), LONG)
        await pilot.press("o")
        await until(pilot, shows(pilot, "order.delivered"), LONG)
        await asyncio.to_thread(native.kill, "kafka")
        await until(pilot, shows(pilot, "Kafka does not answer since"), LONG)
        seen, completed = app.history.now.records, app.history.now.states[State.COMPLETED]
        await asyncio.to_thread(native.start, "kafka")
        await until(pilot, lambda: "Kafka does not answer" not in text_of(app), LONG)
        await order_until_kafka_has_one(pilot, seen)
        await until(pilot, lambda: app.history.now.records >= seen + 18, LONG)
        await until(pilot, lambda: app.history.now.states[State.COMPLETED] > completed, LONG)
        assert app.is_running


async def order_until_kafka_has_one(pilot, seen):
    """Press o every five seconds until there are more records: Order may find Kafka later than the app does."""
    for _ in range(20):
        await pilot.press("o")
        for _ in range(200):
            if pilot.app.history.now.records > seen:
                return
            await pilot.pause(0.025)
    raise AssertionError("no order has reached Kafka")
