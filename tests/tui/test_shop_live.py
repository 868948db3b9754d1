"""The Shop screen on a real shop: what is done to a unit is seen, and what waits for it."""

import asyncio

import pytest

from lab.cli.tui import ThisLab
from tests.tui.world import SURROUNDINGS, text_of, until
from tui.app import Orderlab
from tui.sheets.confirm import Confirm
from tui.sheets.partitions import PartitionsSheet

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(300)]
LONG = 4_000  # frames: a real shop on a busy machine


def shows(pilot, *texts):
    return lambda: all(text in text_of(pilot.app) for text in texts)


async def test_a_unit_is_stopped_its_messages_wait_and_it_goes_on(stack, tmp_path, monkeypatch):
    monkeypatch.setenv("LAB_WORKSPACE", str(tmp_path))
    app = Orderlab(ThisLab(), surroundings=SURROUNDINGS, first="shop")
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await until(pilot, shows(pilot, "┌ Payment", "ready", f":{stack.service_port}"), LONG)
        await pilot.press("right", "right")
        assert app.screen.topology.chosen == "payment"
        await pilot.press("u")
        await until(pilot, shows(pilot, "Payment runs already."), LONG)
        await pilot.press("S")
        await until(pilot, lambda: isinstance(app.screen, Confirm))
        await pilot.press("enter")
        await until(pilot, shows(pilot, "■ Payment", "Payment stopped by you (S)"), LONG)
        try:
            await pilot.press("o")
            await until(pilot, shows(pilot, "▸×1│ stopped", "1 command waits for it on Kafka; it is not lost."), LONG)
            await pilot.press("p")
            await until(pilot, lambda: isinstance(app.screen, PartitionsSheet))
            await until(pilot, shows(pilot, "Payment         1"), LONG)
            await pilot.press("escape", "u")
            await until(pilot, shows(pilot, "┌›Payment", "0 open"), LONG)
        finally:
            if "■ Payment" in text_of(app):
                ThisLab().engine(stack.engine).start("payment")


async def test_an_order_is_taken_and_followed_while_inventory_is_stopped(stack, tmp_path, monkeypatch):
    monkeypatch.setenv("LAB_WORKSPACE", str(tmp_path))
    engine = ThisLab().engine(stack.engine)
    app = Orderlab(ThisLab(), surroundings=SURROUNDINGS, first="shop")
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await until(pilot, shows(pilot, "┌ Payment", "ready"), LONG)
        await asyncio.to_thread(engine.stop, "inventory")
        try:
            await pilot.press("o")
            await until(pilot, shows(pilot, "is in the book. f follows it."), LONG)
            placed = app.placing.just_placed
            await pilot.press("f")
            await until(pilot, shows(pilot, placed, "inventory.checked", "u starts it."), LONG)
            await pilot.press("u")
            await until(pilot, shows(pilot, "It is at its end:"), LONG)
        finally:
            await asyncio.to_thread(engine.start, "inventory")
