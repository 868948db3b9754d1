"""finding: other-way-to-poll

The first page of aiokafka's documentation reads like this.
"""


async def consume(open_consumer, work, running):
    consumer = await open_consumer(auto_offset_reset="earliest", enable_auto_commit=True)
    async for record in consumer:
        await work([record])
        if not running():
            return


def dispatch(handlers, message, /):
    return handlers.get(message.name)
