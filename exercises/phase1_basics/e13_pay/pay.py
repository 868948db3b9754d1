"""Exercise 13 · Pay: a decline is an answer."""

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
    # TODO 1  Look into your own book: was this order asked for before?
    # TODO 2  If not: charge the card, under a key by which the bank knows a repeat.
    # TODO 3  Write into the book what came of it, be it a yes or a no.
    # TODO 4  Answer from the row: approved or declined.
    raise NotImplementedError  # delete this line when your lines are written


async def read_payment(session: AsyncSession, order_id: str, /) -> PaymentView | None:
    """Show what became of an order's payment; None when none was ever asked for.

    A PaymentView has order_id, status, amount_cents, currency and reason, as the row has. No card, and no key.
    """
    # TODO 5  Look the row up; show it, or None.
    raise NotImplementedError  # delete this line when your lines are written
