"""Analytics' set-based twin: what the solution of `record` does for each event, for many at once."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import case, or_
from sqlalchemy.ext.asyncio import AsyncSession

from lab.shop import contracts as c
from lab.shop.contracts import Body, Event, Message
from lab.shop.ports import On
from lab.shop.runtime.sets import insert_into, table_of
from lab.shop.services.analytics.tables import EventRow, OrderFact

_FACTS = table_of(OrderFact)
_FLAG_OF: Final[Mapping[type[Body], str]] = {
    c.OrderCreated: "created",
    c.OrderConfirmed: "confirmed",
    c.OrderDelivered: "delivered",
    c.OrderRejected: "rejected",
    c.OrderCancelled: "cancelled",
}
_NOTHING_YET: Final = dict.fromkeys(_FLAG_OF.values(), False)


async def record_many(events: Sequence[Message[Event]], session: AsyncSession) -> Sequence[Sequence[Body]]:
    """Write down the events that are new, and what has become true of each order."""
    noting = insert_into(EventRow, session).on_conflict_do_nothing()
    await session.execute(noting, sorted(map(_event, events), key=lambda row: str(row["message_id"])))
    facts: dict[str, dict[str, Any]] = {}
    for event in events:
        fact = facts.setdefault(event.order_id, {"order_id": event.order_id, "total_cents": 0, **_NOTHING_YET})
        if flag := _FLAG_OF.get(type(event.body)):
            fact[flag] = True
        if isinstance(event.body, c.OrderCreated):
            fact["total_cents"] = event.body.total_cents
    adding = insert_into(OrderFact, session)
    told = adding.excluded
    added = adding.on_conflict_do_update(
        index_elements=["order_id"],
        set_={
            "total_cents": case((told.created, told.total_cents), else_=_FACTS.c.total_cents),
            **{flag: or_(_FACTS.c[flag], told[flag]) for flag in _NOTHING_YET},
        },
    )
    await session.execute(added, [facts[order_id] for order_id in sorted(facts)])
    return [[] for _ in events]


def _event(event: Message[Event]) -> dict[str, Any]:
    on = On.of(event.body)
    return {
        "message_id": event.id,
        "order_id": event.order_id,
        "name": on.name,
        "outcome": on.outcome,
        "time": event.time,
    }
