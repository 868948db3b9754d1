"""Fulfilment without a mediator: an order that is confirmed is packed."""

from lab.shop.choreography.carrying import order_in
from lab.shop.choreography.reaction import Heard, Reaction
from lab.shop.contracts import (
    Command,
    Item,
    OrderConfirmed,
    ShippingDelivered,
    ShippingFailed,
    ShippingInitiate,
    ShippingInitiated,
)
from lab.shop.ports import On


def pack(event: Heard) -> Command:
    order = order_in(event)
    lines = tuple(Item(sku=line.sku, quantity=line.quantity) for line in order.lines)
    return ShippingInitiate(order_id=event.order_id, lines=lines, ship_to=order.ship_to)


LISTENS: tuple[Reaction, ...] = (
    Reaction(On(OrderConfirmed.name), pack, (ShippingInitiated, ShippingFailed, ShippingDelivered)),
)
