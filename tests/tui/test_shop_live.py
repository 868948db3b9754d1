"""The Shop screen on a real shop: what is done to a unit is seen, and what waits for it."""

import pytest

from lab.cli.tui import ThisLab
from tests.tui.world import SURROUNDINGS, text_of, until
from tui.app import Orderlab
from tui.sheets.confirm import Confirm
from tui.sheets.partitions import PartitionsSheet

pytestmark = pytest.mark.anyio
LONG = 4_000  # frames: a real shop on a busy machine


def shows(pilot, *texts):
    return lambda: all(text in text_of(pilot.app) for text in texts)


async def test_a_unit_is_stopped_its_messages_wait_and_it_goes_on(stack, tmp_path, monkeypatch):
    monkeypatch.setenv("LAB_WORKSPACE", str(tmp_path))
    app = Orderlab(ThisLab(), surroundings=SURROUNDINGS, first="shop")
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, shows(pilot, "┌ Payment", "ready", f":{stack.service_port}"), LONG)
        await pilot.press("right", "right")
        assert app.screen.topology.chosen == "payment"
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
