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
    # TODO 1  Write it into the book: _event_of and _row_of, below, do the copying.
    raise NotImplementedError


async def hand_over(session: AsyncSession, messages: Sequence[Outgoing], publish: Publish) -> None:
    """End the transaction, and send what follows from it.

    session:  the open transaction, with everything that has been written.
    messages: what is to be told, ready to travel.
    publish:  `await publish(messages)` sends all; it returns when Kafka has acknowledged them, and raises when it
              refuses.
    """
    # TODO 2  Commit.
    # TODO 3  Tell.
    raise NotImplementedError


async def read_order(session: AsyncSession, order_id: str, /) -> OrderView | None:
    """Show how an order stands; None when there is no such order."""
    # TODO 4  Look it up.
    # TODO 5  Show it: _view_of, below, does the copying. What is not there is no error.
    raise NotImplementedError


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
