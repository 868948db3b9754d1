"""Exercise 28 · Relay: from the outbox to Kafka; nothing skipped, each key in its sequence."""

from sqlalchemy import delete, select

from lab.shop.contracts import Wire
from lab.shop.ports import Outgoing, Publish, Sessions
from lab.shop.runtime.tables import OutboxRow


async def relay(sessions: Sessions, publish: Publish, limit: int) -> int:
    """Send what waits in the outbox: one round, at most `limit` rows, the oldest first. Return how many were sent.

    sessions: makes a new session: `async with sessions() as session`.
    publish:  `await publish(messages)` sends all in sequence; it returns when Kafka has acknowledged every one of
              them, and raises when it refuses.
    limit:    how many rows a round may take.

    Guarantees: a row leaves the outbox after Kafka has it. Who is killed in between sends it again, with the same id.
    Raises what `publish` raises; then every row is still there. For one relay at a time on each database.
    """
    # 1 All that is there, and not "all above the last number I have sent". Numbers are given out when a row is written,
    # and a slow transaction may commit number 7 after a fast one has committed number 8: who remembers 8 never sees 7.
    async with sessions() as session:
        oldest = select(OutboxRow).order_by(OutboxRow.sequence).limit(limit)
        rows = (await session.scalars(oldest)).all()

    # 2 The transaction is over before we wait for Kafka. Open, it would keep SQLite's one writer from its work.
    if not rows:
        return 0
    await publish([_outgoing(row) for row in rows])

    # 3 Only now. Marked before the acknowledgement, a message that Kafka never took would count as sent.
    # Exactly these rows: others may have been written in the meantime, with smaller numbers, too.
    async with sessions() as session:
        await session.execute(delete(OutboxRow).where(OutboxRow.sequence.in_([row.sequence for row in rows])))
        await session.commit()
    return len(rows)


def _outgoing(row: OutboxRow) -> Outgoing:
    """Return the message as it was handed over, byte for byte."""
    headers = [(name, value.encode()) for name, value in row.headers]
    return Outgoing(row.topic, row.key, Wire(headers, row.value))
