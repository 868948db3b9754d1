"""finding: wrong-commands

The parcel is what matters; that the customer is told as well is left out.
"""

from lab.shop.contracts import (
    InventoryCheck,
    InventoryChecked,
    Item,
    NotificationSend,
    OrderConfirm,
    OrderConfirmed,
    OrderCreated,
    PaymentProcess,
    PaymentProcessed,
    ShippingInitiate,
)
from lab.shop.contracts import State as S
from lab.shop.ports import Decision, On, Row


def check_inventory(saga, _):
    lines = tuple(Item(sku=line.sku, quantity=line.quantity) for line in saga.order.lines)
    return InventoryCheck(order_id=saga.order_id, lines=lines)


def process_payment(saga, _):
    return PaymentProcess(
        order_id=saga.order_id,
        amount_cents=saga.order.total_cents,
        currency=saga.order.currency,
        card=saga.order.card,
    )


def confirm_order(saga, _):
    return OrderConfirm(order_id=saga.order_id)


def initiate_shipping(saga, _):
    lines = tuple(Item(sku=line.sku, quantity=line.quantity) for line in saga.order.lines)
    return ShippingInitiate(order_id=saga.order_id, lines=lines, ship_to=saga.order.ship_to)


def tell_confirmed(saga, _):
    order = saga.order
    return NotificationSend(
        order_id=saga.order_id, template="confirmed", customer_name=order.customer_name, email=order.email
    )


ROWS = (
    Row(S.NEW, On(OrderCreated.name), S.AWAITING_INVENTORY, (check_inventory,)),
    Row(S.AWAITING_INVENTORY, On(InventoryChecked.name, "reserved"), S.AWAITING_PAYMENT, (process_payment,)),
    Row(S.AWAITING_PAYMENT, On(PaymentProcessed.name, "approved"), S.CONFIRMING, (confirm_order,)),
    Row(S.CONFIRMING, On(OrderConfirmed.name), S.AWAITING_SHIPPING, (initiate_shipping,)),
)


def decide(table, saga, message):
    on = On.of(message.body)
    row = table.get((saga.state, on))
    if row is None:
        return Decision("no-op" if on in saga.seen else "unexpected", saga.state)
    if row.to == saga.state and not row.commands:
        return Decision("no-op", saga.state)
    return Decision("move", row.to, tuple(command(saga, message) for command in row.commands))
