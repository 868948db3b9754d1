"""Exercise 16 · Undo: what has been done in another service cannot be rolled back, only made good."""

from collections.abc import Sequence

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from lab.shop.contracts import (
    Body,
    Command,
    InventoryChecked,
    InventoryRelease,
    InventoryReleased,
    Message,
    NotificationSend,
    OrderCancel,
    OrderCancelled,
    OrderReject,
    OrderRejected,
    PaymentCancel,
    PaymentCancelled,
    PaymentProcessed,
    State,
    Template,
)
from lab.shop.ports import Bank, On, Row, Saga
from lab.shop.services.inventory.tables import Reservation, Shelf
from lab.shop.services.payment.tables import PaymentRow

# --- the mediator's rows for when it goes wrong ---


def reject_out_of_stock(saga: Saga, _: Message[Body]) -> Command:
    return OrderReject(order_id=saga.order_id, reason="out of stock")


def reject_declined(saga: Saga, _: Message[Body]) -> Command:
    return OrderReject(order_id=saga.order_id, reason="payment declined")


def release_stock_again(saga: Saga, _: Message[Body]) -> Command:
    return InventoryRelease(order_id=saga.order_id)


def cancel_order(saga: Saga, _: Message[Body]) -> Command:
    return OrderCancel(order_id=saga.order_id, reason="it could not be shipped")


def _tell(saga: Saga, template: Template, reason: str) -> Command:
    order = saga.order
    return NotificationSend(
        order_id=saga.order_id,
        template=template,
        customer_name=order.customer_name,
        email=order.email,
        reason=reason,
    )


def tell_rejected(saga: Saga, message: Message[Body]) -> Command:
    return _tell(saga, "rejected", getattr(message.body, "reason", ""))


def tell_cancelled(saga: Saga, message: Message[Body]) -> Command:
    return _tell(saga, "cancelled", getattr(message.body, "reason", ""))


S = State
RELEASED = On(InventoryReleased.name)

ROWS: tuple[Row, ...] = (
    # Out of stock: nothing was set aside, so there is nothing to make good.
    Row(S.AWAITING_INVENTORY, On(InventoryChecked.name, "out_of_stock"), S.REJECTING, (reject_out_of_stock,)),
    # Declined: stock is set aside. It goes back, and the customer gets a no.
    Row(
        S.AWAITING_PAYMENT, On(PaymentProcessed.name, "declined"), S.REJECTING, (release_stock_again, reject_declined)
    ),
    Row(S.REJECTING, On(OrderRejected.name), S.REJECTED, (tell_rejected,)),
    # Making good after a shipping failure (exercise 17 leads here): money back first, then the order is cancelled.
    # Whichever of the three answers the payment gives, the order ends here with nothing paid.
    *(Row(S.COMPENSATING, On(PaymentCancelled.name, how), S.CANCELLING, (cancel_order,)) for how in
      ("none", "voided", "refunded")),
    Row(S.CANCELLING, On(OrderCancelled.name), S.CANCELLED, (tell_cancelled,)),
    # "The stock is back" may come before or after the order's own end. Expected, and nothing follows from it.
    *(Row(state, RELEASED, state) for state in
      (S.REJECTING, S.REJECTED, S.COMPENSATING, S.CANCELLING, S.CANCELLED)),
)  # fmt: skip


# --- the two services that make good ---


async def release_stock(command: Message[InventoryRelease], session: AsyncSession, /) -> Sequence[Body]:
    """Handle inventory.release: put back what is set aside for this order, once.

    Returns one inventory.released, also when there was nothing (any more) to put back: then it is already so.
    """
    # Not "put back what the message says", but what our own table says is set aside. An order that never reserved
    # anything has no rows here, and one that was released before has none in this status.
    held = await session.scalars(
        select(Reservation).where(Reservation.order_id == command.order_id, Reservation.status == "reserved")
    )
    for reservation in sorted(held.all(), key=lambda reservation: reservation.sku):
        await session.execute(
            update(Shelf)
            .where(Shelf.sku == reservation.sku)
            .values(available=Shelf.available + reservation.quantity, reserved=Shelf.reserved - reservation.quantity)
        )
        reservation.status = "released"
    return [InventoryReleased(order_id=command.order_id)]


async def cancel_payment(command: Message[PaymentCancel], session: AsyncSession, bank: Bank) -> Sequence[Body]:
    """Handle payment.cancel: give back what was taken for this order, once.

    Returns one payment.cancelled: `refunded`, or `none` when no money was ever taken.
    """
    payment = await session.get(PaymentRow, command.order_id)
    if payment is None or payment.status == "declined":
        return [PaymentCancelled(order_id=command.order_id, outcome="none", amount_cents=0)]
    if payment.status == "captured":
        await bank.refund(payment.bank_key, amount_cents=payment.amount_cents)
        payment.status = "refunded"
    return [PaymentCancelled(order_id=command.order_id, outcome="refunded", amount_cents=payment.amount_cents)]
