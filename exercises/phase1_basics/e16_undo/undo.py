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
    # TODO 1  Look into your own book: what is still set aside for this order?
    # TODO 2  Put it back: each piece from `reserved` to `available`, by one UPDATE for each shelf.
    # TODO 3  Note that it is done, so that a repeat finds nothing any more.
    # TODO 4  Tell it, whatever there was to do.
    raise NotImplementedError  # delete this line when your lines are written


async def cancel_payment(command: Message[PaymentCancel], session: AsyncSession, bank: Bank) -> Sequence[Body]:
    """Handle payment.cancel: give back what was taken for this order, once.

    A PaymentRow is found by its order_id; its status is "captured" (the money was taken), "declined" or "refunded". The
    bank gives money back by `await bank.refund(payment.bank_key, amount_cents=payment.amount_cents)`.

    Returns one payment.cancelled: `refunded` with the amount, or `none` with 0 when no money was ever taken.
    """
    # TODO 1 to 4 once more, in Payment: was money taken, and not given back yet?
    raise NotImplementedError


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

BAD_ENDINGS: tuple[Row, ...] = (
    # TODO 5  Write two rows, for a check that ends out_of_stock and for a payment that ends declined. Both lead to
    # S.REJECTING. What was done before, and has to be made good?
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
