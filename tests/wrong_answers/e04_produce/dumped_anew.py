"""finding: bytes-changed

The value made anew from the event, with the right headers: the event itself is no envelope.
"""

from lab.shop.contracts import ORDERS_INITIATING


async def publish_order_created(producer, event, wire):
    return await producer.send_and_wait(
        ORDERS_INITIATING,
        value=event.model_dump_json().encode(),
        key=event.order_id.encode(),
        headers=wire.headers,
    )
