"""Exercise 6 · Read: fetch records, and give each message to the one who can handle it."""

from collections.abc import Callable, Mapping
from typing import TypeVar

from lab.shop.contracts import Body, Message
from lab.shop.ports import OpenConsumer, Work

Handler = TypeVar("Handler")


async def consume(open_consumer: OpenConsumer, work: Work, running: Callable[[], bool]) -> None:
    """Read records and have them handled, one by one, until `running()` says no.

    open_consumer: opens this service's consumer with your options; it is closed for you.
    work:          handles a list of records of one partition; await it.
    running:       False when the service is to stop.

    A service that starts for the first time reads everything that is already there.
    """
    # "earliest" counts only where the group has no offset yet: on its very first start. "latest", aiokafka's default,
    # would mean that what came before that start is never read by anyone.
    # Auto-commit: every five seconds, and when it is closed, the consumer notes how far it has *fetched*, handled or
    # not. Who is killed may have records noted as read that nobody has handled. Phase 2 asks what that costs.
    consumer = await open_consumer(auto_offset_reset="earliest", enable_auto_commit=True)
    while running():
        # Poll: wait up to 200 ms for records, and take at most ten, so that few are in hand that are not handled yet.
        batches = await consumer.getmany(timeout_ms=200, max_records=10)
        for records in batches.values():
            for record in records:
                # Asked before each record: a service that is to stop has a few seconds, and ten slow records take
                # longer. The shop's consumer gives back on closing what is still in hand then; it is read again. A
                # bare aiokafka consumer does not: on closing it notes all as read, and nobody handles the rest.
                if not running():
                    return
                await work([record])


def dispatch(handlers: Mapping[str, Handler], message: Message[Body], /) -> Handler | None:
    """Pick the handler for this message by its name; None when nobody here handles it.

    handlers: from a message's name, such as "inventory.check", to what handles it.
    """
    # A topic may carry messages that do not concern us, or that are newer than we are. That is not an error:
    # `handlers[message.name]` would raise, and the loop would die of somebody else's message.
    return handlers.get(message.name)
