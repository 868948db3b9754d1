"""Exercise 35 · Late: the answer comes after the deadline, and the question after the answer."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from lab.shop.contracts import (
    Body,
    Command,
    InventoryChecked,
    InventoryCommit,
    InventoryRelease,
    Message,
    OrderMarkDelivered,
    OrderMarkShipped,
    PaymentCancel,
    PaymentCancelled,
    PaymentProcessed,
    ShippingCancelled,
    ShippingDelivered,
    ShippingFailed,
    ShippingInitiated,
    State,
)
from lab.shop.ports import Bank, On, Row, Saga
from lab.shop.services.payment.tables import PaymentRow


async def cancel_payment(command: Message[PaymentCancel], session: AsyncSession, bank: Bank) -> Sequence[Body]:
    """Handle payment.cancel: see to it that nothing is paid for this order, now and from now on.

    command: command.order_id says for which order.
    session: an open transaction; it is ended for you.
    bank:    `await bank.refund(key, amount_cents=…)` gives back what was charged under this key. Where nothing was, the
             key is void from then on: a charge that arrives later is refused.

    Returns one payment.cancelled: `none` when nothing was ever to be paid, `voided` when it was to be charged and we
    had no answer yet, `refunded` with the amount when it was paid. Asked again, it answers the same and pays nothing.
    """
    # Locked: whoever is asking the bank at this moment finishes first, and we see what came of it.
    payment = await session.get(PaymentRow, command.order_id, with_for_update=True)
    if payment is None:
        # We were not asked to charge anything, *yet*. A retry may have held the question up, and it comes after this.
        # So the no is written down, where the question will look: a tombstone.
        payment = PaymentRow(order_id=command.order_id, status="voided")
        session.add(payment)
    elif payment.status in {"pending", "captured"}:
        # Pending does not mean "not charged": perhaps the bank has the money and we were killed before it said so. So
        # the bank is told in both cases, with the key of the charge, which makes a repeat harmless.
        await bank.refund(payment.bank_key, amount_cents=payment.amount_cents)
        payment.status = "voided" if payment.status == "pending" else "refunded"
    return [_told(payment)]


def _told(payment: PaymentRow) -> PaymentCancelled:
    """Return the answer, made from the row, so that the second one cannot differ from the first."""
    if payment.status == "refunded":
        return PaymentCancelled(order_id=payment.order_id, outcome="refunded", amount_cents=payment.amount_cents)
    was_asked = payment.status == "voided" and payment.bank_key
    return PaymentCancelled(order_id=payment.order_id, outcome="voided" if was_asked else "none", amount_cents=0)


# --- the mediator's rows for answers that come when nobody waits for them any more ---


def _cancel_payment(saga: Saga, _: Message[Body]) -> Command:
    return PaymentCancel(order_id=saga.order_id)


def _release(saga: Saga, _: Message[Body]) -> Command:
    return InventoryRelease(order_id=saga.order_id)


def _give_money_back(saga: Saga, _: Message[Body]) -> Command:
    return PaymentCancel(order_id=saga.order_id)


def _commit_stock(saga: Saga, _: Message[Body]) -> Command:
    return InventoryCommit(order_id=saga.order_id)


def _mark_shipped(saga: Saga, _: Message[Body]) -> Command:
    return OrderMarkShipped(order_id=saga.order_id)


def _mark_delivered(saga: Saga, _: Message[Body]) -> Command:
    return OrderMarkDelivered(order_id=saga.order_id)


S = State
APPROVED, DECLINED = On(PaymentProcessed.name, "approved"), On(PaymentProcessed.name, "declined")
RESERVED, OUT_OF_STOCK = On(InventoryChecked.name, "reserved"), On(InventoryChecked.name, "out_of_stock")
CANCELLATIONS = tuple(On(PaymentCancelled.name, outcome) for outcome in ("none", "voided", "refunded"))
INITIATED, DELIVERED = On(ShippingInitiated.name), On(ShippingDelivered.name)
NOT_SHIPPED = On(ShippingFailed.name), On(ShippingCancelled.name)

ROWS: tuple[Row, ...] = (
    # A yes after the deadline cannot be ignored: something was taken for an order that is a no by now. Undo it, also
    # when we have asked for that before: the one that is done twice does no harm, the one that is missing does.
    *(Row(state, APPROVED, state, (_cancel_payment,)) for state in (S.REJECTING, S.REJECTED)),
    *(Row(state, RESERVED, state, (_release,)) for state in (S.REJECTING, S.REJECTED)),
    # A no, and "it is undone", change nothing.
    *(Row(state, on, state) for state in (S.REJECTING, S.REJECTED) for on in (DECLINED, OUT_OF_STOCK, *CANCELLATIONS)),
    # The parcel was stopped in the house, as we had asked: make good what was done before.
    Row(S.AWAITING_SHIPPING, On(ShippingCancelled.name), S.COMPENSATING, (_give_money_back, _release)),
    # It was stopped, and it had failed: the second of the two finds everything on its way already.
    *(Row(state, on, state) for state in (S.COMPENSATING, S.CANCELLING, S.CANCELLED) for on in NOT_SHIPPED),
    # "It has left" was put aside for another try, and "it has arrived" was faster. What has arrived has left, so all
    # that follows from both is said now; and nobody waits for the first one any more.
    Row(S.AWAITING_SHIPPING, DELIVERED, S.DELIVERING, (_commit_stock, _mark_shipped, _mark_delivered)),
    *(Row(state, INITIATED, state) for state in (S.DELIVERING, S.COMPLETED)),
)
