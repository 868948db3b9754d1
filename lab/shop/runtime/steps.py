"""How the worker calls handlers: in batches, and with a note of whose lines answered."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy.ext.asyncio import AsyncSession

from lab.shop.contracts import Body, Message
from lab.shop.contracts.credit import Credit
from lab.shop.ports import AnyHandler, ManyHandler


@dataclass(frozen=True, slots=True)
class Replies:
    """What is to be said in answer to one message, whose lines said so (for `handled-by`), and which handler."""

    bodies: Sequence[Body]
    credit: Credit
    handler: str

    def __post_init__(self) -> None:
        """Refuse what cannot be sent. Raises TypeError that names the handler."""
        if not isinstance(self.bodies, Sequence):
            told = "None" if self.bodies is None else f"one {type(self.bodies).__name__} by itself"
            raise TypeError(f"{self.handler} returned {told}; it must return a list (maybe an empty one)")
        for body in self.bodies:
            if not isinstance(body, Body):
                raise TypeError(
                    f"{self.handler} returned a list with {type(body).__name__} in it; "
                    "every item must be a message of lab.shop.contracts"
                )


class Step(Protocol):
    """Handles messages in sequence inside one open transaction; one `Replies` for each."""

    async def __call__(self, messages: Sequence[Message[Any]], session: AsyncSession, /) -> Sequence[Replies]: ...


def step(handler: AnyHandler, credit: Credit, name: str, twin: ManyHandler | None = None) -> Step:
    """Make a step of a part. A part that offers `many`, or has a twin, is given the whole batch in one call.

    name: what an error calls it: the port's name, which is the learner's function.
    """
    many: ManyHandler | None = getattr(handler, "many", twin)

    async def run(messages: Sequence[Message[Any]], session: AsyncSession) -> Sequence[Replies]:
        if many is not None and len(messages) > 1:
            await session.flush()  # what handlers before it wrote as objects, statements must see as rows,
            said = await many(messages, session)
            session.expire_all()  # and the other way round
            return [Replies(bodies, credit, name) for bodies in said]
        return [Replies(await handler(message, session), credit, name) for message in messages]

    return run
