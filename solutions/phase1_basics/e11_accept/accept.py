"""Exercise 11 · Accept: store, then tell. And let the customer ask how it stands."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from lab.shop.contracts import (
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
    # One event, and the row from it: whatever is kept and whatever is told says the same, with the same id.
    event = _event_of(request, customer)
    # Only noted so far. Whoever opened the transaction may have more to write into it, so it is not ended here.
    session.add(_row_of(event))
    return event


async def hand_over(session: AsyncSession, messages: Sequence[Outgoing], publish: Publish) -> None:
    """End the transaction, and send what follows from it.

    session:  the open transaction, with everything that has been written.
    messages: what is to be told, ready to travel.
    publish:  `await publish(messages)` sends all; it returns when Kafka has acknowledged them, and raises when it
              refuses.
    """
    # Store first. If the commit fails it raises, and nothing is told: no message about an order that does not exist.
    await session.commit()
    # Then tell. If the process dies between these two lines, the order is stored and nobody hears of it.
    # That gap cannot be closed here; phase 2 closes it with an outbox.
    await publish(messages)


async def read_order(session: AsyncSession, order_id: str, /) -> OrderView | None:
    """Show how an order stands; None when there is no such order."""
    row = await session.get(OrderRow, order_id)
    return None if row is None else _view_of(row)


# From here on it is only copying, from one form into another: what is told, what is kept, what is shown.


def _event_of(request: OrderRequest, customer: Customer) -> OrderCreated:
    """Return the event, with a new order id. The prices of this moment go in: tomorrow the catalogue may change."""
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
    )


def _row_of(event: OrderCreated) -> OrderRow:
    """Return the row of the order's book: placed, and nothing more."""
    return OrderRow(
        order_id=event.order_id,
        status=OrderStatus.PLACED,
        customer_id=event.customer_id,
        lines=[line.model_dump() for line in event.lines],
        total_cents=event.total_cents,
        currency=event.currency,
    )


def _view_of(row: OrderRow) -> OrderView:
    """Return what the customer may see of a row."""
    return OrderView.model_validate(row, from_attributes=True)
