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
    # 2 The key decides the partition. What must stay in sequence is the story of one order, so the key is its id.
    key = event.order_id.encode()

    # 3 + 4 Not `send`, which returns while the message still waits in this process: `send_and_wait` returns when Kafka
    # has it. And no try/except: this function cannot mend a refusal, its caller must decide.
    return await producer.send_and_wait(ORDERS_INITIATING, wire.value, key=key, headers=wire.headers)
