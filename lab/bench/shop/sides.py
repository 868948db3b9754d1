"""The sides of the comparison, as a table."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Side:
    """One way to play the story.

    share: of the orders asked for, so that a slow side takes no longer than others.
    poison_every: with every so many-th order comes a record that nobody can read, on each topic in turn; 0: none does.
    """

    name: str
    title: str
    share: float
    phase: int = 1  # whose topics it needs
    on_uvloop: bool = True
    poison_every: int = 0


CEILING: Final = Side("raw-ceiling", "aiokafka alone, batches, nothing kept (the ceiling)", 1.0)
AWAITED: Final = Side("raw-awaited", "aiokafka alone, one awaited send per answer", 0.06)
FASTSTREAM: Final = Side("faststream", "FastStream, per message, nothing kept", 0.06)
FASTSTREAM_BATCH: Final = Side("faststream-batch", "FastStream, per batch, nothing kept", 0.2)
SHOP: Final = Side("shop", "the durable shop of phase 2", 0.4, phase=2, on_uvloop=False)
PARTS: Final = Side("shop-parts", "the same on learners' parts alone", 0.02, phase=2, on_uvloop=False)

POISONED: Final = Side("shop-poisoned", "the same, every fifth order with poison", 0.4, phase=2, on_uvloop=False,
                       poison_every=5)  # fmt: skip

SIDES: Final = (CEILING, AWAITED, FASTSTREAM, FASTSTREAM_BATCH, SHOP, PARTS)
"""Measured for speed."""
HOPPERS: Final = (SHOP, AWAITED, POISONED)
"""Measured for hops."""
BY_NAME: Final = {side.name: side for side in (*SIDES, POISONED)}
