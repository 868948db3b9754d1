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

TRANSITIONS: Mapping[str, Transition] = {
    OrderConfirm.name: Transition((S.PLACED,), S.CONFIRMED, OrderConfirmed),
    # TODO 1  Write down the other four: reject, cancel, mark_shipped, mark_delivered.
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
    # TODO 2  Look into your own book.
    # TODO 3  Not there, or not allowed from where it stands: change nothing, tell nothing.
    # TODO 4  Change it: status and reason.
    # TODO 5  Tell what has happened.
    raise NotImplementedError  # delete this line when your lines are written
