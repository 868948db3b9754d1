"""How the worker calls handlers: in batches, and with a note of whose lines answered."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy.ext.asyncio import AsyncSession

from lab.shop.contracts import Body, Message
from lab.shop.ports import AnyHandler


@dataclass(frozen=True, slots=True)
class Replies:
    """What is to be said in answer to one message, and whose lines said so (for `handled-by`)."""

    bodies: Sequence[Body]
    origin: str


class Step(Protocol):
    """Handles messages in sequence inside one open transaction; one `Replies` for each."""

    async def __call__(self, messages: Sequence[Message[Any]], session: AsyncSession, /) -> Sequence[Replies]: ...


def step(handler: AnyHandler, origin: str) -> Step:
    """Make a step of a part. A part that offers `many` is given the whole batch in one call."""
    many = getattr(handler, "many", None)

    async def run(messages: Sequence[Message[Any]], session: AsyncSession) -> Sequence[Replies]:
        if many is not None and len(messages) > 1:
            return [Replies(bodies, origin) for bodies in await many(messages, session)]
        return [Replies(await handler(message, session), origin) for message in messages]

    return run
