"""What Fulfilment does when it is asked, and what it tells when the carrier has been."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from lab.shop.contracts import Body, Message, ShippingCancel, ShippingCancelled, ShippingDelivered, ShippingInitiate
from lab.shop.contracts.credit import LAB, Credit
from lab.shop.parts import Parts
from lab.shop.ports import CHOOSE_CARRIER, INITIATE_SHIPPING, Carrier, Caused, Parcel
from lab.shop.runtime.blueprint import Chore, Context
from lab.shop.runtime.sets import table_of
from lab.shop.runtime.steps import Step, step
from lab.shop.services.fulfilment.many import initiate_many
from lab.shop.services.fulfilment.tables import ParcelRow

DELIVERED_AT_MOST = 500
_PARCELS = table_of(ParcelRow)
OURS = Credit(LAB)


def steps(parts: Parts, carriers: Sequence[Carrier]) -> Mapping[str, Step]:
    """Return a step per command; the carriers are asked before the transaction begins."""
    choose_carrier, initiate_shipping = parts[CHOOSE_CARRIER], parts[INITIATE_SHIPPING]

    async def initiate(command: Message[ShippingInitiate], session: AsyncSession) -> Sequence[Body]:
        quote = await choose_carrier(carriers, _parcel(command.body))
        return await initiate_shipping(command, session, quote)

    async def many(commands: Sequence[Message[ShippingInitiate]], session: AsyncSession) -> Sequence[Sequence[Body]]:
        quotes = await asyncio.gather(*(choose_carrier(carriers, _parcel(command.body)) for command in commands))
        return await initiate_many(commands, quotes, session)

    twin, credit = parts.twin(INITIATE_SHIPPING, "ship", many), parts.credit(INITIATE_SHIPPING, CHOOSE_CARRIER)
    return {
        ShippingInitiate.name: step(initiate, credit, INITIATE_SHIPPING.name, twin),
        ShippingCancel.name: step(cancel_shipping, OURS, "cancel_shipping"),
    }


def _parcel(body: ShippingInitiate) -> Parcel:
    return Parcel(body.order_id, body.ship_to, sum(line.quantity for line in body.lines))


async def cancel_shipping(command: Message[ShippingCancel], session: AsyncSession) -> Sequence[Body]:
    """Stop a parcel that has not left; one that has is the carrier's, and nothing is said."""
    parcel = await session.get(ParcelRow, command.order_id)
    if parcel is not None and parcel.status in {"in_transit", "delivered"}:
        return []
    if parcel is None:
        session.add(ParcelRow(order_id=command.order_id, status="cancelled"))
    else:
        parcel.status = "cancelled"
    return [ShippingCancelled(order_id=command.order_id)]


@dataclass(frozen=True, slots=True)
class _Earlier:
    """The command that set a parcel in motion, as the parcel's row remembers it."""

    id: str
    correlation_id: str
    traceparent: str | None


def delivering(context: Context) -> Chore:
    """Return the chore that tells of parcels which the carrier has brought."""
    transit_seconds = context.settings.transit_seconds

    async def deliver() -> int:
        arrived = time.time() - transit_seconds
        due = select(_PARCELS).where(_PARCELS.c.status == "in_transit", _PARCELS.c.handed_over_at <= arrived)
        async with context.store.reading() as session:  # looking costs no write transaction
            if (await session.execute(due.limit(1))).first() is None:
                return 0
        async with context.store.writing() as session:
            parcels = (await session.execute(due.limit(DELIVERED_AT_MOST))).all()
            theirs = _PARCELS.c.order_id.in_([parcel.order_id for parcel in parcels])
            await session.execute(update(_PARCELS).where(theirs).values(status="delivered"))
            news = [_news_of(parcel) for parcel in parcels]
            await context.say(session, news, OURS)
        return len(news)

    return deliver


def _news_of(parcel: Row[Any]) -> Caused:
    earlier = _Earlier(parcel.cause_id, parcel.correlation_id, parcel.traceparent)
    return Caused(ShippingDelivered(order_id=parcel.order_id, carrier=parcel.carrier), earlier)
