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

# --- the commands: what the mediator asks for. Each copies from the order what its reader needs. ---


def check_inventory(saga: Saga, _: Message[Body]) -> Command:
    """Ask Inventory: are these on the shelf? Then set them aside."""
    lines = tuple(Item(sku=line.sku, quantity=line.quantity) for line in saga.order.lines)
    return InventoryCheck(order_id=saga.order_id, lines=lines)


def process_payment(saga: Saga, _: Message[Body]) -> Command:
    """Ask Payment to take the money.

    A PaymentProcess has order_id, amount_cents, currency and card; an order (saga.order) has total_cents, currency,
    card and lines.
    """
    # TODO 1  Write the command: copy from the order, work nothing out.
    raise NotImplementedError


def confirm_order(saga: Saga, _: Message[Body]) -> Command:
    """Ask Order to tell the customer yes."""
    return OrderConfirm(order_id=saga.order_id)


def initiate_shipping(saga: Saga, _: Message[Body]) -> Command:
    """Ask Fulfilment to send the parcel."""
    lines = tuple(Item(sku=line.sku, quantity=line.quantity) for line in saga.order.lines)
    return ShippingInitiate(order_id=saga.order_id, lines=lines, ship_to=saga.order.ship_to)


def tell_confirmed(saga: Saga, _: Message[Body]) -> Command:
    """Ask Notification to write to the customer."""
    order = saga.order
    return NotificationSend(
        order_id=saga.order_id, template="confirmed", customer_name=order.customer_name, email=order.email
    )


# --- the rows: in this state, on this message, go there and say that. Other exercises add rows of their own. ---

S = State

ROWS: tuple[Row, ...] = (
    # TODO 2  Write the rows: four arrows, from S.NEW to S.AWAITING_SHIPPING.
)


def decide(table: Table, saga: Saga, message: Message[Body]) -> Decision:
    """Look the message up in the table. Whatever comes, the answer is a Decision, never an error.

    table:   a dict with the rows of all exercises: from (state, On) to Row.
    saga:    where this order stands: saga.state, saga.order, and saga.seen, the set of On that were told before.
    message: what has just been told. On.of(message.body) is what a row calls it.

    Returns Decision(kind, to, commands): "move" with the next state and a tuple of commands; "no-op" for what is
    expected and changes nothing, such as a message that came before; "unexpected" for everything else, which is
    recorded and shown to a person. The last two stay in saga.state, without commands.
    """
    # TODO 3  Look it up: state and message are one key.
    # TODO 4  No row: told before, or news?
    # TODO 5  A row that stays and says nothing.
    # TODO 6  Move: where to, and with which commands?
    raise NotImplementedError  # delete this line when your lines are written
