"""finding: waits-for-payment

place_order waits until the order is confirmed: but its message goes out only after it has returned.
"""

import asyncio

from lab.shop.contracts import CURRENCY, PRODUCTS, OrderCreated, OrderLine, OrderStatus, OrderView, new_order_id
from lab.shop.services.order.tables import OrderRow


async def place_order(request, customer, session):
    event = _event_of(request, customer)
    row = _row_of(event)
    session.add(row)
    await session.flush()
    while row.status == OrderStatus.PLACED:
        await asyncio.sleep(0.1)
        await session.refresh(row)
    return event


async def hand_over(session, messages, publish):
    await session.commit()
    await publish(messages)


async def read_order(session, order_id, /):
    row = await session.get(OrderRow, order_id)
    return None if row is None else _view_of(row)


def _event_of(request, customer):
    lines = tuple(
        OrderLine(sku=line.sku, quantity=line.quantity, unit_cents=PRODUCTS[line.sku].price_cents)
        for line in request.lines
    )
    return OrderCreated(
        order_id=new_order_id(),
        customer_id=customer.customer_id,
        customer_name=customer.name,
        email=customer.email,
        ship_to=customer.ship_to,
        card=request.card,
        lines=lines,
        total_cents=sum(line.quantity * line.unit_cents for line in lines),
        currency=CURRENCY,
    )


def _row_of(event):
    return OrderRow(
        order_id=event.order_id,
        status=OrderStatus.PLACED,
        customer_id=event.customer_id,
        lines=[line.model_dump() for line in event.lines],
        total_cents=event.total_cents,
        currency=event.currency,
    )


def _view_of(row):
    return OrderView(
        order_id=row.order_id,
        status=OrderStatus(row.status),
        customer_id=row.customer_id,
        lines=tuple(OrderLine.model_validate(line) for line in row.lines),
        total_cents=row.total_cents,
        currency=row.currency,
        reason=row.reason,
        placed_at=row.placed_at,
    )
