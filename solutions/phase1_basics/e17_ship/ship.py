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
    parcel = await session.get(ParcelRow, command.order_id)
    if parcel is None:
        parcel = handed_over(command, quote) if quote else kept_here(command)
        session.add(parcel)
    if parcel.status in {"failed", "cancelled"}:
        return [ShippingFailed(order_id=command.order_id, reason=parcel.reason or "it was cancelled before it left")]
    return [ShippingInitiated(order_id=command.order_id, carrier=parcel.carrier, tracking=parcel.tracking)]


# --- Inventory ---


async def commit_stock(command: Message[InventoryCommit], session: AsyncSession, /) -> Sequence[Body]:
    """Handle inventory.commit: book out what is set aside for this order, once.

    session: an open transaction on Inventory's database; it is ended for you.

    For each of the order's reservations with status "reserved": its pieces go from the shelf's `reserved` to its
    `committed`, and its status becomes "committed". Returns one inventory.committed.
    """
    # The same question as in exercise 16: not what the message says, but what our own table says is set aside.
    held = await session.scalars(
        select(Reservation).where(Reservation.order_id == command.order_id, Reservation.status == "reserved")
    )
    for reservation in sorted(held.all(), key=lambda reservation: reservation.sku):
        await session.execute(
            update(Shelf)
            .where(Shelf.sku == reservation.sku)
            .values(reserved=Shelf.reserved - reservation.quantity, committed=Shelf.committed + reservation.quantity)
        )
        reservation.status = "committed"
    return [InventoryCommitted(order_id=command.order_id)]


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

ROWS: tuple[Row, ...] = (
    # The pivot. The parcel has left the house: stock is booked out, and from here there is no way back.
    Row(S.AWAITING_SHIPPING, On(ShippingInitiated.name), S.IN_TRANSIT, (commit_inventory, mark_shipped)),
    # It never left: make good what was done before. Exercise 16 has the rows that follow.
    Row(S.AWAITING_SHIPPING, On(ShippingFailed.name), S.COMPENSATING, (give_money_back, put_stock_back)),
    Row(S.IN_TRANSIT, On(ShippingDelivered.name), S.DELIVERING, (mark_delivered,)),
    # Lost on the way: too late to undo, too serious to ignore. A person must look.
    Row(S.IN_TRANSIT, On(ShippingFailed.name), S.NEEDS_ATTENTION),
    Row(S.DELIVERING, On(OrderDelivered.name), S.COMPLETED),
    # Two answers we asked for and do not wait for. They may come at any time after the pivot.
    *(
        Row(state, On(name), state)
        for state in (S.IN_TRANSIT, S.DELIVERING, S.COMPLETED)
        for name in (InventoryCommitted.name, OrderShipped.name)
    ),
)
