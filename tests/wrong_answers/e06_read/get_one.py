"""finding: other-way-to-poll

getone() is in the documentation, too, and one record at a time is what the task wants.
"""


async def consume(open_consumer, work, running):
    consumer = await open_consumer(auto_offset_reset="earliest", enable_auto_commit=True)
    while running():
        await work([await consumer.getone()])


def dispatch(handlers, message, /):
    return handlers.get(message.name)
