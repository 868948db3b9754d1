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
    # TODO 1  Open the consumer.
    # TODO 2  Go on for as long as it is wanted.
    # TODO 3  Poll.
    # TODO 4  Have each record handled, before the next one.
    raise NotImplementedError


def dispatch(handlers: Mapping[str, Handler], message: Message[Body], /) -> Handler | None:
    """Pick the handler for this message by its name; None when nobody here handles it.

    handlers: from a message's name, such as "inventory.check", to what handles it.
    """
    # TODO 5  Find the handler.
    raise NotImplementedError
