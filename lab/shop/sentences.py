"""What each message says, in words: the one table. Who speaks, and who is asked, is read from the table of topics.

A sentence gets the message's body and, where it is known, the order that the story is about (`inventory.commit` says
nothing of mugs). Texts from messages are cleaned: whoever can write to Kafka must not reach the terminal.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, TypeAlias, get_args

from lab.shop import contracts as c
from lab.shop.contracts import TOPIC_OF, Body, Command, OrderCreated
from lab.shop.units import BY_NAME
from lab.shop.wording import clean, money, pieces, plural, product, the_pieces


@dataclass(frozen=True, slots=True)
class Told:
    """What a sentence is made of: the message's body, and the order where it is known."""

    body: Any
    order: OrderCreated | None


Words: TypeAlias = str | Callable[[Told], str]


def _of(order: OrderCreated | None) -> str:
    return the_pieces(order.lines if order else ())


def _who(order: OrderCreated | None) -> str:
    return clean(order.customer_name, 24) if order else "the customer"


def _because(reason: str) -> str:
    return f", {clean(reason, 60)}" if reason else ""


def _reserved(told: Told) -> str:
    lines: tuple[c.ShelfLine, ...] = told.body.lines
    if not lines:
        return "set aside"
    return f"set aside, {lines[0].left} left" if len(lines) == 1 else "all set aside"


def _out_of_stock(told: Told) -> str:
    lines: tuple[c.ShelfLine, ...] = told.body.lines
    if not lines:
        return "out of stock"
    first, others = lines[0], len(lines) - 1
    more = f", and {plural(others, 'product')} more" if others else ""
    return f"out of stock, {first.left} of {first.quantity} {product(first.sku, first.quantity)} left{more}"


_TOLD: Final = {"confirmed": "order confirmed", "rejected": "order rejected", "cancelled": "order cancelled"}

# A command's sentence goes on after "Mediator asks Inventory …", an event's after "Inventory: …".
SENTENCES: Final[Mapping[tuple[type[Body], str | None], Words]] = MappingProxyType(
    {
        (c.OrderCreated, None): "a customer placed this order",
        (c.OrderCancelRequested, None): "the customer wants to cancel it",
        (c.InventoryCheck, None): lambda t: f"to set {pieces(t.body.lines)} aside",
        (c.InventoryCommit, None): lambda t: f"to book {_of(t.order)} out",
        (c.InventoryRelease, None): lambda t: f"to put {_of(t.order)} back",
        (c.InventoryChecked, "reserved"): _reserved,
        (c.InventoryChecked, "out_of_stock"): _out_of_stock,
        (c.InventoryCommitted, None): "booked out",
        (c.InventoryReleased, None): "back on the shelf",
        (c.PaymentProcess, None): lambda t: f"for {money(t.body.amount_cents, t.body.currency)}",
        (c.PaymentCancel, None): "to undo the payment",
        (c.PaymentProcessed, "approved"): "approved",
        (c.PaymentProcessed, "declined"): lambda t: f"declined{_because(t.body.reason)}",
        (c.PaymentCancelled, "none"): "nothing was taken, nothing to undo",
        (c.PaymentCancelled, "voided"): "stopped before it was taken",
        (c.PaymentCancelled, "refunded"): lambda t: f"gave {money(t.body.amount_cents)} back",
        (c.OrderConfirm, None): "to confirm",
        (c.OrderReject, None): "to reject",
        (c.OrderCancel, None): "to cancel",
        (c.OrderMarkShipped, None): "to mark it shipped",
        (c.OrderMarkDelivered, None): "to mark it delivered",
        (c.OrderConfirmed, None): "confirmed",
        (c.OrderRejected, None): lambda t: f"rejected{_because(t.body.reason)}",
        (c.OrderCancelled, None): lambda t: f"cancelled{_because(t.body.reason)}",
        (c.OrderShipped, None): "shipped",
        (c.OrderDelivered, None): "delivered, the end",
        (c.ShippingInitiate, None): "to ship",
        (c.ShippingCancel, None): "to stop the parcel",
        (c.ShippingInitiated, None): "parcel handed to the carrier",
        (c.ShippingFailed, None): lambda t: clean(t.body.reason, 60) or "not shipped",
        (c.ShippingCancelled, None): "parcel stopped in the house",
        (c.ShippingDelivered, None): "the carrier delivered it",
        (c.NotificationSend, None): lambda t: f"to tell {clean(t.body.customer_name, 24)}",
        (c.NotificationSent, None): lambda t: f"told {_who(t.order)}, {_TOLD[t.body.template]}",
        (c.NotificationFailed, None): lambda t: f"not told{_because(t.body.reason.removeprefix('the '))}",
    }
)


def outcomes(body: type[Body]) -> tuple[str | None, ...]:
    """Return the outcomes a message type can have; `(None,)` where it has but one meaning."""
    field = body.model_fields.get("outcome")
    return get_args(field.annotation) if field else (None,)


def sentence(body: Body, order: OrderCreated | None, *, short: bool = False) -> str:
    """Say what this message says. `short` leaves the mediator unnamed: nobody else gives commands."""
    topic = TOPIC_OF[type(body)]
    words = SENTENCES[type(body), getattr(body, "outcome", None)]
    if not isinstance(words, str):
        words = words(Told(body, order))
    if isinstance(body, Command):
        return f"{'asks' if short else 'Mediator asks'} {BY_NAME[topic.owner].title} {words}"
    return f"{BY_NAME[topic.writer].title}: {words}"
