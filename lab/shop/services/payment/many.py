"""Payment's set-based twins: what the solution of `bank` does for each payment, for many at once."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from lab.shop.contracts import Body, Message, PaymentProcess, PaymentProcessed
from lab.shop.ports import Bank, BankAnswer, Caused
from lab.shop.runtime.sets import insert_into, table_of
from lab.shop.services.payment.tables import PaymentRow

_PAYMENTS = table_of(PaymentRow)


async def take_many(commands: Sequence[Message[PaymentProcess]], session: AsyncSession) -> Sequence[Sequence[Body]]:
    """Write down what is to be charged. An order that has a row keeps it."""
    rows = {
        command.order_id: {
            "order_id": command.order_id,
            "status": "pending",
            "amount_cents": command.body.amount_cents,
            "currency": command.body.currency,
            "card": command.body.card,
            "bank_key": command.id,
            "cause_id": command.id,
            "correlation_id": command.correlation_id,
            "traceparent": command.traceparent,
        }
        for command in reversed(commands)  # the first one for an order counts
    }
    await session.execute(
        insert_into(PaymentRow, session).on_conflict_do_nothing(), [rows[order_id] for order_id in sorted(rows)]
    )
    return [[] for _ in commands]


async def settle_many(session: AsyncSession, bank: Bank, limit: int) -> Sequence[Caused]:
    """Ask the bank for all that is waiting, at the same time. Where no answer comes, the row stays as it is."""
    waiting = select(_PAYMENTS).where(_PAYMENTS.c.status == "pending").order_by(_PAYMENTS.c.order_id).limit(limit)
    rows = (await session.execute(waiting.with_for_update(skip_locked=True))).all()
    if not rows:
        return ()
    answers = await asyncio.gather(*(_ask(bank, row) for row in rows))
    settled = [(row, answer) for row, answer in zip(rows, answers, strict=True) if answer is not None]
    if settled:
        noting = update(_PAYMENTS).where(_PAYMENTS.c.order_id == bindparam("of"))
        await session.execute(
            noting.values(status=bindparam("to"), reason=bindparam("why")),
            [{"of": row.order_id, "to": _status(answer), "why": answer.reason} for row, answer in settled],
        )
    return [_told(row, answer) for row, answer in settled]


async def _ask(bank: Bank, row: Row[Any]) -> BankAnswer | None:
    try:
        return await bank.charge(row.bank_key, card=row.card, amount_cents=row.amount_cents)
    except TimeoutError:
        return None


def _status(answer: BankAnswer) -> str:
    return "captured" if answer.approved else "declined"


@dataclass(frozen=True, slots=True)
class _Earlier:
    """The command that asked for a charge, as the payment's row remembers it."""

    id: str
    correlation_id: str
    traceparent: str | None


def _told(row: Row[Any], answer: BankAnswer) -> Caused:
    outcome = PaymentProcessed(
        order_id=row.order_id,
        outcome="approved" if answer.approved else "declined",
        amount_cents=row.amount_cents,
        reason=answer.reason,
    )
    return Caused(outcome, _Earlier(row.cause_id, row.correlation_id, row.traceparent))
