"""One order in each topology while Fulfilment is silent: who can say that it waits, since when, and for what?

A book *sees* a stuck order when it has two things: since when nothing has moved, and what should come next. The first
is a column; the second needs a table that says, for each state, what leads out of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from lab.shop.choreography.running import Kept
from lab.shop.contracts import SagaView
from lab.shop.ports import Table

SILENT: Final = "fulfilment"
SILENCE_SECONDS: Final = 2.0
"""How long nothing is to have moved before the books are read."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What one book says of the order. `still_seconds`: None where it keeps no time of the last move."""

    book: str
    says: str
    still_seconds: float | None = None
    waits_for: tuple[str, ...] = ()

    @property
    def sees_it(self) -> bool:
        """Say whether this book alone tells that the order waits, and for what."""
        return self.still_seconds is not None and bool(self.waits_for)


@dataclass(frozen=True, slots=True)
class Stuck:
    """The books in both topologies while the order stood still, and how it ended once Fulfilment was back."""

    with_mediator: tuple[Standing, ...]
    without: tuple[Standing, ...]
    ended: tuple[str, str] = ("", "")


def in_the_saga(saga: SagaView, table: Table, now: datetime | None = None) -> Standing:
    """Return what the mediator's row says; what it waits for are the rows of the table that lead out of its state."""
    waits_for = (str(on) for (state, on), row in table.items() if state is saga.state and row.to is not state)
    still = (now or datetime.now(UTC)) - saga.updated_at
    return Standing("mediator.saga", str(saga.state), round(still.total_seconds(), 1), tuple(sorted(waits_for)))


def in_the_books(kept: Sequence[Kept]) -> tuple[Standing, ...]:
    """Return what the processors' books say: a status each. Their tables have no state, so nothing leads out of it."""
    return tuple(Standing(one.table, one.says) for one in kept)
