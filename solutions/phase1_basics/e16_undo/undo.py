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

# --- the two services that make good ---


async def release_stock(command: Message[InventoryRelease], session: AsyncSession, /) -> Sequence[Body]:
    """Handle inventory.release: put back what is set aside for this order, once.

    A Reservation has order_id, sku, quantity and status; only one that is "reserved" is still set aside. A Shelf has
    sku, available and reserved.

    Returns one inventory.released, also when there was nothing (any more) to put back: then it is already so.
    """
    # 1 Not "put back what the message says", but what our own table says is set aside. An order that never reserved
    # anything has no rows here, and one that was released before has none in this status.
    held = await session.scalars(
        select(Reservation).where(Reservation.order_id == command.order_id, Reservation.status == "reserved")
    )
    # Always in the same sequence, so that two orders never wait for each other's shelf in a circle.
    for reservation in sorted(held.all(), key=lambda reservation: reservation.sku):
        # 2 The database adds and subtracts: whoever reads a shelf first and writes a number after overwrites what
        # others have done in between.
        await session.execute(
            update(Shelf)
            .where(Shelf.sku == reservation.sku)
            .values(available=Shelf.available + reservation.quantity, reserved=Shelf.reserved - reservation.quantity)
        )
        # 3 The note stays, with another status. It is how a repeat is recognised, of this command and of the check.
        reservation.status = "released"
    # 4 "It is back" is true, whether it was put back now, before, or was never taken.
    return [InventoryReleased(order_id=command.order_id)]


async def cancel_payment(command: Message[PaymentCancel], session: AsyncSession, bank: Bank) -> Sequence[Body]:
    """Handle payment.cancel: give back what was taken for this order, once.

    A PaymentRow is found by its order_id; its status is "captured" (the money was taken), "declined" or "refunded". The
    bank gives money back by `await bank.refund(payment.bank_key, amount_cents=payment.amount_cents)`.

    Returns one payment.cancelled: `refunded` with the amount, or `none` with 0 when no money was ever taken.
    """
    # 1 The same question, to the own book of another service.
    payment = await session.get(PaymentRow, command.order_id)
    if payment is None or payment.status == "declined":
        return [PaymentCancelled(order_id=command.order_id, outcome="none", amount_cents=0)]
    if payment.status == "captured":
        # 2 + 3 Nobody can take a charge out of the bank's book. What can be done is a second entry, the other way.
        await bank.refund(payment.bank_key, amount_cents=payment.amount_cents)
        payment.status = "refunded"
    # 4 A repeat gets the answer of the first time.
    return [PaymentCancelled(order_id=command.order_id, outcome="refunded", amount_cents=payment.amount_cents)]


# --- the mediator's rows for when it goes wrong ---


def reject_out_of_stock(saga: Saga, _: Message[Body]) -> Command:
    return OrderReject(order_id=saga.order_id, reason="out of stock")


def reject_declined(saga: Saga, _: Message[Body]) -> Command:
    return OrderReject(order_id=saga.order_id, reason="payment declined")


def release_stock_again(saga: Saga, _: Message[Body]) -> Command:
    return InventoryRelease(order_id=saga.order_id)


def cancel_order(saga: Saga, _: Message[Body]) -> Command:
    return OrderCancel(order_id=saga.order_id, reason="it could not be shipped")


def _tell(saga: Saga, template: Template, message: Message[Body]) -> Command:
    order = saga.order
    return NotificationSend(
        order_id=saga.order_id,
        template=template,
        customer_name=order.customer_name,
        email=order.email,
        reason=getattr(message.body, "reason", ""),
    )


def tell_rejected(saga: Saga, message: Message[Body]) -> Command:
    return _tell(saga, "rejected", message)


def tell_cancelled(saga: Saga, message: Message[Body]) -> Command:
    return _tell(saga, "cancelled", message)


S = State
RELEASED = On(InventoryReleased.name)

# 5 What was done before, and has to be made good?
BAD_ENDINGS: tuple[Row, ...] = (
    # Out of stock: nothing was set aside, so there is nothing to make good.
    Row(S.AWAITING_INVENTORY, On(InventoryChecked.name, "out_of_stock"), S.REJECTING, (reject_out_of_stock,)),
    # Declined: stock is set aside. It goes back, and the customer gets a no.
    Row(S.AWAITING_PAYMENT, On(PaymentProcessed.name, "declined"), S.REJECTING, (release_stock_again, reject_declined)),
)

ROWS: tuple[Row, ...] = (
    *BAD_ENDINGS,
    Row(S.REJECTING, On(OrderRejected.name), S.REJECTED, (tell_rejected,)),
    # After a shipping failure (exercise 17 leads to COMPENSATING): money back first, then the order is cancelled.
    # Whichever of the three answers the payment gives, the order ends here with nothing paid.
    Row(S.COMPENSATING, On(PaymentCancelled.name, "none"), S.CANCELLING, (cancel_order,)),
    Row(S.COMPENSATING, On(PaymentCancelled.name, "voided"), S.CANCELLING, (cancel_order,)),
    Row(S.COMPENSATING, On(PaymentCancelled.name, "refunded"), S.CANCELLING, (cancel_order,)),
    Row(S.CANCELLING, On(OrderCancelled.name), S.CANCELLED, (tell_cancelled,)),
    # "The stock is back" may come before or after the order's own end. Expected, and nothing follows from it.
    Row(S.REJECTING, RELEASED, S.REJECTING),
    Row(S.REJECTED, RELEASED, S.REJECTED),
    Row(S.COMPENSATING, RELEASED, S.COMPENSATING),
    Row(S.CANCELLING, RELEASED, S.CANCELLING),
    Row(S.CANCELLED, RELEASED, S.CANCELLED),
)
