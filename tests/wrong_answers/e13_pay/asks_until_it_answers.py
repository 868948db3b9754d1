"""finding: charged-again

A second try is harmless with the same key, so it tries at once, in a loop. Every order behind this one waits.
"""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from lab.shop.contracts import Body, Message, PaymentProcess, PaymentProcessed, PaymentView
from lab.shop.ports import Bank
from lab.shop.services.payment.tables import PaymentRow


async def take_payment(command: Message[PaymentProcess], session: AsyncSession, bank: Bank) -> Sequence[Body]:
    """Handle payment.process: charge the card once, and tell how it went.

    command: command.body has amount_cents, currency and card; the amount is final. command.order_id says for what,
             and command.id names this very command.
    session: an open transaction; it is ended for you.
    bank:    `await bank.charge(key, card=…, amount_cents=…)` gives an answer with `approved` and `reason`.
             The same key again charges nothing and gives the first answer again.

    A PaymentRow has order_id (its key), status ("captured" or "declined"), amount_cents, currency, reason, bank_key.

    Returns one payment.processed: `approved` or `declined`, with the amount, and with the bank's reason for a no.
    Asked a second time for the same order, it answers the same and charges nothing.
    Raises what the bank raises: no answer is no decline.
    """
    order_id, asked = command.order_id, command.body
    payment = await session.get(PaymentRow, order_id)
    if payment is None:
        for _ in range(3):
            try:
                answer = await bank.charge(command.id, card=asked.card, amount_cents=asked.amount_cents)
                break
            except TimeoutError as error:
                failed = error
        else:
            raise failed
        payment = PaymentRow(
            order_id=order_id,
            status="captured" if answer.approved else "declined",
            amount_cents=asked.amount_cents,
            currency=asked.currency,
            reason=answer.reason,
            bank_key=command.id,
        )
        session.add(payment)
    outcome = "declined" if payment.status == "declined" else "approved"
    return [
        PaymentProcessed(
            order_id=order_id, outcome=outcome, amount_cents=payment.amount_cents, reason=payment.reason
        )
    ]


async def read_payment(session: AsyncSession, order_id: str, /) -> PaymentView | None:
    """Show what became of an order's payment; None when none was ever asked for.

    A PaymentView has order_id, status, amount_cents, currency and reason, as the row has. No card, and no key.
    """
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
