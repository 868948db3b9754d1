"""finding: never-rests

It looks as if a poll would wait for a message by itself, as input() waits for a line.
"""


async def consume(open_consumer, work, running):
    consumer = await open_consumer(auto_offset_reset="earliest", enable_auto_commit=True)
    while running():
        batches = await consumer.getmany(max_records=10)
        for records in batches.values():
            for record in records:
                await work([record])


def dispatch(handlers, message, /):
    return handlers.get(message.name)
