"""Which units of the shop run an exercise's lines.

It follows from the table of parts and from the ports that each unit names; but whoever asks for it is waiting, and
importing every unit takes longer than the answer may. So it is written down here, and a test holds it to those tables.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from lab.shop.units import UNITS

EVERY_UNIT: Final = tuple(unit.name for unit in UNITS)

USED_BY: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "await": ("fulfilment",),
        "envelope": EVERY_UNIT,
        "produce": ("order",),
        "read": EVERY_UNIT,
        "validate": ("order",),
        "session": ("inventory",),
        "accept": EVERY_UNIT,
        "reserve": ("inventory",),
        "pay": ("payment",),
        "table": ("mediator",),
        "confirm": ("order",),
        "undo": ("payment", "inventory", "mediator"),
        "ship": ("inventory", "mediator", "fulfilment"),
        "notify": ("notification", "mediator"),
        "record": ("analytics",),
        "logs": EVERY_UNIT,
        "commit": EVERY_UNIT,
        "rebalance": EVERY_UNIT,
        "inbox": EVERY_UNIT,
        "outbox": EVERY_UNIT,
        "relay": EVERY_UNIT,
        "idempotency-key": ("order",),
        "which-errors": EVERY_UNIT,
        "retry-topics": EVERY_UNIT,
        "dead-letters": EVERY_UNIT,
        "bank": ("payment",),
        "timers": ("mediator",),
        "late": ("payment", "mediator"),
        "metrics": EVERY_UNIT,
        "health": EVERY_UNIT,
    }
)
"""Exercise → units, in the sequence of the table of units."""


def units_using(exercise: str) -> tuple[str, ...]:
    """Return the units that use the exercise's part; none for an exercise that has no part in the shop."""
    return USED_BY.get(exercise, ())
