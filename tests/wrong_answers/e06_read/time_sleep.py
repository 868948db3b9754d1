"""finding: blocks-the-loop

"A short rest, so that we do not ask Kafka all the time." The poll rests by itself; this stops the whole process.
"""

import time


async def consume(open_consumer, work, running):
    consumer = await open_consumer(auto_offset_reset="earliest", enable_auto_commit=True)
    while running():
        batches = await consumer.getmany(timeout_ms=200, max_records=10)
        if not batches:
            time.sleep(1)
        for records in batches.values():
            for record in records:
                await work([record])


def dispatch(handlers, message, /):
    return handlers.get(message.name)
