"""finding: bytes-changed

The value read and written again: it says the same, and these are other bytes than exercise 3 made.
"""

import json

from lab.shop.contracts import ORDERS_INITIATING


async def publish_order_created(producer, event, wire):
    value = json.dumps(json.loads(wire.value)).encode()
    return await producer.send_and_wait(
        ORDERS_INITIATING, value=value, key=event.order_id.encode(), headers=wire.headers
    )
