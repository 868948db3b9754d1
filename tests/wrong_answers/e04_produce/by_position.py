"""finding: arguments-by-position

Key and headers without their names. The fourth place is the partition's, and a list is no partition.
"""

from lab.shop.contracts import ORDERS_INITIATING


async def publish_order_created(producer, event, wire):
    return await producer.send_and_wait(ORDERS_INITIATING, wire.value, event.order_id.encode(), wire.headers)
