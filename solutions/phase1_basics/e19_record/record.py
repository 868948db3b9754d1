"""Exercise 19 · Record: count orders, not events."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

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

    message: any event of the shop.
    session: an open transaction on Analytics' own database; it is ended for you.

    The same event a second time changes nothing, and it does not matter in which order events come.
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

    # One row per order, and facts that only ever become true. Events of different topics overtake each other:
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
    """Count orders by what became of them. Revenue is what was confirmed and not cancelled."""

    async def count(*conditions: object) -> int:
        return await session.scalar(select(func.count()).select_from(OrderFact).where(*conditions)) or 0  # type: ignore[arg-type]

    kept = (OrderFact.confirmed, ~OrderFact.cancelled)
    revenue = await session.scalar(select(func.coalesce(func.sum(OrderFact.total_cents), 0)).where(*kept))
    return ReportView(
        orders=await count(OrderFact.created),
        confirmed=await count(OrderFact.confirmed),
        delivered=await count(OrderFact.delivered),
        rejected=await count(OrderFact.rejected),
        cancelled=await count(OrderFact.cancelled),
        revenue_cents=revenue or 0,
    )
