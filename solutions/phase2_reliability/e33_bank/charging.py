"""Exercise 33 · Bank: unknown is not failed."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lab.shop.contracts import Body, Message, PaymentProcess, PaymentProcessed
from lab.shop.ports import Bank, Caused
from lab.shop.services.payment.tables import PaymentRow


async def take_payment(command: Message[PaymentProcess], session: AsyncSession, bank: Bank) -> Sequence[Body]:
    """Handle payment.process: write down that this is to be charged. Nobody is charged here.

    command: command.body has amount_cents, currency and card; command.id names this very command.
    session: an open transaction; it is ended for you.
    bank:    not asked. `settle_payments` does that, when what is to be charged is safely in our own book.

    Returns nothing: the answer comes when the bank has answered. Asked again for the same order, it changes nothing.
    """
    if await session.get(PaymentRow, command.order_id) is None:
        session.add(
            PaymentRow(
                order_id=command.order_id,
                status="pending",
                amount_cents=command.body.amount_cents,
                currency=command.body.currency,
                card=command.body.card,
                # Chosen before the first try, and kept. A new key in each try would be a new charge in each try.
                bank_key=command.id,
                # The answer will be sent later, by nobody's command. The row remembers whose story it is.
                cause_id=command.id,
                correlation_id=command.correlation_id,
                traceparent=command.traceparent,
            )
        )
    # A row that is there may also be one that was cancelled before we were asked. It stays so.
    return []


async def settle_payments(session: AsyncSession, bank: Bank, limit: int) -> Sequence[Caused]:
    """Ask the bank for what is written down and not answered yet, at most `limit`. Unknown stays unknown.

    session: an open transaction; it is ended for you.
    bank:    `await bank.charge(key, card=…, amount_cents=…)`. The same key again charges nothing and gets the first
             answer again. Raises TimeoutError when no answer came: then nobody knows.

    Returns a payment.processed for each that the bank has answered. Who is killed in here asks again, with the key
    that the row has kept.
    """
    # Locked until our transaction ends, so that a cancellation waits for the answer and does not cross with it.
    # `skip_locked`: what somebody else has in work is theirs. (SQLite has one writer and ignores both.)
    waiting = select(PaymentRow).where(PaymentRow.status == "pending").order_by(PaymentRow.order_id).limit(limit)
    settled = []
    for payment in (await session.scalars(waiting.with_for_update(skip_locked=True))).all():
        try:
            answer = await bank.charge(payment.bank_key, card=payment.card, amount_cents=payment.amount_cents)
        except TimeoutError:
            # Not declined: the bank may have taken the money. Not approved either. The row stays as it is, and the
            # next round asks again with the same key, until there is an answer. The others go on.
            continue
        payment.status = "captured" if answer.approved else "declined"
        payment.reason = answer.reason
        settled.append(Caused(_told(payment), _Earlier(payment.cause_id, payment.correlation_id, payment.traceparent)))
    return settled


@dataclass(frozen=True)
class _Earlier:
    """The command that asked for a charge, as the payment's row remembers it."""

    id: str
    correlation_id: str
    traceparent: str | None


def _told(payment: PaymentRow) -> PaymentProcessed:
    return PaymentProcessed(
        order_id=payment.order_id,
        outcome="approved" if payment.status == "captured" else "declined",
        amount_cents=payment.amount_cents,
        reason=payment.reason,
    )
