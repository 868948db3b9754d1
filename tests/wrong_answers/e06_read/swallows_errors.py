"""finding: error-hidden

"The loop must never die." So it reads on while the database is gone, and handles nothing.
"""

import logging


async def consume(open_consumer, work, running):
    consumer = await open_consumer(auto_offset_reset="earliest", enable_auto_commit=True)
    while running():
        batches = await consumer.getmany(timeout_ms=200, max_records=10)
        for records in batches.values():
            for record in records:
                try:
                    await work([record])
                except Exception:
                    logging.exception("went wrong")


def dispatch(handlers, message, /):
    return handlers.get(message.name)
