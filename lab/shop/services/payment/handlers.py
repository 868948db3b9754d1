"""What Payment does when it is asked, and what it settles later."""

from collections.abc import Mapping, Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from lab.shop.contracts import Body, Message, PaymentCancel, PaymentProcess
from lab.shop.parts import Parts
from lab.shop.ports import CANCEL_PAYMENT, SETTLE_PAYMENTS, TAKE_PAYMENT, Bank
from lab.shop.runtime.blueprint import Chore, Context
from lab.shop.runtime.steps import Step, step
from lab.shop.services.payment.many import settle_many, take_many

SETTLE_AT_MOST = 20
SETTLE_TOGETHER_AT_MOST = 500


def steps(parts: Parts, bank: Bank) -> Mapping[str, Step]:
    """Return a step per command; the bank is handed to the parts."""
    take_payment, cancel_payment = parts[TAKE_PAYMENT], parts[CANCEL_PAYMENT]

    async def take(command: Message[PaymentProcess], session: AsyncSession) -> Sequence[Body]:
        return await take_payment(command, session, bank)

    async def cancel(command: Message[PaymentCancel], session: AsyncSession) -> Sequence[Body]:
        return await cancel_payment(command, session, bank)

    twin = parts.twin(TAKE_PAYMENT, "bank", take_many)
    return {
        PaymentProcess.name: step(take, parts.credit(TAKE_PAYMENT), TAKE_PAYMENT.name, twin),
        PaymentCancel.name: step(cancel, parts.credit(CANCEL_PAYMENT), CANCEL_PAYMENT.name),
    }


def settling(context: Context, bank: Bank) -> Chore:
    """Return the chore that charges what is recorded and not yet answered by the bank."""
    parts, credit = context.parts, context.parts.credit(SETTLE_PAYMENTS)
    twin = parts.twin(SETTLE_PAYMENTS, "bank", settle_many)
    settle_payments, at_most = (twin, SETTLE_TOGETHER_AT_MOST) if twin else (parts[SETTLE_PAYMENTS], SETTLE_AT_MOST)

    async def settle() -> int:
        async with context.store.writing() as session:
            settled = await settle_payments(session, bank, at_most)
            if settled:
                await context.say(session, settled, credit)
        return len(settled)

    return settle
