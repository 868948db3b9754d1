"""Exercise 14 · The table: the flow as data, and the few lines that read it."""

from lab.shop.contracts import (
    Body,
    Command,
    InventoryCheck,
    InventoryChecked,
    Item,
    Message,
    NotificationSend,
    OrderConfirm,
    OrderConfirmed,
    OrderCreated,
    PaymentProcess,
    PaymentProcessed,
    ShippingInitiate,
    State,
)
from lab.shop.ports import Decision, On, Row, Saga, Table

# --- the commands: what the mediator asks for. It copies from the order; it works nothing out. ---


def check_inventory(saga: Saga, _: Message[Body]) -> Command:
    lines = tuple(Item(sku=line.sku, quantity=line.quantity) for line in saga.order.lines)
    return InventoryCheck(order_id=saga.order_id, lines=lines)


def process_payment(saga: Saga, _: Message[Body]) -> Command:
    # The amount comes from the order. A mediator that knows prices would be a second place where they can be wrong.
    order = saga.order
    return PaymentProcess(
        order_id=saga.order_id, amount_cents=order.total_cents, currency=order.currency, card=order.card
    )


def confirm_order(saga: Saga, _: Message[Body]) -> Command:
    return OrderConfirm(order_id=saga.order_id)


def initiate_shipping(saga: Saga, _: Message[Body]) -> Command:
    lines = tuple(Item(sku=line.sku, quantity=line.quantity) for line in saga.order.lines)
    return ShippingInitiate(order_id=saga.order_id, lines=lines, ship_to=saga.order.ship_to)


def tell_confirmed(saga: Saga, _: Message[Body]) -> Command:
    order = saga.order
    return NotificationSend(
        order_id=saga.order_id, template="confirmed", customer_name=order.customer_name, email=order.email
    )


# --- the happy path: in this state, on this message, go there and say that. Other parts add rows of their own. ---

S = State

ROWS: tuple[Row, ...] = (
    Row(S.NEW, On(OrderCreated.name), S.AWAITING_INVENTORY, (check_inventory,)),
    Row(S.AWAITING_INVENTORY, On(InventoryChecked.name, "reserved"), S.AWAITING_PAYMENT, (process_payment,)),
    Row(S.AWAITING_PAYMENT, On(PaymentProcessed.name, "approved"), S.CONFIRMING, (confirm_order,)),
    Row(S.CONFIRMING, On(OrderConfirmed.name), S.AWAITING_SHIPPING, (initiate_shipping, tell_confirmed)),
)


def decide(table: Table, saga: Saga, message: Message[Body]) -> Decision:
    """Look the message up in the table. Whatever comes, the answer is a Decision, never an error.

    table:   all rows of all parts, by (state, On).
    saga:    where this order stands (saga.state), its order, and what has been told before (saga.seen).
    message: what has just been told.

    Returns `move` with the next state and its commands; `no-op` for what is expected and changes nothing, such as a
    message that came before; `unexpected` for everything else, which is recorded and shown to a person.
    """
    on = On.of(message.body)
    row = table.get((saga.state, on))

    if row is None:
        # No row: either we have had this message already (Kafka may deliver twice), or nobody has thought of it.
        # Neither is dropped in silence, and neither moves the saga.
        return Decision("no-op" if on in saga.seen else "unexpected", saga.state)

    if row.to == saga.state and not row.commands:
        # A row that leads nowhere and says nothing: somebody has thought of it, and wants nothing done.
        return Decision("no-op", saga.state)

    return Decision("move", row.to, tuple(command(saga, message) for command in row.commands))
