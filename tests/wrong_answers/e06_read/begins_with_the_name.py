"""finding: wrong-handler

startswith, so that versions and details do not matter. inventory.checked begins with inventory.check, too.
"""


async def consume(open_consumer, work, running):
    consumer = await open_consumer(auto_offset_reset="earliest", enable_auto_commit=True)
    while running():
        batches = await consumer.getmany(timeout_ms=200, max_records=10)
        for records in batches.values():
            for record in records:
                await work([record])


def dispatch(handlers, message, /):
    for name, handler in handlers.items():
        if message.name.startswith(name):
            return handler
    return None
