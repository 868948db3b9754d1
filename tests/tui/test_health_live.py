"""The Health screen on a real shop of phase 2: what a unit counts itself is shown below the charts."""

import asyncio
from collections.abc import Iterator

import pytest
from aiokafka import AIOKafkaProducer

from lab.cli.tui import ThisLab
from lab.stack import Running, Wanted
from lab.stack import up as bring_up
from tests.conftest import own_native, silent
from tests.tui.world import SURROUNDINGS, text_of, until
from tui.app import Orderlab

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(300)]
LONG = 2_000  # frames: a real shop on a busy machine


@pytest.fixture(scope="module")
def reliable() -> Iterator[Running]:
    """A shop of phase 2, for this file alone: what is parked stays."""
    with own_native(postgres=False) as engine:
        yield bring_up(engine, Wanted(2), report=silent).shop


def shows(pilot, *texts):
    return lambda: all(text in text_of(pilot.app) for text in texts)


async def test_what_came_of_a_units_messages_and_what_it_has_parked(reliable, tmp_path, monkeypatch):
    monkeypatch.setenv("LAB_WORKSPACE", str(tmp_path))
    async with AIOKafkaProducer(bootstrap_servers=reliable.kafka) as producer:
        await producer.send_and_wait(f"{reliable.prefix}payment.commands", b"not JSON", key=b"x")
    app = Orderlab(ThisLab(), surroundings=SURROUNDINGS, first="shop")
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, shows(pilot, "┌ Payment", "ready"), LONG)
        await pilot.press("o", "5")
        await until(pilot, shows(pilot, "alive ready"), LONG)
        await pilot.press("down")
        await until(pilot, shows(pilot, "1 dead letter, the oldest for", "0 messages in its outbox", " done,"), LONG)
        assert "1 dead; half of them within" in text_of(app)
        await pilot.press("2")
        await until(pilot, shows(pilot, "║ 1   d opens ║"), LONG)
        await pilot.press("d")
        await until(pilot, shows(pilot, "1 dead letter waits: retrying could not help.", "uv run lab dlq list"))


async def test_a_unit_that_answers_nobody_leaves_the_others_figures_fresh(reliable, tmp_path, monkeypatch):
    monkeypatch.setenv("LAB_WORKSPACE", str(tmp_path))
    engine = ThisLab().engine(reliable.engine)
    app = Orderlab(ThisLab(), surroundings=SURROUNDINGS, first="health")
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("down")
        await until(pilot, shows(pilot, "messages in its outbox"), LONG)
        await asyncio.to_thread(engine.pause, "analytics")
        try:
            done = figures(app, "payment").handled.get("done", 0)
            await pilot.press("o")
            await until(pilot, lambda: figures(app, "payment").handled.get("done", 0) > done, LONG)
            assert figures(app, "analytics") is None
        finally:
            await asyncio.to_thread(engine.resume, "analytics")


def figures(app, unit):
    return app.screen._figures.get(unit)
