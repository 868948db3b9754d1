"""finding: not-answered

An event for every product that went back. The command was one, and so is its answer.
"""

from sqlalchemy import select, update

from lab.shop.contracts import (
    InventoryChecked,
    InventoryRelease,
    InventoryReleased,
    NotificationSend,
    OrderCancel,
    OrderCancelled,
    OrderReject,
    OrderRejected,
    PaymentCancelled,
    PaymentProcessed,
)
from lab.shop.contracts import State as S
from lab.shop.ports import On, Row
from lab.shop.services.inventory.tables import Reservation, Shelf
from lab.shop.services.payment.tables import PaymentRow


async def release_stock(command, session, /):
    held = await session.scalars(
        select(Reservation).where(Reservation.order_id == command.order_id, Reservation.status == "reserved")
    )
    told = []
    for reservation in held.all():
        await session.execute(
            update(Shelf)
            .where(Shelf.sku == reservation.sku)
            .values(available=Shelf.available + reservation.quantity, reserved=Shelf.reserved - reservation.quantity)
        )
        reservation.status = "released"
        told.append(InventoryReleased(order_id=command.order_id))
    return told


async def cancel_payment(command, session, bank):
    payment = await session.get(PaymentRow, command.order_id)
    if payment is None or payment.status == "declined":
        return [PaymentCancelled(order_id=command.order_id, outcome="none", amount_cents=0)]
    if payment.status == "captured":
        await bank.refund(payment.bank_key, amount_cents=payment.amount_cents)
        payment.status = "refunded"
    return [PaymentCancelled(order_id=command.order_id, outcome="refunded", amount_cents=payment.amount_cents)]


def reject_out_of_stock(saga, _):
    return OrderReject(order_id=saga.order_id, reason="out of stock")


def reject_declined(saga, _):
    return OrderReject(order_id=saga.order_id, reason="payment declined")


def release_stock_again(saga, _):
    return InventoryRelease(order_id=saga.order_id)


def cancel_order(saga, _):
    return OrderCancel(order_id=saga.order_id, reason="it could not be shipped")


def _tell(saga, template, message):
    return NotificationSend(
        order_id=saga.order_id,
        template=template,
        customer_name=saga.order.customer_name,
        email=saga.order.email,
        reason=getattr(message.body, "reason", ""),
    )


def tell_rejected(saga, message):
    return _tell(saga, "rejected", message)


def tell_cancelled(saga, message):
    return _tell(saga, "cancelled", message)


RELEASED = On(InventoryReleased.name)

ROWS = (
    Row(S.AWAITING_INVENTORY, On(InventoryChecked.name, "out_of_stock"), S.REJECTING, (reject_out_of_stock,)),
    Row(S.AWAITING_PAYMENT, On(PaymentProcessed.name, "declined"), S.REJECTING, (release_stock_again, reject_declined)),
    Row(S.REJECTING, On(OrderRejected.name), S.REJECTED, (tell_rejected,)),
    Row(S.COMPENSATING, On(PaymentCancelled.name, "none"), S.CANCELLING, (cancel_order,)),
    Row(S.COMPENSATING, On(PaymentCancelled.name, "voided"), S.CANCELLING, (cancel_order,)),
    Row(S.COMPENSATING, On(PaymentCancelled.name, "refunded"), S.CANCELLING, (cancel_order,)),
    Row(S.CANCELLING, On(OrderCancelled.name), S.CANCELLED, (tell_cancelled,)),
    Row(S.REJECTING, RELEASED, S.REJECTING),
    Row(S.REJECTED, RELEASED, S.REJECTED),
    Row(S.COMPENSATING, RELEASED, S.COMPENSATING),
    Row(S.CANCELLING, RELEASED, S.CANCELLING),
    Row(S.CANCELLED, RELEASED, S.CANCELLED),
)
