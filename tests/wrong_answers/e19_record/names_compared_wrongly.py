"""finding: flag-wrong

A name that is not quite the event's: nothing ever matches, and no error says so.
"""

from sqlalchemy import func, select

from lab.shop.contracts import (
    OrderCancelled,
    OrderConfirmed,
    OrderCreated,
    OrderDelivered,
    OrderRejected,
    ReportView,
)
from lab.shop.ports import On
from lab.shop.services.analytics.tables import EventRow, OrderFact


async def record_event(message, session, /):
    if await session.get(EventRow, message.id) is None:
        on = On.of(message.body)
        session.add(
            EventRow(
                message_id=message.id, order_id=message.order_id, name=on.name, outcome=on.outcome, time=message.time
            )
        )
    fact = await session.get(OrderFact, message.order_id)
    if fact is None:
        fact = OrderFact(order_id=message.order_id)
        session.add(fact)
    if message.name == "order.created":
        fact.created, fact.total_cents = True, message.body.total_cents
    elif message.name == "order.confirmed":
        fact.confirmed = True
    elif message.name == "order.deliverd":
        fact.delivered = True
    elif message.name == "order.rejected":
        fact.rejected = True
    elif message.name == "order.canceled":
        fact.cancelled = True
    return []


async def read_report(session):
    async def count(flag):
        return await session.scalar(select(func.count()).select_from(OrderFact).where(flag)) or 0

    kept = select(func.sum(OrderFact.total_cents)).where(OrderFact.confirmed, ~OrderFact.cancelled)
    return ReportView(
        orders=await count(OrderFact.created),
        confirmed=await count(OrderFact.confirmed),
        delivered=await count(OrderFact.delivered),
        rejected=await count(OrderFact.rejected),
        cancelled=await count(OrderFact.cancelled),
        revenue_cents=await session.scalar(kept) or 0,
    )
