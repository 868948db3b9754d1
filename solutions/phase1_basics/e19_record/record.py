"""Exercise 19 · Record: count orders, not events."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from lab.shop.contracts import (
    Body,
    Event,
    Message,
    OrderCancelled,
    OrderConfirmed,
    OrderCreated,
    OrderDelivered,
    OrderRejected,
    ReportView,
)
from lab.shop.ports import On
from lab.shop.services.analytics.tables import EventRow, OrderFact


async def record_event(message: Message[Event], session: AsyncSession, /) -> Sequence[Body]:
    """Write one event into the books of Analytics. Whoever listens answers nothing.

    message: any event of the shop: message.id, message.order_id, message.time and message.body. What it is called,
             and how it ended where there are several endings, says On.of(message.body): its name and its outcome.
    session: an open transaction on Analytics' own database; it is ended for you.

    Writes one EventRow for each message, and one OrderFact for each order, in which it sets what has become true.
    The same event a second time changes nothing, and it does not matter in which sequence events come.

    An EventRow has message_id (its key), order_id, name, outcome and time. An OrderFact has order_id (its key),
    total_cents, and the five flags; a flag that nobody sets is False.
    """
    if await session.get(EventRow, message.id) is None:
        on = On.of(message.body)
        session.add(
            EventRow(
                message_id=message.id,
                order_id=message.order_id,
                name=on.name,
                outcome=on.outcome,
                time=message.time,
            )
        )

    # One row per order, and flags that only ever become true. Events of different topics overtake each other:
    # order.confirmed may be read before order.created. Setting "confirmed" to true twice, or first, does no harm;
    # adding one to a counter twice would.
    fact = await session.get(OrderFact, message.order_id)
    if fact is None:
        fact = OrderFact(order_id=message.order_id)
        session.add(fact)
    match message.body:
        case OrderCreated(total_cents=total_cents):
            fact.created, fact.total_cents = True, total_cents
        case OrderConfirmed():
            fact.confirmed = True
        case OrderDelivered():
            fact.delivered = True
        case OrderRejected():
            fact.rejected = True
        case OrderCancelled():
            fact.cancelled = True
    return []


async def read_report(session: AsyncSession) -> ReportView:
    """Count orders by what became of them. Revenue is what was confirmed and not cancelled.

    A ReportView has orders (created), confirmed, delivered, rejected, cancelled and revenue_cents; all are numbers.
    """

    async def count(flag: InstrumentedAttribute[bool]) -> int:
        return await session.scalar(select(func.count()).where(flag)) or 0

    kept = select(func.sum(OrderFact.total_cents)).where(OrderFact.confirmed, ~OrderFact.cancelled)
    return ReportView(
        orders=await count(OrderFact.created),
        confirmed=await count(OrderFact.confirmed),
        delivered=await count(OrderFact.delivered),
        rejected=await count(OrderFact.rejected),
        cancelled=await count(OrderFact.cancelled),
        revenue_cents=await session.scalar(kept) or 0,  # the sum of nothing is None
    )
