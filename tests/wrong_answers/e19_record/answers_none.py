"""finding: answers-no-list

Nothing to say, so no return: Python then gives None, and the shop wants a list.
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
    match message.body:
        case OrderCreated(total_cents=cents):
            fact.created, fact.total_cents = True, cents
        case OrderConfirmed():
            fact.confirmed = True
        case OrderDelivered():
            fact.delivered = True
        case OrderRejected():
            fact.rejected = True
        case OrderCancelled():
            fact.cancelled = True


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
