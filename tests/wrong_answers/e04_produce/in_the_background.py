"""finding: returned-too-early

create_task() so that the customer need not wait. If this process dies now, the order dies with it.
"""

import asyncio

from lab.shop.contracts import ORDERS_INITIATING


async def publish_order_created(producer, event, wire):
    asyncio.create_task(
        producer.send_and_wait(ORDERS_INITIATING, value=wire.value, key=event.order_id.encode(), headers=wire.headers)
    )
