"""Exercise 4 · Produce: tell Kafka about a new order."""

from lab.shop.contracts import ORDERS_INITIATING, OrderCreated, Wire
from lab.shop.ports import Producer, StoredAt


async def publish_order_created(producer: Producer, event: OrderCreated, wire: Wire) -> StoredAt:
    """Hand one order.created to Kafka; return when Kafka has stored it.

    producer: an AIOKafkaProducer, connected and started for you; do not stop it.
    event:    what happened, with event.order_id, event.customer_id, event.lines …
    wire:     the same event, ready to travel (from exercise 3): wire.headers and wire.value.

    Returns what Kafka says about the stored message: its topic, partition and offset.
    Raises whatever Kafka raises when it refuses: the caller must know.
    """
    # TODO 1  Choose the topic.
    # TODO 2  Choose the key, and turn it into bytes.
    # TODO 3  Hand over key, value and headers, and wait for the answer.
    # TODO 4  Say where it went.
    raise NotImplementedError  # delete this line when your lines are written
