"""finding: text-instead-of-bytes

Headers look like a dictionary of texts, as HTTP has them. On Kafka their values are bytes, too.
"""

from lab.shop.contracts import ORDERS_INITIATING


async def publish_order_created(producer, event, wire):
    headers = [(name, value.decode()) for name, value in wire.headers]
    key = event.order_id.encode()
    return await producer.send_and_wait(ORDERS_INITIATING, value=wire.value, key=key, headers=headers)
