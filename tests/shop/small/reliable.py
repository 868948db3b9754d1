"""Small parts for every port of phase 2: just enough to show that the cut holds. None imports one of phase 1."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from aiokafka.errors import CommitFailedError
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from lab.shop.contracts import (
    Body,
    Message,
    OrderCancelled,
    PaymentCancel,
    PaymentCancelled,
    PaymentProcess,
    PaymentProcessed,
    Record,
    State,
    Wire,
)
from lab.shop.ports import (
    Answer,
    Bank,
    Caused,
    Consumer,
    KeyReused,
    On,
    OpenConsumer,
    Outgoing,
    Partition,
    Producer,
    Publish,
    Row,
    Rows,
    Saga,
    Sessions,
    Work,
    WorkInHand,
)
from lab.shop.runtime.tables import InboxRow, OutboxRow, RequestKey, TimerRow
from lab.shop.services.payment.tables import PaymentRow

OBSERVED: list[tuple[str, str]] = []


async def consume(open_consumer: OpenConsumer, work: Work, running: Callable[[], bool]) -> None:
    consumer = await open_consumer(auto_offset_reset="earliest", enable_auto_commit=False)
    while running():
        for partition, records in (await consumer.getmany(timeout_ms=100, max_records=200)).items():
            await work(records)
            await consumer.commit({partition: records[-1].offset + 1})


async def commit_offsets(consumer: Consumer, offsets: Mapping[Partition, int]) -> bool:
    try:
        await consumer.commit(offsets)
    except CommitFailedError:
        return False
    return True


async def on_revoked(partitions: Sequence[Partition], in_hand: WorkInHand) -> None:
    await asyncio.wait_for(in_hand.finish(partitions), 5)


async def inbox(session: AsyncSession, messages: Sequence[Message[Body]]) -> Sequence[Message[Body]]:
    first = {message.id: message for message in reversed(messages)}
    known = set(await session.scalars(select(InboxRow.message_id).where(InboxRow.message_id.in_(first))))
    session.add_all(InboxRow(message_id=message_id) for message_id in first if message_id not in known)
    return [message for message in messages if message.id not in known and first[message.id] is message]


async def hand_over(session: AsyncSession, messages: Sequence[Outgoing], publish: Publish) -> None:
    session.add_all(
        OutboxRow(
            topic=one.topic,
            key=one.key,
            headers=[(name, value.decode()) for name, value in one.wire.headers],
            value=one.wire.value,
        )
        for one in messages
    )
    await session.commit()


async def relay(sessions: Sessions, publish: Publish, limit: int) -> int:
    async with sessions() as session:
        rows = (await session.scalars(select(OutboxRow).order_by(OutboxRow.sequence).limit(limit))).all()
        sent = [row.sequence for row in rows]
        messages = [
            Outgoing(r.topic, r.key, Wire([(name, text.encode()) for name, text in r.headers], r.value)) for r in rows
        ]
    if not messages:
        return 0
    await publish(messages)
    async with sessions() as session:
        await session.execute(delete(OutboxRow).where(OutboxRow.sequence.in_(sent)))
        await session.commit()
    return len(messages)


async def claim_key(session: AsyncSession, key: str, fingerprint: str) -> Answer | None:
    row = await session.get(RequestKey, key)
    if row is None:
        session.add(RequestKey(key=key, fingerprint=fingerprint))
        return None
    if row.fingerprint != fingerprint:
        raise KeyReused
    assert row.status is not None
    return Answer(row.status, row.body or {})


async def remember_answer(session: AsyncSession, key: str, answer: Answer) -> None:
    row = await session.get(RequestKey, key)
    assert row is not None
    row.status, row.body = answer.status, dict(answer.body)


def retry_policy(error: Exception, attempt: int) -> float | None:
    if isinstance(error, ConnectionError):
        return 0.01 if attempt < 3 else 1.5
    return None


async def retry_later(
    record: Record, error: Exception, attempt: int, delay: float, producer: Producer, group: str
) -> None:
    headers = [*record.headers, ("lab-attempt", str(attempt).encode())]
    await producer.send_and_wait(f"{record.topic}.{group}.retry.1", record.value, key=record.key, headers=headers)


async def dead_letter(record: Record, error: Exception, attempt: int, producer: Producer, group: str) -> None:
    headers = [*record.headers, ("lab-error", str(error).encode())]
    await producer.send_and_wait(f"{record.topic}.{group}.dlq", record.value, key=record.key, headers=headers)


async def take_payment(command: Message[PaymentProcess], session: AsyncSession, bank: Bank) -> Sequence[Body]:
    if await session.get(PaymentRow, command.order_id) is None:
        session.add(
            PaymentRow(
                order_id=command.order_id,
                status="pending",
                amount_cents=command.body.amount_cents,
                card=command.body.card,
                bank_key=command.id,
                cause_id=command.id,
                correlation_id=command.correlation_id,
            )
        )
    return []


class _Earlier:
    traceparent = None

    def __init__(self, row: PaymentRow) -> None:
        self.id, self.correlation_id = row.cause_id, row.correlation_id


async def settle_payments(session: AsyncSession, bank: Bank, limit: int) -> Sequence[Caused]:
    pending = (await session.scalars(select(PaymentRow).where(PaymentRow.status == "pending").limit(limit))).all()
    said = []
    for row in pending:
        answer = await bank.charge(row.bank_key, card=row.card, amount_cents=row.amount_cents)
        row.status = "captured" if answer.approved else "declined"
        body = PaymentProcessed(
            order_id=row.order_id,
            outcome="approved" if answer.approved else "declined",
            amount_cents=row.amount_cents,
        )
        said.append(Caused(body, _Earlier(row)))
    return said


async def cancel_payment(command: Message[PaymentCancel], session: AsyncSession, bank: Bank) -> Sequence[Body]:
    row = await session.get(PaymentRow, command.order_id)
    if row is None:
        session.add(PaymentRow(order_id=command.order_id, status="voided"))
        return [PaymentCancelled(order_id=command.order_id, outcome="none", amount_cents=0)]
    if row.status == "captured":
        await bank.refund(row.bank_key, amount_cents=row.amount_cents)
        row.status = "refunded"
    return [PaymentCancelled(order_id=command.order_id, outcome="refunded", amount_cents=row.amount_cents)]


async def set_timer(session: AsyncSession, saga: Saga, seconds: float) -> None:
    due = datetime.now(UTC) + timedelta(seconds=seconds)
    await session.merge(TimerRow(order_id=saga.order_id, state=saga.state, due_at=due))


async def cancel_timer(session: AsyncSession, order_id: str) -> None:
    await session.execute(delete(TimerRow).where(TimerRow.order_id == order_id))


async def due_timers(session: AsyncSession, limit: int) -> Sequence[str]:
    rows = await session.scalars(select(TimerRow).where(TimerRow.due_at <= datetime.now(UTC)).limit(limit))
    due = [row.order_id for row in rows.all()]
    if due:
        await session.execute(delete(TimerRow).where(TimerRow.order_id.in_(due)))
    return due


ROWS: Rows = (
    Row(State.AWAITING_PAYMENT, On("deadline.passed"), State.NEEDS_ATTENTION),
    Row(State.NEEDS_ATTENTION, On(OrderCancelled.name), State.CANCELLED),
)


def next_trace(incoming: str | None) -> str | None:
    return incoming or "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def log_fields(message: Message[Body]) -> Mapping[str, str]:
    return {"correlation": message.correlation_id}


def observe(message: Message[Body] | None, outcome: str, seconds: float) -> None:
    OBSERVED.append((message.name if message else "", outcome))


def lag(ends: Mapping[Partition, int], committed: Mapping[Partition, int]) -> int:
    return sum(end - committed.get(partition, 0) for partition, end in ends.items())


def figures() -> bytes:
    return b"observed %d\n" % len(OBSERVED)


def alive(poll_age: float) -> bool:
    return poll_age < 30


def ready(*, database: bool, assigned: int) -> bool:
    return database and assigned > 0
