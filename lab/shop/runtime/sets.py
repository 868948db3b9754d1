"""Set-based twins of phase 2's consume loop, inbox, outbox and relay: one statement for all messages of a batch.

They stand in for the solutions of those exercises and do the same (docs/decisions/0020). What makes them faster is
that no row becomes an object on its way.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, cast

from sqlalchemy import Table, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase

from lab.shop.contracts import Body, Message, Wire
from lab.shop.ports import OpenConsumer, Outgoing, Publish, Sessions, Work
from lab.shop.runtime.tables import InboxRow, OutboxRow

_INSERT: Final[Mapping[str, Callable[..., sqlite.Insert | postgresql.Insert]]] = {
    "sqlite": sqlite.insert,
    "postgresql": postgresql.insert,
}


def table_of(rows: type[DeclarativeBase]) -> Table:
    """Return the table under a class of rows: statements on it make no objects."""
    return cast("Table", rows.__table__)


def insert_into(rows: type[DeclarativeBase], session: AsyncSession) -> sqlite.Insert | postgresql.Insert:
    """Return an INSERT that can say ON CONFLICT, which both databases spell alike."""
    return _INSERT[session.get_bind().dialect.name](table_of(rows))


RECORDS_AT_MOST: Final = 500
"""So many records are polled at once. Learners' loops take a hundred: their handlers take longer for each."""
_POLL_MS: Final = 200
_INBOX, _OUTBOX = table_of(InboxRow), table_of(OutboxRow)


async def inbox(session: AsyncSession, messages: Sequence[Message[Body]]) -> Sequence[Message[Body]]:
    """`inbox`: note all ids in one statement; what it could note is new."""
    ids = sorted({message.id for message in messages})
    if not ids:
        return []
    noting = insert_into(InboxRow, session).on_conflict_do_nothing().returning(_INBOX.c.message_id)
    new = set((await session.scalars(noting, [{"message_id": message_id} for message_id in ids])).all())
    fresh = []
    for message in messages:
        if message.id in new:
            new.remove(message.id)
            fresh.append(message)
    return fresh


async def hand_over(session: AsyncSession, messages: Sequence[Outgoing], publish: Publish) -> None:  # noqa: ARG001
    """`hand_over`: all rows of the outbox in one statement, in sequence; then the commit."""
    if messages:
        await session.execute(_OUTBOX.insert(), [_row(message) for message in messages])
    await session.commit()


async def consume(open_consumer: OpenConsumer, work: Work, running: Callable[[], bool]) -> None:
    """`consume`: the same loop, with more records at a time, and those of all partitions handled together."""
    consumer = await open_consumer(auto_offset_reset="earliest", enable_auto_commit=False)
    while running():
        batches = await consumer.getmany(timeout_ms=_POLL_MS, max_records=RECORDS_AT_MOST)
        if batches and running():
            await work([record for records in batches.values() for record in records])
            await consumer.commit({partition: records[-1].offset + 1 for partition, records in batches.items()})


async def relay(sessions: Sessions, publish: Publish, limit: int) -> int:
    """`relay`: read, send, delete; no transaction is open while Kafka is waited for."""
    columns = (_OUTBOX.c.sequence, _OUTBOX.c.topic, _OUTBOX.c.key, _OUTBOX.c.headers, _OUTBOX.c.value)
    async with sessions() as session:
        rows = (await session.execute(select(*columns).order_by(_OUTBOX.c.sequence).limit(limit))).all()
    if not rows:
        return 0
    await publish([_outgoing(topic, key, headers, value) for _, topic, key, headers, value in rows])
    async with sessions() as session:
        await session.execute(delete(_OUTBOX).where(_OUTBOX.c.sequence.in_([row.sequence for row in rows])))
        await session.commit()
    return len(rows)


def _row(message: Outgoing) -> dict[str, Any]:
    headers = [(name, value.decode()) for name, value in message.wire.headers]
    return {"topic": message.topic, "key": message.key, "headers": headers, "value": message.wire.value}


def _outgoing(topic: str, key: bytes, headers: Sequence[tuple[str, str]], value: bytes) -> Outgoing:
    return Outgoing(topic, key, Wire([(name, said.encode()) for name, said in headers], value))
