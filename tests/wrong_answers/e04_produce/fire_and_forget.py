"""finding: returned-too-early

`await producer.send(…)` looks awaited. What it awaits is the place in the queue, not Kafka's answer.
"""

from lab.shop.contracts import ORDERS_INITIATING


async def publish_order_created(producer, event, wire):
    return await producer.send(ORDERS_INITIATING, value=wire.value, key=event.order_id.encode(), headers=wire.headers)
