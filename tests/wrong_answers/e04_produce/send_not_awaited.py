"""finding: await-forgotten

`send` without `await`: the message is not even in the queue.
"""

from lab.shop.contracts import ORDERS_INITIATING


async def publish_order_created(producer, event, wire):
    producer.send(ORDERS_INITIATING, value=wire.value, key=event.order_id.encode(), headers=wire.headers)
