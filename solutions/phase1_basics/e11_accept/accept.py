"""Exercise 11 · Accept: store, then tell. And let the customer ask how it stands."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from lab.shop.contracts import (
    CURRENCY,
    PRODUCTS,
    Customer,
    OrderCreated,
    OrderLine,
    OrderStatus,
    OrderView,
    new_order_id,
)
from lab.shop.ports import OrderRequest, Outgoing, Publish
from lab.shop.services.order.tables import OrderRow


async def place_order(request: OrderRequest, customer: Customer, session: AsyncSession) -> OrderCreated:
    """Write the order into the book, and return the event that tells of it.

    request:  what the customer asked for, already checked (exercise 9).
    customer: who asked.
    session:  an open transaction. It is not ours to end: `hand_over` does.

    Nothing is paid, reserved or waited for here. The customer gets "202 Accepted" as soon as this is stored.
    """
    # The prices of this moment go into the order. If the catalogue changes tomorrow, this order does not.
    lines = tuple(
        OrderLine(sku=line.sku, quantity=line.quantity, unit_cents=PRODUCTS[line.sku].price_cents)
        for line in request.lines
    )
    event = OrderCreated(
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
    session.add(
        OrderRow(
            order_id=event.order_id,
            status=OrderStatus.PLACED,
            customer_id=event.customer_id,
            lines=[line.model_dump() for line in event.lines],
            total_cents=event.total_cents,
            currency=event.currency,
        )
    )
    return event


async def hand_over(session: AsyncSession, messages: Sequence[Outgoing], publish: Publish) -> None:
    """End the transaction, and send what follows from it.

    session:  the open transaction, with everything that the handler has written.
    messages: what is to be told, ready to travel.
    publish:  sends them; returns when Kafka has acknowledged all.
    """
    # Store first. If the commit fails it raises, and nothing is told: no message about an order that does not exist.
    await session.commit()
    # Then tell. If the process dies between these two lines, the order is stored and nobody hears of it.
    # That gap cannot be closed here; phase 2 closes it with an outbox.
    if messages:
        await publish(messages)


async def read_order(session: AsyncSession, order_id: str, /) -> OrderView | None:
    """Show how an order stands; None when there is no such order."""
    row = await session.get(OrderRow, order_id)
    if row is None:
        return None
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
