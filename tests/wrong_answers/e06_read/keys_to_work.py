"""finding: keys-not-values

The same, without the inner loop: work([partition]).
"""


async def consume(open_consumer, work, running):
    consumer = await open_consumer(auto_offset_reset="earliest", enable_auto_commit=True)
    while running():
        batches = await consumer.getmany(timeout_ms=200, max_records=10)
        for records in batches:
            await work([records])


def dispatch(handlers, message, /):
    return handlers.get(message.name)
