"""What Payment does when it is asked, and what it settles later."""

from collections.abc import Mapping, Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from lab.shop.contracts import Body, Message, PaymentCancel, PaymentProcess
from lab.shop.parts import Parts
from lab.shop.ports import CANCEL_PAYMENT, SETTLE_PAYMENTS, TAKE_PAYMENT, Bank
from lab.shop.runtime.blueprint import Chore, Context
from lab.shop.runtime.steps import Step, step

SETTLE_AT_MOST = 20


def steps(parts: Parts, bank: Bank) -> Mapping[str, Step]:
    """Return a step per command; the bank is handed to the parts."""
    take_payment, cancel_payment = parts[TAKE_PAYMENT], parts[CANCEL_PAYMENT]

    async def take(command: Message[PaymentProcess], session: AsyncSession) -> Sequence[Body]:
        return await take_payment(command, session, bank)

    async def cancel(command: Message[PaymentCancel], session: AsyncSession) -> Sequence[Body]:
        return await cancel_payment(command, session, bank)

    return {
        PaymentProcess.name: step(take, parts.credit(TAKE_PAYMENT), TAKE_PAYMENT.name),
        PaymentCancel.name: step(cancel, parts.credit(CANCEL_PAYMENT), CANCEL_PAYMENT.name),
    }


def settling(context: Context, bank: Bank) -> Chore:
    """Return the chore that charges what is recorded and not yet answered by the bank."""
    settle_payments, credit = context.parts[SETTLE_PAYMENTS], context.parts.credit(SETTLE_PAYMENTS)

    async def settle() -> int:
        async with context.store.writing() as session:
            settled = await settle_payments(session, bank, SETTLE_AT_MOST)
            if settled:
                await context.say(session, settled, credit)
        return len(settled)

    return settle
