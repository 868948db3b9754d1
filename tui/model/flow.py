"""What follows from everything seen up to a moment: counts, where each order stands, how the units are.

It is read from the names of messages alone: so it is the same live and from a file, and no body need be readable.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, Self

from lab.shop import contracts as c
from lab.shop.contracts import ENDED, State
from tui.model.item import UNREADABLE, Item, Look, UnitLook, UnitState

STATE_AFTER: Final[Mapping[str, State]] = MappingProxyType(
    {
        c.OrderCreated.name: State.NEW,
        c.InventoryCheck.name: State.AWAITING_INVENTORY,
        c.PaymentProcess.name: State.AWAITING_PAYMENT,
        c.OrderConfirm.name: State.CONFIRMING,
        c.ShippingInitiate.name: State.AWAITING_SHIPPING,
        c.OrderMarkShipped.name: State.IN_TRANSIT,
        c.OrderMarkDelivered.name: State.DELIVERING,
        c.OrderDelivered.name: State.COMPLETED,
        c.OrderReject.name: State.REJECTING,
        c.OrderRejected.name: State.REJECTED,
        c.PaymentCancel.name: State.COMPENSATING,
        c.OrderCancel.name: State.CANCELLING,
        c.OrderCancelled.name: State.CANCELLED,
    }
)
"""What a message tells of the saga that sent it, or that it ends. The mediator's own table decides; this only reads."""
KEPT: Final = 4_000
"""Orders whose state is remembered; of more, those that ended first are forgotten, and stay counted."""


@dataclass(slots=True)
class Flow:
    """The fold. `apply_all` items in their sequence; `copy` is cheap enough for a checkpoint every thousand items."""

    records: int = 0
    orders: int = 0
    by_topic: Counter[str] = field(default_factory=Counter)
    unreadable: int = 0
    state_of: dict[str, State] = field(default_factory=dict)
    """Order → where its saga stands, of the latest ones."""
    states: Counter[State] = field(default_factory=Counter)
    units: Mapping[str, UnitLook] = field(default_factory=dict)
    lag: Mapping[str, int] = field(default_factory=dict)
    parked: int | None = None
    phase: int = 1
    looked_ms: int = 0
    last_ms: int = 0

    def apply_all(self, items: Sequence[Item]) -> None:
        """Take in the next items; thousands a second come through here."""
        topics = [item.record.topic for item in items if item.record is not None]
        self.records += len(topics)
        self.by_topic.update(topics)
        self.last_ms = max(self.last_ms, max((item.at_ms for item in items), default=0))
        for item in items:
            if item.record is None:
                if item.look is not None:
                    self._looks(item.look, item.at_ms)
            elif item.kind is UNREADABLE:
                self.unreadable += 1
            elif (state := STATE_AFTER.get(item.name)) is not None:
                self._stands(item.order_id, state)

    def _looks(self, look: Look, at_ms: int) -> None:
        self.units, self.lag, self.parked, self.phase = look.units, look.lag, look.parked, look.phase
        self.looked_ms = at_ms

    def _stands(self, order_id: str, state: State) -> None:
        before = self.state_of.get(order_id)
        if before in ENDED or (before is not None and state is State.NEW):
            return  # late, or a repetition: an ending is final
        if before is None:
            self.orders += 1
        else:
            self.states[before] -= 1
        self.state_of[order_id] = state
        self.states[state] += 1
        if len(self.state_of) > KEPT:
            self._forget()

    def _forget(self) -> None:
        """Forget the oldest orders that have ended: they stay counted, and nothing is expected of them."""
        ended = [order_id for order_id, state in self.state_of.items() if state in ENDED]
        for order_id in ended[: max(KEPT // 4, 1)]:
            del self.state_of[order_id]

    def copy(self) -> Self:
        """Return one that goes on by itself."""
        return type(self)(
            self.records,
            self.orders,
            self.by_topic.copy(),
            self.unreadable,
            self.state_of.copy(),
            self.states.copy(),
            self.units,
            self.lag,
            self.parked,
            self.phase,
            self.looked_ms,
            self.last_ms,
        )

    @property
    def open_orders(self) -> int:
        """How many of them have not ended."""
        return self.orders - sum(self.states[state] for state in ENDED)

    @property
    def commands(self) -> int:
        """How many commands were seen."""
        return sum(count for topic, count in self.by_topic.items() if topic.endswith(".commands"))

    @property
    def events(self) -> int:
        """How many events were seen."""
        return self.records - self.commands

    def unit(self, name: str) -> UnitLook:
        """Return how a unit was found the last time."""
        return self.units.get(name, _UNKNOWN)


_UNKNOWN: Final = UnitLook(UnitState.UNKNOWN)
