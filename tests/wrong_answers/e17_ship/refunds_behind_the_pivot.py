"""finding: undone-after-the-pivot

A failure is a failure: the same row for both states. But the parcel is out of the house.
"""

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


def handed_over(command, quote):
    return ParcelRow(
        order_id=command.order_id,
        status="in_transit",
        carrier=quote.carrier,
        tracking=f"trk-{command.id[:8]}",
        handed_over_at=time.time(),
        cause_id=command.id,
        correlation_id=command.correlation_id,
        traceparent=command.traceparent,
    )


def kept_here(command):
    return ParcelRow(order_id=command.order_id, status="failed", reason=f"no carrier goes to {command.body.ship_to}")


async def initiate_shipping(command, session, quote):
    parcel = await session.get(ParcelRow, command.order_id)
    if parcel is None:
        parcel = handed_over(command, quote) if quote else kept_here(command)
        session.add(parcel)
    if parcel.status != "in_transit":
        return [ShippingFailed(order_id=command.order_id, reason=parcel.reason or "called off")]
    return [ShippingInitiated(order_id=command.order_id, carrier=parcel.carrier, tracking=parcel.tracking)]


async def commit_stock(command, session, /):
    held = await session.scalars(
        select(Reservation).where(Reservation.order_id == command.order_id, Reservation.status == "reserved")
    )
    for one in held.all():
        await session.execute(
            update(Shelf)
            .where(Shelf.sku == one.sku)
            .values(reserved=Shelf.reserved - one.quantity, committed=Shelf.committed + one.quantity)
        )
        one.status = "committed"
    return [InventoryCommitted(order_id=command.order_id)]


def commit_inventory(saga, _):
    return InventoryCommit(order_id=saga.order_id)


def mark_shipped(saga, _):
    return OrderMarkShipped(order_id=saga.order_id)


def mark_delivered(saga, _):
    return OrderMarkDelivered(order_id=saga.order_id)


def give_money_back(saga, _):
    return PaymentCancel(order_id=saga.order_id)


def put_stock_back(saga, _):
    return InventoryRelease(order_id=saga.order_id)


S = State

ROWS = (
    Row(S.AWAITING_SHIPPING, On(ShippingInitiated.name), S.IN_TRANSIT, (commit_inventory, mark_shipped)),
    Row(S.AWAITING_SHIPPING, On(ShippingFailed.name), S.COMPENSATING, (give_money_back, put_stock_back)),
    Row(S.IN_TRANSIT, On(ShippingDelivered.name), S.DELIVERING, (mark_delivered,)),
    Row(S.IN_TRANSIT, On(ShippingFailed.name), S.COMPENSATING, (give_money_back, put_stock_back)),
    Row(S.DELIVERING, On(OrderDelivered.name), S.COMPLETED),
    *(
        Row(state, On(name), state)
        for state in (S.IN_TRANSIT, S.DELIVERING, S.COMPLETED)
        for name in (InventoryCommitted.name, OrderShipped.name)
    ),
)
