"""finding: stored-more-than-once

"Twice is safer." A retry by hand, although nothing has failed: the mediator starts the same order two times.
"""

from lab.shop.contracts import ORDERS_INITIATING


async def publish_order_created(producer, event, wire):
    key = event.order_id.encode()
    await producer.send(ORDERS_INITIATING, value=wire.value, key=key, headers=wire.headers)
    return await producer.send_and_wait(ORDERS_INITIATING, value=wire.value, key=key, headers=wire.headers)
