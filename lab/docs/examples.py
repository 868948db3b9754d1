"""One example of every message, wrapped by the real `wrap`, each caused by the one that causes it in the shop."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Final

from lab.shop import contracts as c
from lab.shop.parts import Parts
from lab.shop.ports import WRAP, On

ORDER: Final = "ord-7F3KM2QA"
NOON: Final = datetime(2026, 1, 5, 12, 0, 0, tzinfo=UTC)

_ITEMS: Final = (c.Item(sku="mug", quantity=2),)
_SHELF: Final = (c.ShelfLine(sku="mug", quantity=2, left=398),)

_STORY: Final[tuple[tuple[c.Body, str], ...]] = (  # a message, and the name of the one that causes it
    (
        c.OrderCreated(
            order_id=ORDER,
            customer_id="cus-anna",
            customer_name="Anna",
            email="anna@mail.example",
            ship_to="Leeds",
            card=c.CARD_OK,
            lines=(c.OrderLine(sku="mug", quantity=2, unit_cents=1250),),
            total_cents=2500,
        ),
        "",
    ),
    (c.InventoryCheck(order_id=ORDER, lines=_ITEMS), "order.created"),
    (c.InventoryChecked(order_id=ORDER, outcome="reserved", lines=_SHELF), "inventory.check"),
    (
        c.PaymentProcess(order_id=ORDER, amount_cents=2500, currency=c.CURRENCY, card=c.CARD_OK),
        "inventory.checked",
    ),
    (c.PaymentProcessed(order_id=ORDER, outcome="approved", amount_cents=2500), "payment.process"),
    (c.OrderConfirm(order_id=ORDER), "payment.processed"),
    (c.OrderConfirmed(order_id=ORDER), "order.confirm"),
    (c.ShippingInitiate(order_id=ORDER, lines=_ITEMS, ship_to="Leeds"), "order.confirmed"),
    (
        c.NotificationSend(order_id=ORDER, template="confirmed", customer_name="Anna", email="anna@mail.example"),
        "order.confirmed",
    ),
    (c.NotificationSent(order_id=ORDER, template="confirmed"), "notification.send"),
    (c.ShippingInitiated(order_id=ORDER, carrier="Turtle Post", tracking="trk-1f6cbb1b"), "shipping.initiate"),
    (c.InventoryCommit(order_id=ORDER), "shipping.initiated"),
    (c.OrderMarkShipped(order_id=ORDER), "shipping.initiated"),
    (c.InventoryCommitted(order_id=ORDER), "inventory.commit"),
    (c.OrderShipped(order_id=ORDER), "order.mark_shipped"),
    (c.ShippingDelivered(order_id=ORDER, carrier="Turtle Post"), "shipping.initiate"),
    (c.OrderMarkDelivered(order_id=ORDER), "shipping.delivered"),
    (c.OrderDelivered(order_id=ORDER), "order.mark_delivered"),
    # … and what is said when it goes another way
    (c.InventoryRelease(order_id=ORDER), "payment.processed"),
    (c.InventoryReleased(order_id=ORDER), "inventory.release"),
    (c.OrderReject(order_id=ORDER, reason="payment declined"), "payment.processed"),
    (c.OrderRejected(order_id=ORDER, reason="payment declined"), "order.reject"),
    (c.ShippingFailed(order_id=ORDER, reason="no carrier goes to Lighthouse"), "shipping.initiate"),
    (c.PaymentCancel(order_id=ORDER), "shipping.failed"),
    (c.PaymentCancelled(order_id=ORDER, outcome="refunded", amount_cents=2500), "payment.cancel"),
    (c.OrderCancel(order_id=ORDER, reason="it could not be shipped"), "payment.cancelled"),
    (c.OrderCancelled(order_id=ORDER, reason="it could not be shipped"), "order.cancel"),
    (
        c.NotificationFailed(order_id=ORDER, template="confirmed", reason="the letter box is full"),
        "notification.send",
    ),
    (c.OrderCancelRequested(order_id=ORDER), ""),
    (c.ShippingCancel(order_id=ORDER), "order.cancel_requested"),
    (c.ShippingCancelled(order_id=ORDER), "shipping.cancel"),
)


@dataclass(frozen=True, slots=True)
class Example:
    """One message twice: in the form in which it travels, and as the decoder reads it."""

    wire: c.Wire
    message: c.Message[c.Body]


@cache
def examples() -> Mapping[str, Example]:
    """Return an example by message name. Raises ValueError when one does not survive its own journey."""
    wrap, made = Parts(1)[WRAP], dict[str, Example]()
    for number, (body, cause) in enumerate(_STORY):
        before = made[cause].message if cause else None
        topic = c.TOPIC_OF[type(body)]
        wire = wrap(body, cause=before, source=f"/shop/{topic.writer}", time=NOON + number * timedelta(milliseconds=12))
        read = c.decode(c.Record(topic.name, 0, number, ORDER.encode(), wire.value, tuple(wire.headers)))
        if isinstance(read, c.Unreadable):
            raise ValueError(f"the example of {body.name} cannot be read: {read.detail}")  # noqa: TRY004
        made[body.name] = Example(wire, read)
    return made


def message_for(on: On) -> c.Message[c.Body]:
    """Return the example that a row of the mediator's table waits for, with the row's outcome."""
    message = examples()[on.name].message
    body = message.body if on.outcome is None else message.body.model_copy(update={"outcome": on.outcome})
    return c.Message(message.id, body, message.source, message.time, message.correlation_id, message.causation_id)
