"""finding: another-sequence

"work wants a list, so it gets one list": all partitions in it, one behind the other.
"""


async def consume(open_consumer, work, running):
    consumer = await open_consumer(auto_offset_reset="earliest", enable_auto_commit=True)
    while running():
        batches = await consumer.getmany(timeout_ms=200, max_records=10)
        everything = [record for records in batches.values() for record in records]
        if everything:
            await work(everything)


def dispatch(handlers, message, /):
    return handlers.get(message.name)
