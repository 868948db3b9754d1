"""Payment without a mediator: it must know that goods come before money, and when money goes back."""

from lab.shop.choreography.carrying import order_in
from lab.shop.choreography.reaction import Heard, Reaction
from lab.shop.contracts import (
    Command,
    InventoryChecked,
    PaymentCancel,
    PaymentCancelled,
    PaymentProcess,
    PaymentProcessed,
    ShippingFailed,
)
from lab.shop.ports import On


def take_money(event: Heard) -> Command:
    order = order_in(event)
    return PaymentProcess(
        order_id=event.order_id, amount_cents=order.total_cents, currency=order.currency, card=order.card
    )


def give_back(event: Heard) -> Command:
    return PaymentCancel(order_id=event.order_id)


LISTENS: tuple[Reaction, ...] = (
    Reaction(On(InventoryChecked.name, "reserved"), take_money, (PaymentProcessed,)),
    Reaction(On(ShippingFailed.name), give_back, (PaymentCancelled,)),
)
