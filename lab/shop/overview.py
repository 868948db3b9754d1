"""The orders as Kafka tells of them: one row each, from their messages alone."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

from lab.shop import contracts as c
from lab.shop.contracts import TOPIC_OF, Body, Message, OrderCreated, OrderStatus
from lab.shop.seen import Seen

TELLING: Final = tuple(dict.fromkeys(TOPIC_OF[kind].name for kind in (c.OrderCreated, c.OrderConfirmed)))
"""The topics that say how orders stand."""

_STATUS_AFTER: Final[Mapping[type[Body], OrderStatus]] = MappingProxyType(
    {
        c.OrderCreated: OrderStatus.PLACED,
        c.OrderConfirmed: OrderStatus.CONFIRMED,
        c.OrderShipped: OrderStatus.SHIPPED,
        c.OrderDelivered: OrderStatus.DELIVERED,
        c.OrderRejected: OrderStatus.REJECTED,
        c.OrderCancelled: OrderStatus.CANCELLED,
    }
)
_LATER: Final = tuple(_STATUS_AFTER.values())  # a status further to the right has come later


@dataclass(frozen=True, slots=True)
class OrderRow:
    """One order. `placed_ms`: Kafka's time of its order.created, milliseconds since the epoch."""

    order_id: str
    placed_ms: int
    order: OrderCreated
    status: OrderStatus = OrderStatus.PLACED


def overview(seen: Iterable[Seen]) -> list[OrderRow]:
    """Return the orders in the sequence in which they were placed. Repeats and lateness change nothing."""
    rows: dict[str, OrderRow] = {}
    status: dict[str, OrderStatus] = {}
    for one in seen:
        message = one.message
        if not isinstance(message, Message) or type(message.body) not in _STATUS_AFTER:
            continue
        new = _STATUS_AFTER[type(message.body)]
        status[message.order_id] = max(status.get(message.order_id, new), new, key=_LATER.index)
        if isinstance(message.body, OrderCreated) and message.order_id not in rows:
            rows[message.order_id] = OrderRow(message.order_id, one.record.timestamp_ms, message.body)
    return [replace(row, status=status[row.order_id]) for row in rows.values()]
