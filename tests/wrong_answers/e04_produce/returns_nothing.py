"""finding: place-not-returned

All right but for the missing `return`: the caller cannot say where the order went.
"""

from lab.shop.contracts import ORDERS_INITIATING


async def publish_order_created(producer, event, wire):
    await producer.send_and_wait(ORDERS_INITIATING, value=wire.value, key=event.order_id.encode(), headers=wire.headers)
