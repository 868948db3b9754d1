"""finding: key-wrong

"A key has to be unique", as in a database. So every message goes its own way, and nothing stays in sequence.
"""

from lab.shop.contracts import ORDERS_INITIATING


async def publish_order_created(producer, event, wire):
    key = dict(wire.headers)["ce_id"]
    return await producer.send_and_wait(ORDERS_INITIATING, value=wire.value, key=key, headers=wire.headers)
