"""Deadlines that have passed, told to the table like any other message (from phase 2)."""

import uuid
from datetime import UTC, datetime
from typing import ClassVar, Final

from lab.shop.contracts import Body, Message
from lab.shop.mediator.engine import Engine
from lab.shop.mediator.tables import SagaRow
from lab.shop.ports import DUE_TIMERS, Outgoing
from lab.shop.runtime.blueprint import Chore, Context

DUE_AT_MOST: Final = 100


class DeadlinePassed(Body):
    """The answer has not come in time. Never on Kafka: the mediator says it to itself."""

    name: ClassVar[str] = "deadline.passed"


def watching(context: Context, engine: Engine) -> Chore:
    """Return the chore that takes due timers to the engine."""
    due_timers = context.parts[DUE_TIMERS]

    async def watch() -> int:
        async with context.store.writing() as session:
            due = await due_timers(session, DUE_AT_MOST)
            out: list[Outgoing] = []
            for order_id in sorted(due):  # the sequence in which a batch of answers locks its sagas
                row = await session.get(SagaRow, order_id)
                if row is None:
                    continue
                message = _message(row)
                replies = await engine.advance(message, session)
                out += [context.outbound.prepare(one, cause=message, credit=replies.credit) for one in replies.bodies]
            if due:  # the claim, and all that follows from it, in one transaction
                await context.outbound.hand_over(session, out, context.outbound.publish)
        return len(due)

    return watch


def _message(row: SagaRow) -> Message[Body]:
    """Make the message. Its id follows from the saga and from where its log stands.

    So a repeat of the same passing says the same; and who is asked once more hears a new command, not a repeat.
    """
    return Message(
        id=str(uuid.uuid5(uuid.NAMESPACE_OID, f"{row.order_id}/{row.steps}/deadline")),
        body=DeadlinePassed(order_id=row.order_id),
        source="/shop/mediator",
        time=datetime.now(UTC),
        correlation_id=row.correlation_id,
        causation_id=row.cause_id,
        traceparent=row.traceparent,
    )
