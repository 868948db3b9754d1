"""The table of faults: what each does, and what there is to see."""

from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from typing import Final

from lab.errors import NotFound

ORDERS: Final = 5
ORDERS_AT_MOST: Final = 50


class Way(StrEnum):
    """How a fault is tried."""

    PROMISES = "promises"  # killed while Kafka is frozen: what was promised, and what is stored?
    MIDDLE = "middle"  # killed in the middle of the orders: who waits for whom, and does it come right?


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault. `unit`: what is killed; `about`: what happens, and what to look at."""

    name: str
    unit: str
    way: Way
    about: str


FAULTS: Final = (
    Fault("kill-order", "order", Way.PROMISES, "Order dies while Kafka is frozen: who was promised what?"),
    Fault("kill-payment", "payment", Way.MIDDLE, "Payment dies: orders are taken, and wait to be paid."),
    Fault("kill-inventory", "inventory", Way.MIDDLE, "Inventory dies: orders are taken, and get no further."),
    Fault("kill-fulfilment", "fulfilment", Way.MIDDLE, "Fulfilment dies: what is paid for waits to be sent."),
    Fault("kill-mediator", "mediator", Way.MIDDLE, "The mediator dies: nobody else knows the next step."),
    Fault("kill-notification", "notification", Way.MIDDLE, "Notification dies: orders end, customers hear nothing."),
    Fault("kill-analytics", "analytics", Way.MIDDLE, "Analytics dies: nobody waits for one who only listens."),
)


def fault_named(name: str) -> Fault:
    """Return the fault of that name. Raises NotFound, which names the nearest."""
    known = {fault.name: fault for fault in FAULTS}
    if name not in known:
        near = get_close_matches(name, known, n=1)
        hint = f"Nearest: {near[0]}. " if near else ""
        raise NotFound(f"There is no fault {name[:40]!r}.", f"{hint}All of them: uv run lab chaos list")
    return known[name]
