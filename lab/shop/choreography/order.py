"""Order without a mediator: it must know of goods, money and parcels to say how an order stands."""

from lab.shop.choreography.reaction import Heard, Reaction, Work
from lab.shop.contracts import (
    Command,
    InventoryChecked,
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
    PaymentCancelled,
    PaymentProcessed,
    ShippingDelivered,
    ShippingInitiated,
)
from lab.shop.ports import On


def confirm(event: Heard) -> Command:
    return OrderConfirm(order_id=event.order_id)


def reject(reason: str) -> Work:
    return lambda event: OrderReject(order_id=event.order_id, reason=reason)


def cancel(event: Heard) -> Command:
    return OrderCancel(order_id=event.order_id, reason="it could not be shipped")


def mark_shipped(event: Heard) -> Command:
    return OrderMarkShipped(order_id=event.order_id)


def mark_delivered(event: Heard) -> Command:
    return OrderMarkDelivered(order_id=event.order_id)


LISTENS: tuple[Reaction, ...] = (
    Reaction(On(InventoryChecked.name, "out_of_stock"), reject("out of stock"), (OrderRejected,)),
    Reaction(On(PaymentProcessed.name, "declined"), reject("payment declined"), (OrderRejected,)),
    Reaction(On(PaymentProcessed.name, "approved"), confirm, (OrderConfirmed,)),
    Reaction(On(PaymentCancelled.name, "refunded"), cancel, (OrderCancelled,)),
    Reaction(On(ShippingInitiated.name), mark_shipped, (OrderShipped,)),
    Reaction(On(ShippingDelivered.name), mark_delivered, (OrderDelivered,)),
)
