"""Messages for tests, as they would lie on Kafka."""

import json
import uuid
from datetime import UTC, datetime, timedelta

from lab.shop import contracts as c
from lab.shop.contracts import TOPIC_OF, OrderCreated, OrderLine, Record, ShelfLine
from lab.shop.seen import Seen

START = datetime(2026, 5, 4, 14, 2, 11, tzinfo=UTC)
START_MS = int(START.timestamp() * 1000)
ID = "ord-7F3KM2QA"


def record(body, at=0.0, *, handled_by="solution", parts="", message_id=None, offset=0, partition=0):
    """A readable record of this body, stored `at` seconds after the start."""
    head = {
        "ce_specversion": "1.0",
        "ce_id": message_id or str(uuid.uuid4()),
        "ce_type": body.ce_type(),
        "ce_source": "/shop/test",
        "ce_subject": body.order_id,
        "ce_time": (START + timedelta(seconds=at)).isoformat(),
        "ce_correlationid": "story",
        "handled-by": handled_by,
    } | ({"handled-by-parts": parts} if parts else {})
    return Record(
        TOPIC_OF[type(body)].name,
        partition,
        offset,
        body.order_id.encode(),
        body.model_dump_json().encode(),
        tuple((name, text.encode()) for name, text in head.items()),
        START_MS + round(at * 1000),
    )


def seen(body, at=0.0, **options):
    return Seen.of(record(body, at, **options))


def unreadable(value=b"{", **headers):
    head = tuple((name, text.encode()) for name, text in headers.items())
    return Seen.of(Record("payment.events", 1, 12, b"k", value, head, START_MS))


def created(order_id=ID, sku="mug", quantity=2, name="Anna"):
    return OrderCreated(
        order_id=order_id,
        customer_id="cus-anna",
        customer_name=name,
        email="anna@mail.example",
        ship_to="Leeds",
        card="card-ok",
        lines=(OrderLine(sku=sku, quantity=quantity, unit_cents=1250),),
        total_cents=1250 * quantity,
    )


def story(order_id=ID, name="Anna"):
    """The 18 messages of an order that is delivered, as (seconds, body)."""
    i = {"order_id": order_id}
    items = (c.Item(sku="mug", quantity=2),)
    shelf = (ShelfLine(sku="mug", quantity=2, left=38),)
    told = {"template": "confirmed", "customer_name": name, "email": "anna@mail.example"}
    return [
        (0.000, created(order_id, name=name)),
        (0.011, c.InventoryCheck(**i, lines=items)),
        (0.024, c.InventoryChecked(**i, outcome="reserved", lines=shelf)),
        (0.031, c.PaymentProcess(**i, amount_cents=2500, currency="EUR", card="card-ok")),
        (0.062, c.PaymentProcessed(**i, outcome="approved", amount_cents=2500)),
        (0.070, c.OrderConfirm(**i)),
        (0.081, c.OrderConfirmed(**i)),
        (0.090, c.ShippingInitiate(**i, lines=items, ship_to="Leeds")),
        (0.092, c.NotificationSend(**i, **told)),
        (0.103, c.NotificationSent(**i, template="confirmed")),
        (0.120, c.ShippingInitiated(**i, carrier="Swift", tracking="t")),
        (0.126, c.InventoryCommit(**i)),
        (0.128, c.OrderMarkShipped(**i)),
        (0.137, c.InventoryCommitted(**i)),
        (0.139, c.OrderShipped(**i)),
        (2.140, c.ShippingDelivered(**i, carrier="Swift")),
        (2.148, c.OrderMarkDelivered(**i)),
        (2.160, c.OrderDelivered(**i)),
    ]


def cancelled_story(order_id=ID):
    """An order that cannot be shipped, as (seconds, body)."""
    i = {"order_id": order_id}
    told = {"template": "cancelled", "customer_name": "Anna", "email": "anna@mail.example"}
    return [
        *story(order_id)[:10],
        (0.120, c.ShippingFailed(**i, reason="no carrier goes to Lighthouse")),
        (0.130, c.PaymentCancel(**i)),
        (0.131, c.InventoryRelease(**i)),
        (0.140, c.PaymentCancelled(**i, outcome="refunded", amount_cents=2500)),
        (0.145, c.InventoryReleased(**i)),
        (0.150, c.OrderCancel(**i, reason="it could not be shipped")),
        (0.160, c.OrderCancelled(**i, reason="it could not be shipped")),
        (0.170, c.NotificationSend(**i, **told)),
        (0.180, c.NotificationSent(**i, template="cancelled")),
    ]


def journal_line(text):
    return json.dumps(text).encode() + b"\n"
