"""finding: key-wrong

Bytes that are no text: some hash of the id. Nobody who looks for an order's messages would find them by it.
"""

import hashlib

from lab.shop.contracts import ORDERS_INITIATING


async def publish_order_created(producer, event, wire):
    key = b"\xff" + hashlib.sha256(event.order_id.encode()).digest()
    return await producer.send_and_wait(ORDERS_INITIATING, wire.value, key=key, headers=wire.headers)
