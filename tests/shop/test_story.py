"""One order's whole story as it lies on Kafka: which messages, each caused by which, all in one place."""

import asyncio
from datetime import UTC, datetime, timedelta

from lab.shop.contracts import TOPIC_OF, Body, Message, decode
from lab.shop.tap import snapshot
from tests.shop.real_shop import RealShop, until

CAUSED_BY = {
    "order.created": None,
    "inventory.check": "order.created",
    "inventory.checked": "inventory.check",
    "payment.process": "inventory.checked",
    "payment.processed": "payment.process",
    "order.confirm": "payment.processed",
    "order.confirmed": "order.confirm",
    "shipping.initiate": "order.confirmed",
    "notification.send": "order.confirmed",
    "notification.sent": "notification.send",
    "shipping.initiated": "shipping.initiate",
    "inventory.commit": "shipping.initiated",
    "order.mark_shipped": "shipping.initiated",
    "inventory.committed": "inventory.commit",
    "order.shipped": "order.mark_shipped",
    "shipping.delivered": "shipping.initiate",
    "order.mark_delivered": "shipping.delivered",
    "order.delivered": "order.mark_delivered",
}

MAIN_LINE = (
    "order.created", "inventory.check", "inventory.checked", "payment.process", "payment.processed", "order.confirm",
    "order.confirmed", "shipping.initiate", "shipping.initiated", "order.mark_shipped", "order.shipped",
    "shipping.delivered", "order.mark_delivered", "order.delivered",
)  # fmt: skip


def test_a_happy_order_is_eighteen_messages_with_one_correlation_and_no_gap_between_causes(stack) -> None:
    with RealShop(stack) as shop:
        order_id = shop.place(lines=[{"sku": "lamp", "quantity": 1}, {"sku": "pen", "quantity": 2}])
        assert shop.ending(order_id) == "delivered"
        until(lambda: len(read(stack, order_id)) >= len(CAUSED_BY), "the last side messages are on Kafka")
    story = read(stack, order_id)
    by_id = {message.id: message for message in story}

    assert len(story) == len(by_id) == 18
    assert {message.name: _name(by_id, message.causation_id) for message in story} == CAUSED_BY
    assert {message.correlation_id for message in story} == {story[0].id}
    assert [message.name for message in story if message.name in MAIN_LINE] == list(MAIN_LINE)

    for message in story:
        topic = TOPIC_OF[type(message.body)]
        assert message.record.topic == topic.name
        assert message.source == f"/shop/{topic.writer}"
        assert message.record.key == order_id.encode()
        assert message.handled_by == ("lab" if message.name == "shipping.delivered" else "solution")
        assert abs(datetime.now(UTC) - message.time) < timedelta(minutes=5)
        if message.causation_id is not None:
            assert message.time >= by_id[message.causation_id].time
    assert len({message.record.partition for message in story}) == 1


def _name(by_id: dict[str, Message[Body]], message_id: str | None) -> str | None:
    return None if message_id is None else by_id[message_id].name


def read(stack, order_id: str) -> list[Message[Body]]:
    """All messages of an order, by the time Kafka keeps with them; one that cannot be read is an error."""
    seen = asyncio.run(snapshot(stack.kafka, stack.prefix, keep=lambda record: record.key == order_id.encode()))
    messages = [decode(one.record) for one in seen]
    assert all(isinstance(message, Message) for message in messages), messages
    return sorted(messages, key=lambda message: message.time)
