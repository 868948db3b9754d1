"""A changed choice of parts comes into the running shop: the next order is handled by the lines that are chosen."""

import asyncio
import io
import json
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from lab.bundle import shipped
from lab.cli.status import as_object, show_units
from lab.errors import NotRunning, PartDoesNotLoad
from lab.live import put_into_shop
from lab.shop.contracts import Message
from lab.shop.parts import PART_FILES
from lab.shop.tap import snapshot
from tests.conftest import silent
from tests.engines.conftest import fresh_home
from tests.shop.real_shop import RealShop

SOLUTION = {part.exercise: shipped() / "solutions" / part.path for part in PART_FILES}


@pytest.fixture
def choose(stack, tmp_path):
    """Choose a file of one's own for an exercise; in the end the solution runs again."""
    choices, chosen = Path(os.environ["LAB_CHOICES"]), set()

    def choose(exercise: str, source: str | None = None) -> Path:
        mine = tmp_path / f"{exercise}.py"
        shutil.copy(SOLUTION[exercise], mine) if source is None else mine.write_text(source)
        choices.write_text(json.dumps({exercise: {"origin": "mine", "file": str(mine)}}))
        chosen.add(exercise)
        return mine

    yield choose
    choices.unlink(missing_ok=True)
    for exercise in chosen:
        put_into_shop(exercise, silent)


def credited(stack, order_id: str) -> dict[str, dict[str, str]]:
    """The parts that had a hand in each of an order's messages."""
    told = asyncio.run(snapshot(stack.kafka, stack.prefix, keep=lambda record: record.key == order_id.encode()))
    messages = [seen.message for seen in told if isinstance(seen.message, Message)]
    return {message.name: dict(message.parts) for message in messages if message.parts}


class Terminal(io.StringIO):
    """A place to write to that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def on_a_terminal(monkeypatch: pytest.MonkeyPatch, show: Callable[[], None]) -> str:
    """What a person sees, with colours."""
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stdout", Terminal())
        for name, value in {"TERM": "xterm", "COLUMNS": "200"}.items():
            patch.setenv(name, value)
        patch.delenv("NO_COLOR", raising=False)
        show()
        return sys.stdout.getvalue()  # type: ignore[attr-defined]


def test_the_next_order_is_handled_by_the_lines_that_were_chosen(stack, choose) -> None:
    choose("await")
    done = put_into_shop("await", silent)
    assert done.units == ("fulfilment",)
    with RealShop(stack) as shop:
        order_id = shop.place()
        assert shop.ending(order_id) == "delivered"
    assert credited(stack, order_id) == {"shipping.initiated": {"await": "mine"}}


def test_a_part_that_all_units_use_is_in_the_shop_as_soon_as_all_are_back(stack, choose) -> None:
    choose("envelope")
    done = put_into_shop("envelope", silent)
    assert len(done.units) == 7
    with RealShop(stack) as shop:
        order_id = shop.place()
        assert shop.ending(order_id) == "delivered"
    assert {str(parts) for parts in credited(stack, order_id).values()} == {"{'envelope': 'mine'}"}


def test_a_part_that_does_not_load_is_told_with_file_and_line_and_its_unit_shows_red(
    stack, choose, monkeypatch
) -> None:
    mine = choose("await", "import math\n\n\nraise ValueError('it\\'s a \"bad\"\\nday, line=9')\n")
    with pytest.raises(PartDoesNotLoad) as fault:
        put_into_shop("await", silent)
    assert (fault.value.file, fault.value.line) == (mine, 4)
    assert fault.value.why == 'ValueError: it\'s a "bad"\nday, line=9'
    assert fault.value.what.startswith(f"fulfilment cannot start. {mine}, line 4: ValueError")

    page = on_a_terminal(monkeypatch, show_units)
    (row,) = (line for line in page.splitlines() if line.lstrip("\x1b[31m").startswith("fulfilment  "))
    assert "crashed" in row
    assert row.startswith("\x1b[31m")
    assert f"{mine}, line 4: ValueError" in " ".join(page.split())
    assert "uv run lab restart fulfilment" in page
    units = {unit["name"]: unit for unit in as_object()["units"]}
    assert units["fulfilment"]["state"] == "crashed"
    assert units["fulfilment"]["part"] == {"file": str(mine), "line": 4, "why": fault.value.why}
    assert units["payment"]["part"] is None

    choose("await")
    assert put_into_shop("await", silent).units == ("fulfilment",)


def test_a_file_that_lacks_a_name_is_told_with_the_file(stack, choose) -> None:
    mine = choose("await", "async def choose(carriers, parcel):\n    return None\n")
    with pytest.raises(PartDoesNotLoad) as fault:
        put_into_shop("await", silent)
    assert (fault.value.file, fault.value.line) == (mine, None)
    assert fault.value.why == "it does not define choose_carrier."


def test_a_unit_that_somebody_has_stopped_is_not_started(stack, native, choose) -> None:
    choose("await")
    native.stop("fulfilment")
    try:
        assert put_into_shop("await", silent).units == ()
    finally:
        native.start("fulfilment")
    with RealShop(stack) as shop:
        shop.await_unit("fulfilment")


def test_where_no_shop_runs_there_is_nothing_to_put_it_into() -> None:
    with fresh_home(), pytest.raises(NotRunning):
        put_into_shop("await", silent)
