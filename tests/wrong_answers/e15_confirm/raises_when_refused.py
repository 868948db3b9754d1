"""finding: refusal-is-an-error

What must not happen is an error, so ValueError. The repeat of a command happens every day.
"""

from lab.shop.contracts import (
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
)
from lab.shop.contracts import OrderStatus as S
from lab.shop.services.order.tables import OrderRow

TRANSITIONS = {
    OrderConfirm.name: ((S.PLACED,), S.CONFIRMED, OrderConfirmed),
    OrderReject.name: ((S.PLACED,), S.REJECTED, OrderRejected),
    OrderCancel.name: ((S.PLACED, S.CONFIRMED), S.CANCELLED, OrderCancelled),
    OrderMarkShipped.name: ((S.CONFIRMED,), S.SHIPPED, OrderShipped),
    OrderMarkDelivered.name: ((S.SHIPPED,), S.DELIVERED, OrderDelivered),
}


async def change_order(command, session, /):
    allowed_from, to, event = TRANSITIONS[command.name]
    order = await session.get(OrderRow, command.order_id)
    if order is None:
        return []
    if order.status not in allowed_from:
        raise ValueError(f"{command.name} for an order that is {order.status}")
    reason = getattr(command.body, "reason", "")
    order.status = to
    order.reason = reason
    return [event(order_id=command.order_id, reason=reason)]
