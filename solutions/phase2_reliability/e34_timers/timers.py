"""Exercise 34 · Timers: a deadline is a row."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, type_coerce
from sqlalchemy.ext.asyncio import AsyncSession

from lab.shop.contracts import (
    Body,
    Command,
    InventoryRelease,
    Message,
    OrderConfirm,
    OrderMarkDelivered,
    OrderReject,
    PaymentCancel,
    ShippingCancel,
    State,
)
from lab.shop.ports import On, Row, Saga
from lab.shop.runtime.tables import TimerRow

# --- the three that keep the deadlines ---

due_at = TimerRow.__table__.c.due_at


async def _now(session: AsyncSession) -> datetime:
    """Ask the database what time it is. Its clock is one for all; the hosts' clocks are many, and are put right."""
    clock = type_coerce(func.now(), due_at.type)
    now: datetime = (await session.execute(select(clock))).scalar_one()
    return now


async def set_timer(session: AsyncSession, saga: Saga, seconds: float) -> None:
    """Keep a deadline for this saga: so many seconds from now, by the database's clock. A former one is replaced.

    session: the open transaction in which the saga moves; the deadline is kept if and only if it has moved.
    saga:    saga.order_id, and the state in which it waits.
    """
    # A row outlives us. A sleeping task would be gone with the process, and nobody would know that there was one.
    due = await _now(session) + timedelta(seconds=seconds)
    await session.merge(TimerRow(order_id=saga.order_id, state=saga.state, due_at=due))


async def cancel_timer(session: AsyncSession, order_id: str) -> None:
    """Void the deadline: the answer has come. In the transaction in which the saga moves; no deadline is no error."""
    await session.execute(delete(TimerRow).where(TimerRow.order_id == order_id))


async def due_timers(session: AsyncSession, limit: int) -> Sequence[str]:
    """Return the order ids whose deadline has passed, the oldest first, at most `limit`; each is returned once.

    session: the open transaction in which the caller acts on it. If that fails, the deadlines are all due again.
    """
    passed = select(TimerRow.order_id).where(due_at <= await _now(session)).order_by(due_at).limit(limit)
    # Taken by us, and by no other mediator at the same time. (SQLite has one writer and ignores this.)
    due = (await session.scalars(passed.with_for_update(skip_locked=True))).all()
    if due:
        await session.execute(delete(TimerRow).where(TimerRow.order_id.in_(due)))
    return due


# --- the mediator's rows: what follows when no answer has come in time ---

PASSED = On("deadline.passed")


def _release(saga: Saga, _: Message[Body]) -> Command:
    return InventoryRelease(order_id=saga.order_id)


def _cancel_payment(saga: Saga, _: Message[Body]) -> Command:
    return PaymentCancel(order_id=saga.order_id)


def _cancel_shipping(saga: Saga, _: Message[Body]) -> Command:
    return ShippingCancel(order_id=saga.order_id)


def _confirm_again(saga: Saga, _: Message[Body]) -> Command:
    return OrderConfirm(order_id=saga.order_id)


def _mark_delivered_again(saga: Saga, _: Message[Body]) -> Command:
    return OrderMarkDelivered(order_id=saga.order_id)


def _no_answer_about_stock(saga: Saga, _: Message[Body]) -> Command:
    return OrderReject(order_id=saga.order_id, reason="the stock could not be checked in time")


def _no_answer_about_money(saga: Saga, _: Message[Body]) -> Command:
    return OrderReject(order_id=saga.order_id, reason="the payment could not be made in time")


S = State

ROWS: tuple[Row, ...] = (
    # No answer is a third outcome. It may still have been done, so it is asked to be undone, and never taken for a no.
    Row(S.AWAITING_INVENTORY, PASSED, S.REJECTING, (_release, _no_answer_about_stock)),
    Row(S.AWAITING_PAYMENT, PASSED, S.REJECTING, (_cancel_payment, _release, _no_answer_about_money)),
    # Everything is paid and set aside, and only our own book is slow: ask once more, and wait for as long again.
    Row(S.CONFIRMING, PASSED, S.CONFIRMING, (_confirm_again,)),
    # It has arrived, and only our own book does not say so: what we said may have been put aside for another try, and
    # have come too late or too early.
    Row(S.DELIVERING, PASSED, S.DELIVERING, (_mark_delivered_again,)),
    # Only Fulfilment knows whether the parcel has left. If it has, shipping.initiated will come, and all is well.
    Row(S.AWAITING_SHIPPING, PASSED, S.AWAITING_SHIPPING, (_cancel_shipping,)),
)
