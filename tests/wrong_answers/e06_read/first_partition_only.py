"""finding: records-left-out

The dict has one entry while you try it by hand with one order; with more orders it has three.
"""


async def consume(open_consumer, work, running):
    consumer = await open_consumer(auto_offset_reset="earliest", enable_auto_commit=True)
    while running():
        batches = await consumer.getmany(timeout_ms=200, max_records=10)
        if batches:
            records = next(iter(batches.values()))
            await work(records)


def dispatch(handlers, message, /):
    return handlers.get(message.name)
