"""Exercise 27 · Outbox: the message is a row."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from lab.shop.ports import Outgoing, Publish
from lab.shop.runtime.tables import OutboxRow


async def hand_over(session: AsyncSession, messages: Sequence[Outgoing], publish: Publish) -> None:
    """End the transaction, with the messages that follow from it as rows in it.

    session:  the open transaction, with everything that has been written.
    messages: what is to be told, ready to travel: topic, key, and wire with headers and value.
    publish:  not used. The relay sends, later (exercise 28).

    Guarantees: what is stored will be told, and what is told has been stored. Kafka need not even be there.
    """
    # Two systems have no common commit, so one of them has to do for both. The database can: what has happened and
    # what is to be told of it are rows of one transaction. In the same session; another one would be another commit.
    session.add_all(
        OutboxRow(
            topic=message.topic,
            key=message.key,
            # Headers are bytes to Kafka and text to JSON. Ours are UTF-8, every one of them.
            headers=[(name, value.decode()) for name, value in message.wire.headers],
            value=message.wire.value,
        )
        for message in messages
    )
    await session.commit()
