"""Exercise 13 · Pay: a decline is an answer."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from lab.shop.contracts import Body, Message, PaymentProcess, PaymentProcessed, PaymentView
from lab.shop.ports import Bank
from lab.shop.services.payment.tables import PaymentRow


async def take_payment(command: Message[PaymentProcess], session: AsyncSession, bank: Bank) -> Sequence[Body]:
    """Handle payment.process: charge the card once, and tell how it went.

    command: command.body.amount_cents and command.body.card say what to charge; the amount is final.
    session: an open transaction; it is ended for you.
    bank:    `await bank.charge(key, card=…, amount_cents=…)` gives an answer with `approved` and `reason`.
             The same key again charges nothing and gives the first answer again.

    Returns one payment.processed: `approved` or `declined`. Asked a second time for the same order, it answers again
    and charges nothing.
    """
    order_id, asked = command.order_id, command.body

    payment = await session.get(PaymentRow, order_id)
    if payment is None:
        # The command's id is the key: a repeat of this command has the same id, so the bank recognises it even when
        # our own row was lost in between.
        answer = await bank.charge(command.id, card=asked.card, amount_cents=asked.amount_cents)
        payment = PaymentRow(
            order_id=order_id,
            # "No" is one of the two normal answers of a bank. An exception would say: something is broken here.
            status="captured" if answer.approved else "declined",
            amount_cents=asked.amount_cents,
            currency=asked.currency,
            reason=answer.reason,
            bank_key=command.id,
        )
        session.add(payment)

    return [
        PaymentProcessed(
            order_id=order_id,
            outcome="declined" if payment.status == "declined" else "approved",
            amount_cents=payment.amount_cents,
            reason=payment.reason,
        )
    ]


async def read_payment(session: AsyncSession, order_id: str, /) -> PaymentView | None:
    """Show what became of an order's payment; None when none was ever asked for."""
    payment = await session.get(PaymentRow, order_id)
    if payment is None:
        return None
    return PaymentView(
        order_id=payment.order_id,
        status=payment.status,
        amount_cents=payment.amount_cents,
        currency=payment.currency,
        reason=payment.reason,
    )
