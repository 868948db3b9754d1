"""finding: does-not-wait

create_task, to be faster. Now the next record may be done before this one, and an error is heard by nobody.
"""

import asyncio


async def consume(open_consumer, work, running):
    consumer = await open_consumer(auto_offset_reset="earliest", enable_auto_commit=True)
    tasks = set()
    while running():
        batches = await consumer.getmany(timeout_ms=200, max_records=10)
        for records in batches.values():
            for record in records:
                tasks.add(asyncio.create_task(work([record])))


def dispatch(handlers, message, /):
    return handlers.get(message.name)
