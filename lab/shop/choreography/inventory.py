"""Inventory without a mediator: it must know which event is its beginning, and whose no means that goods go back."""

from lab.shop.choreography.carrying import order_in
from lab.shop.choreography.reaction import Heard, Reaction
from lab.shop.contracts import (
    Command,
    InventoryCheck,
    InventoryChecked,
    InventoryCommit,
    InventoryCommitted,
    InventoryRelease,
    InventoryReleased,
    Item,
    OrderCreated,
    PaymentProcessed,
    ShippingFailed,
    ShippingInitiated,
)
from lab.shop.ports import On


def set_aside(event: Heard) -> Command:
    lines = tuple(Item(sku=line.sku, quantity=line.quantity) for line in order_in(event).lines)
    return InventoryCheck(order_id=event.order_id, lines=lines)


def put_back(event: Heard) -> Command:
    return InventoryRelease(order_id=event.order_id)


def book_out(event: Heard) -> Command:
    return InventoryCommit(order_id=event.order_id)


LISTENS: tuple[Reaction, ...] = (
    Reaction(On(OrderCreated.name), set_aside, (InventoryChecked,)),
    Reaction(On(PaymentProcessed.name, "declined"), put_back, (InventoryReleased,)),
    Reaction(On(ShippingFailed.name), put_back, (InventoryReleased,)),
    Reaction(On(ShippingInitiated.name), book_out, (InventoryCommitted,)),
)
