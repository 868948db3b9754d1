"""finding: text-instead-of-bytes

The whole Wire where its value belongs. It looks like the message; Kafka wants the bytes inside.
"""

from lab.shop.contracts import ORDERS_INITIATING


async def publish_order_created(producer, event, wire):
    key = event.order_id.encode()
    return await producer.send_and_wait(ORDERS_INITIATING, value=wire, key=key, headers=wire.headers)
