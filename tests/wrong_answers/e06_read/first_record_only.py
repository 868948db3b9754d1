"""finding: records-left-out

"A poll brings the next message." It brings up to ten.
"""


async def consume(open_consumer, work, running):
    consumer = await open_consumer(auto_offset_reset="earliest", enable_auto_commit=True)
    while running():
        batches = await consumer.getmany(timeout_ms=200, max_records=10)
        for records in batches.values():
            await work([records[0]])


def dispatch(handlers, message, /):
    return handlers.get(message.name)
