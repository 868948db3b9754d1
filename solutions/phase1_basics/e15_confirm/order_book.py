"""Exercise 15 · Confirm: a service guards its own states."""

from collections.abc import Mapping, Sequence
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
class Transition:
    """One allowed change: from any of these statuses to that one, and the event that tells of it."""

    allowed_from: tuple[OrderStatus, ...]
    to: OrderStatus
    event: type[Event]


S = OrderStatus

# 1 Which change is allowed from where. Nobody outside this service needs to know, and nobody outside can get past it.
TRANSITIONS: Mapping[str, Transition] = {
    OrderConfirm.name: Transition((S.PLACED,), S.CONFIRMED, OrderConfirmed),
    OrderReject.name: Transition((S.PLACED,), S.REJECTED, OrderRejected),
    OrderCancel.name: Transition((S.PLACED, S.CONFIRMED), S.CANCELLED, OrderCancelled),
    OrderMarkShipped.name: Transition((S.CONFIRMED,), S.SHIPPED, OrderShipped),
    OrderMarkDelivered.name: Transition((S.SHIPPED,), S.DELIVERED, OrderDelivered),
}


async def change_order(command: Message[Command], session: AsyncSession, /) -> Sequence[Body]:
    """Handle order.confirm, order.reject, order.cancel, order.mark_shipped, order.mark_delivered.

    command: command.name says which, command.order_id for which order. reject and cancel have command.body.reason;
             the other three have no reason.
    session: an open transaction; it is ended for you.

    Returns a list with the event that tells of the change; an empty one when nothing has changed: the order is
    unknown, or is in a status from which this change is not allowed. An event is made with order_id=… and reason=…;
    one that has no reason leaves it out by itself.
    """
    transition = TRANSITIONS[command.name]

    # 2 The truth is in our own book. A message may be old, or repeated; that it was sent proves nothing.
    order = await session.get(OrderRow, command.order_id)

    if order is None or order.status not in transition.allowed_from:
        # 3 Nothing changes, so there is nothing to tell: an event says that something *has happened*. Inventory and
        # Payment answer a repeat once more, since theirs are answers to a question: "is it set aside? is it paid?"
        # What if the event of the first time was lost? Then a repeat cannot bring it back. Phase 2 sees to it that
        # none is lost.
        return []

    # 4 The session notices what is set here, and whoever ends the transaction writes it.
    reason = getattr(command.body, "reason", "")
    order.status = transition.to
    order.reason = reason

    # 5 One event, of what is now so. A body takes the fields that it has, and leaves the others: only two have reasons.
    return [transition.event.model_validate({"order_id": command.order_id, "reason": reason})]
