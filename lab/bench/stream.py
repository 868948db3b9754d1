"""Messages for benchmarks: whole stories of orders, as the shop writes them, made fast from one story as a pattern."""

import itertools
import uuid
from collections.abc import Iterator
from typing import Final, NamedTuple

from lab.shop import contracts as c
from lab.shop.contracts import TOPIC_OF, Body, Record

_ORDER: Final = "ord-PATTERN0"
_ITEMS: Final = (c.Item(sku="mug", quantity=2),)
_O: Final = {"order_id": _ORDER}
STORY: Final[tuple[tuple[Body, int | None], ...]] = (
    (
        c.OrderCreated(
            customer_id="cus-anna", customer_name="Anna", email="anna@mail.example", ship_to="Leeds", card="card-ok",
            lines=(c.OrderLine(sku="mug", quantity=2, unit_cents=1250),), total_cents=2500, **_O,
        ),
        None,
    ),
    (c.InventoryCheck(lines=_ITEMS, **_O), 0),
    (c.InventoryChecked(outcome="reserved", lines=(c.ShelfLine(sku="mug", quantity=2, left=38),), **_O), 1),
    (c.PaymentProcess(amount_cents=2500, currency="EUR", card="card-ok", **_O), 2),
    (c.PaymentProcessed(outcome="approved", amount_cents=2500, **_O), 3),
    (c.OrderConfirm(**_O), 4),
    (c.OrderConfirmed(**_O), 5),
    (c.ShippingInitiate(lines=_ITEMS, ship_to="Leeds", **_O), 6),
    (c.NotificationSend(template="confirmed", customer_name="Anna", email="anna@mail.example", **_O), 6),
    (c.NotificationSent(template="confirmed", **_O), 8),
    (c.ShippingInitiated(carrier="Post", tracking="trk-1", **_O), 7),
    (c.InventoryCommit(**_O), 10),
    (c.OrderMarkShipped(**_O), 10),
    (c.InventoryCommitted(**_O), 11),
    (c.OrderShipped(**_O), 12),
    (c.ShippingDelivered(carrier="Post", **_O), 7),
    (c.OrderMarkDelivered(**_O), 15),
    (c.OrderDelivered(**_O), 16),
)  # fmt: skip
"""An order from its placing to its delivery: each message, and which one caused it."""


def records(now_ms: int = 0) -> Iterator[Record]:
    """Yield records without end, story after story, each with an order and ids of its own."""
    pattern = [_pattern(body, number, cause) for number, (body, cause) in enumerate(STORY)]
    offsets = dict.fromkeys(((one.topic, part) for one in pattern for part in range(c.PARTITIONS)), -1)
    for number in itertools.count():
        order, story = f"ord-{number % 36**8:08d}", uuid.uuid4().hex[:12]
        partition = number % c.PARTITIONS
        for one in pattern:
            place = (one.topic, partition)
            offsets[place] += 1
            yield one.record(order.encode(), story.encode(), partition, offsets[place], now_ms)


class _Pattern(NamedTuple):
    """A message of the story. What is the same in every order is made once."""

    topic: str
    before: bytes
    after: bytes
    headers: tuple[tuple[str, bytes], ...]
    number: bytes
    cause: bytes | None

    def record(self, order: bytes, story: bytes, partition: int, offset: int, at_ms: int) -> Record:
        own = (("ce_subject", order), ("ce_id", story + self.number), ("ce_correlationid", story + b"-0"))
        caused = () if self.cause is None else (("ce_causationid", story + self.cause),)
        value = self.before + order + self.after
        return Record(self.topic, partition, offset, order, value, (*self.headers, *own, *caused), at_ms)


def _pattern(body: Body, number: int, cause: int | None) -> _Pattern:
    topic = TOPIC_OF[type(body)]
    said = {
        "ce_specversion": "1.0", "ce_type": body.ce_type(), "ce_source": topic.writer,
        "ce_time": "2026-01-01T12:00:00+00:00",
        "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "handled-by": "solution",
    }  # fmt: skip
    headers = tuple((name, text.encode()) for name, text in said.items())
    before, _, after = body.model_dump_json().encode().partition(_ORDER.encode())
    caused_by = None if cause is None else b"-%d" % cause
    return _Pattern(topic.name, before, after, headers, b"-%d" % number, caused_by)
