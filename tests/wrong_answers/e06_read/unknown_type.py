"""finding: unknown-type-kills

handlers[name]: as if every message were ours, today and in a year.
"""


async def consume(open_consumer, work, running):
    consumer = await open_consumer(auto_offset_reset="earliest", enable_auto_commit=True)
    while running():
        batches = await consumer.getmany(timeout_ms=200, max_records=10)
        for records in batches.values():
            for record in records:
                await work([record])


def dispatch(handlers, message, /):
    return handlers[message.name]
