"""The mediator's table as plain data, from the solutions' rows: what the terminal app compares a real order with."""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from types import MappingProxyType
from typing import Final

from lab.shop.contracts import CARD_OK, Body, Message, OrderCreated, OrderLine, State
from lab.shop.parts import PART_FILES, Parts
from lab.shop.ports import ROWS, Row, Saga

_ORDER: Final = OrderCreated(
    order_id="ord-0000", customer_id="cus-anna", customer_name="Anna", email="anna@mail.example", ship_to="Leeds",
    card=CARD_OK, lines=(OrderLine(sku="mug", quantity=1, unit_cents=1),), total_cents=1,
)  # fmt: skip
_MESSAGE: Final = Message[Body]("example", _ORDER, "/shop/order", datetime.fromtimestamp(0, UTC), "example")


@cache
def flow_table(phase: int) -> Mapping[tuple[State, str, str | None], tuple[State, tuple[str, ...], str]]:
    """Return (state, message, outcome) → (next state, names of the commands, the exercise that brings the row)."""
    found = {}
    for part in (part for part in PART_FILES if part.phase <= phase and ROWS in part.fills):
        for (state, on), row in Parts(phase, part_files=(part,)).table()[0].items():
            found[state, on.name, on.outcome] = (row.to, _names(row), part.exercise)
    return MappingProxyType(found)


def _names(row: Row) -> tuple[str, ...]:
    """Return the names of the commands that a row says, by asking it: they are functions, and say nothing else."""
    saga = Saga(_ORDER.order_id, row.state, _ORDER)
    return tuple(command(saga, _MESSAGE).name for command in row.commands)
