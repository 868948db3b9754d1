"""Exercise 17 · Ship: the pivot. Before it everything can be undone; after it only forward."""

import time
from collections.abc import Sequence

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from lab.shop.contracts import (
    Body,
    Command,
    InventoryCommit,
    InventoryCommitted,
    InventoryRelease,
    Message,
    OrderDelivered,
    OrderMarkDelivered,
    OrderMarkShipped,
    OrderShipped,
    PaymentCancel,
    ShippingDelivered,
    ShippingFailed,
    ShippingInitiate,
    ShippingInitiated,
    State,
)
from lab.shop.ports import On, Quote, Row, Saga
from lab.shop.services.fulfilment.tables import ParcelRow
from lab.shop.services.inventory.tables import Reservation, Shelf

# --- given: the two rows that a parcel can have ---


def handed_over(command: Message[ShippingInitiate], quote: Quote) -> ParcelRow:
    """Return the row of a parcel that leaves with this carrier."""
    return ParcelRow(
        order_id=command.order_id,
        status="in_transit",
        carrier=quote.carrier,
        tracking=f"trk-{command.id[:8]}",
        handed_over_at=time.time(),
        # News of the arrival will be sent much later, by nobody's command. The row remembers whose story it is.
        cause_id=command.id,
        correlation_id=command.correlation_id,
        traceparent=command.traceparent,
    )


def kept_here(command: Message[ShippingInitiate]) -> ParcelRow:
    """Return the row of a parcel that no carrier takes."""
    return ParcelRow(order_id=command.order_id, status="failed", reason=f"no carrier goes to {command.body.ship_to}")


# --- Fulfilment ---


async def initiate_shipping(
    command: Message[ShippingInitiate], session: AsyncSession, quote: Quote | None
) -> Sequence[Body]:
    """Handle shipping.initiate: hand the parcel to the carrier, once, and tell how it went.

    command: command.order_id says for which order; handed_over and kept_here make the parcel's row of it.
    session: an open transaction on Fulfilment's database; it is ended for you.
    quote:   the carrier that was chosen (exercise 2), or None when no carrier goes there.

    Returns one shipping.initiated or shipping.failed. Asked again, it answers from the row that is there.
    The order's own table is Order's business: the mediator asks it.
    """
    # TODO 1  Look into your book: is there a row for this order already?
    # TODO 2  The first time: write the row, by the quote or for want of one.
    # TODO 3  Answer from the row: it has left, or it has not.
    raise NotImplementedError  # delete this line when your lines are written


# --- Inventory ---


async def commit_stock(command: Message[InventoryCommit], session: AsyncSession, /) -> Sequence[Body]:
    """Handle inventory.commit: book out what is set aside for this order, once.

    session: an open transaction on Inventory's database; it is ended for you.

    For each of the order's reservations with status "reserved": its pieces go from the shelf's `reserved` to its
    `committed`, and its status becomes "committed". Returns one inventory.committed.
    """
    # TODO 4  Find what is set aside for this order, and book out each piece of it.
    raise NotImplementedError  # delete this line when your lines are written


# --- given: the commands that the rows below may say ---


def commit_inventory(saga: Saga, _: Message[Body]) -> Command:
    """Ask Inventory to book out what is set aside for this order."""
    return InventoryCommit(order_id=saga.order_id)


def mark_shipped(saga: Saga, _: Message[Body]) -> Command:
    """Ask Order to mark it as shipped."""
    return OrderMarkShipped(order_id=saga.order_id)


def mark_delivered(saga: Saga, _: Message[Body]) -> Command:
    """Ask Order to mark it as delivered."""
    return OrderMarkDelivered(order_id=saga.order_id)


def give_money_back(saga: Saga, _: Message[Body]) -> Command:
    """Ask Payment to undo the payment."""
    return PaymentCancel(order_id=saga.order_id)


def put_stock_back(saga: Saga, _: Message[Body]) -> Command:
    """Ask Inventory to put back what is set aside."""
    return InventoryRelease(order_id=saga.order_id)


# --- the mediator's rows around the pivot ---

S = State

# TODO 5  Write the rows: up to the pivot, behind it, and what nobody waits for.
ROWS: tuple[Row, ...] = ()
