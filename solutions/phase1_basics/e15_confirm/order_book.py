"""Exercise 15 · Confirm: a service guards its own states."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from lab.shop.contracts import (
    Body,
    Command,
    Event,
    Message,
    OrderCancel,
    OrderCancelled,
    OrderConfirm,
    OrderConfirmed,
    OrderDelivered,
    OrderMarkDelivered,
    OrderMarkShipped,
    OrderReject,
    OrderRejected,
    OrderShipped,
    OrderStatus,
)
from lab.shop.services.order.tables import OrderRow


@dataclass(frozen=True)
class Change:
    """One allowed change: from these statuses to that one, and the event that tells of it."""

    allowed_from: tuple[OrderStatus, ...]
    to: OrderStatus
    event: Callable[[str, str], Event]  # from order id and reason


S = OrderStatus

# Which change is allowed from where. Nobody outside this service needs to know, and nobody outside can get past it.
CHANGES: Mapping[str, Change] = {
    OrderConfirm.name: Change((S.PLACED,), S.CONFIRMED, lambda order_id, _: OrderConfirmed(order_id=order_id)),
    OrderReject.name: Change(
        (S.PLACED,), S.REJECTED, lambda order_id, why: OrderRejected(order_id=order_id, reason=why)
    ),
    OrderCancel.name: Change(
        (S.PLACED, S.CONFIRMED), S.CANCELLED, lambda order_id, why: OrderCancelled(order_id=order_id, reason=why)
    ),
    OrderMarkShipped.name: Change((S.CONFIRMED,), S.SHIPPED, lambda order_id, _: OrderShipped(order_id=order_id)),
    OrderMarkDelivered.name: Change((S.SHIPPED,), S.DELIVERED, lambda order_id, _: OrderDelivered(order_id=order_id)),
}


async def change_order(command: Message[Command], session: AsyncSession, /) -> Sequence[Body]:
    """Handle order.confirm, order.reject, order.cancel, order.mark_shipped, order.mark_delivered.

    command: command.name says which, command.order_id for which order; reject and cancel carry command.body.reason.
    session: an open transaction; it is ended for you.

    Returns the event that tells of the change, or nothing when nothing has changed: the order is unknown, or is in a
    status from which this change is not allowed.
    """
    change = CHANGES[command.name]

    # The truth is in our own table. A message may be old, or repeated; what it says of the status proves nothing.
    order = await session.get(OrderRow, command.order_id)
    if order is None or order.status not in change.allowed_from:
        # Nothing changes, so there is nothing to tell: an event says that something *has happened*. Inventory and
        # Payment answer a repeat once more, since theirs are answers to a question: "is it set aside? is it paid?"
        # What if the event of the first time was lost? Then a repeat cannot bring it back. Phase 2 sees to it that
        # none is lost.
        return []

    reason = getattr(command.body, "reason", "")
    order.status = change.to
    order.reason = reason
    return [change.event(command.order_id, reason)]
