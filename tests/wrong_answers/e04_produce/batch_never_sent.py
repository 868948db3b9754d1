"""finding: nothing-stored

A batch from the library's documentation, filled and never sent. `append` looks as if something had happened.
"""


async def publish_order_created(producer, event, wire):
    batch = producer.create_batch()
    return batch.append(key=event.order_id.encode(), value=wire.value, timestamp=None, headers=list(wire.headers))
