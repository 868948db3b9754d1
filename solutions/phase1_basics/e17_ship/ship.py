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

# --- the mediator's rows around the pivot ---


def commit_inventory(saga: Saga, _: Message[Body]) -> Command:
    return InventoryCommit(order_id=saga.order_id)


def mark_shipped(saga: Saga, _: Message[Body]) -> Command:
    return OrderMarkShipped(order_id=saga.order_id)


def mark_delivered(saga: Saga, _: Message[Body]) -> Command:
    return OrderMarkDelivered(order_id=saga.order_id)


def give_money_back(saga: Saga, _: Message[Body]) -> Command:
    return PaymentCancel(order_id=saga.order_id)


def put_stock_back(saga: Saga, _: Message[Body]) -> Command:
    return InventoryRelease(order_id=saga.order_id)


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


# --- Fulfilment ---


async def initiate_shipping(
    command: Message[ShippingInitiate], session: AsyncSession, quote: Quote | None
) -> Sequence[Body]:
    """Handle shipping.initiate: hand the parcel to the carrier, once, and tell how it went.

    command: command.body.lines and command.body.ship_to say what goes where.
    session: an open transaction on Fulfilment's database; it is ended for you.
    quote:   the carrier that was chosen (exercise 2), or None when no carrier goes there.

    Returns one shipping.initiated or shipping.failed. The order's own table is Order's business: the mediator asks it.
    """
    order_id = command.order_id
    parcel = await session.get(ParcelRow, order_id)
    if parcel is None:
        parcel = ParcelRow(
            order_id=order_id,
            status="in_transit" if quote else "failed",
            carrier=quote.carrier if quote else "",
            tracking=f"trk-{command.id[:8]}" if quote else "",
            reason="" if quote else f"no carrier goes to {command.body.ship_to}",
            handed_over_at=time.time() if quote else None,
            # News of the arrival will be sent much later, by nobody's command. The row remembers whose story it is.
            cause_id=command.id,
            correlation_id=command.correlation_id,
            traceparent=command.traceparent,
        )
        session.add(parcel)
    if parcel.status in {"failed", "cancelled"}:
        return [ShippingFailed(order_id=order_id, reason=parcel.reason or "it was cancelled before it left")]
    return [ShippingInitiated(order_id=order_id, carrier=parcel.carrier, tracking=parcel.tracking)]


# --- Inventory ---


async def commit_stock(command: Message[InventoryCommit], session: AsyncSession, /) -> Sequence[Body]:
    """Handle inventory.commit: book out what is set aside for this order, once.

    Returns one inventory.committed.
    """
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
