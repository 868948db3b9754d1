"""Exercise 25 · Inbox: a message has its effect once, however often it comes."""

from collections.abc import Callable, Mapping, Sequence

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from lab.shop.contracts import Body, Message
from lab.shop.runtime.tables import InboxRow

# The same statement in both; SQLAlchemy keeps what only some databases know in a module for each.
INSERT: Mapping[str, Callable[..., sqlite.Insert | postgresql.Insert]] = {
    "sqlite": sqlite.insert,
    "postgresql": postgresql.insert,
}


async def inbox(session: AsyncSession, messages: Sequence[Message[Body]]) -> Sequence[Message[Body]]:
    """Return those of these messages that were not handled before, in their sequence, and remember them.

    session:  the open transaction in which the messages will have their effect; it is ended for you.
    messages: what was just read, each with an id. The same one may be among them twice.

    Guarantees: the note and the effect are stored together or not at all. Where another process has one of them in
    work, this waits until that has ended, and returns the message if it has failed there.
    """
    # By the message's own id. A repeat by a relay or a retry lies at another offset, and is still the same message.
    # Sorted, so that two of us never wait for each other's in a circle.
    ids = sorted({message.id for message in messages})
    if not ids:
        return []

    # One statement looks and notes: what it could note is new. Looking first and noting after leaves a moment between,
    # in which somebody else notes the same.
    # And all this in the transaction of the effect, and in no other. Noted earlier, a crash would lose the effect;
    # noted later, a crash would have it twice. A set in memory forgets in the one moment for which it was made.
    insert = INSERT[session.get_bind().dialect.name]
    notes = insert(InboxRow).values([{"message_id": message_id} for message_id in ids])
    new = set((await session.scalars(notes.on_conflict_do_nothing().returning(InboxRow.message_id))).all())

    fresh = []
    for message in messages:
        if message.id in new:
            new.remove(message.id)  # the same one a second time in this very batch is not new
            fresh.append(message)
    return fresh
