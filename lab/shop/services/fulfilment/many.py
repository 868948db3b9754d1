"""Fulfilment's set-based twin: what the solution of `ship` does for each parcel, for many at once."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from lab.shop.contracts import Body, Message, ShippingFailed, ShippingInitiate, ShippingInitiated
from lab.shop.ports import Quote
from lab.shop.runtime.sets import table_of
from lab.shop.services.fulfilment.tables import ParcelRow

_PARCELS = table_of(ParcelRow)


@dataclass(frozen=True, slots=True)
class _Parcel:
    """What an answer is made of."""

    status: str
    carrier: str
    tracking: str
    reason: str


async def initiate_many(
    commands: Sequence[Message[ShippingInitiate]], quotes: Sequence[Quote | None], session: AsyncSession
) -> Sequence[Sequence[Body]]:
    """Hand over the parcels that are new, each to the carrier of its quote, and answer from the rows."""
    ids = {command.order_id for command in commands}
    columns = (_PARCELS.c.order_id, _PARCELS.c.status, _PARCELS.c.carrier, _PARCELS.c.tracking, _PARCELS.c.reason)
    found = await session.execute(select(*columns).where(_PARCELS.c.order_id.in_(ids)))
    parcels = {order_id: _Parcel(*rest) for order_id, *rest in found}
    rows = []
    for command, quote in zip(commands, quotes, strict=True):
        if command.order_id not in parcels:
            row = _row(command, quote)
            rows.append(row)
            parcels[command.order_id] = _Parcel(row["status"], row["carrier"], row["tracking"], row["reason"])
    if rows:
        await session.execute(_PARCELS.insert(), rows)
    return [[_told(command.order_id, parcels[command.order_id])] for command in commands]


def _row(command: Message[ShippingInitiate], quote: Quote | None) -> dict[str, Any]:
    goes = quote is not None
    return {
        "order_id": command.order_id,
        "status": "in_transit" if goes else "failed",
        "carrier": quote.carrier if quote else "",
        "tracking": f"trk-{command.id[:8]}" if goes else "",
        "reason": "" if goes else f"no carrier goes to {command.body.ship_to}",
        "handed_over_at": time.time() if goes else None,
        "cause_id": command.id if goes else "",
        "correlation_id": command.correlation_id if goes else "",
        "traceparent": command.traceparent if goes else None,
    }


def _told(order_id: str, parcel: _Parcel) -> Body:
    if parcel.status in {"failed", "cancelled"}:
        return ShippingFailed(order_id=order_id, reason=parcel.reason or "it was cancelled before it left")
    return ShippingInitiated(order_id=order_id, carrier=parcel.carrier, tracking=parcel.tracking)
