"""Order's set-based twin: what the solution of `confirm` does for each command, for many at once."""

from collections.abc import Mapping, Sequence
from typing import Final

from sqlalchemy import bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from lab.shop import contracts as c
from lab.shop.contracts import Body, Command, Event, Message
from lab.shop.contracts import OrderStatus as S
from lab.shop.runtime.sets import table_of
from lab.shop.services.order.tables import OrderRow

_ORDERS = table_of(OrderRow)

_CHANGES: Final[Mapping[str, tuple[frozenset[str], S, type[Event]]]] = {
    c.OrderConfirm.name: (frozenset({S.PLACED}), S.CONFIRMED, c.OrderConfirmed),
    c.OrderReject.name: (frozenset({S.PLACED}), S.REJECTED, c.OrderRejected),
    c.OrderCancel.name: (frozenset({S.PLACED, S.CONFIRMED}), S.CANCELLED, c.OrderCancelled),
    c.OrderMarkShipped.name: (frozenset({S.CONFIRMED}), S.SHIPPED, c.OrderShipped),
    c.OrderMarkDelivered.name: (frozenset({S.SHIPPED}), S.DELIVERED, c.OrderDelivered),
}


async def change_many(commands: Sequence[Message[Command]], session: AsyncSession) -> Sequence[Sequence[Body]]:
    """Change each order's status where that is allowed, in sequence; tell of those that were changed."""
    ids = {command.order_id for command in commands}
    asked = select(_ORDERS.c.order_id, _ORDERS.c.status).where(_ORDERS.c.order_id.in_(ids)).order_by(_ORDERS.c.order_id)
    statuses: dict[str, str] = dict((await session.execute(asked.with_for_update())).all())
    changed: dict[str, dict[str, str]] = {}
    answers: list[list[Body]] = []
    for command in commands:
        order_id, (allowed_from, to, event) = command.order_id, _CHANGES[command.name]
        if statuses.get(order_id) not in allowed_from:
            answers.append([])
            continue
        reason = getattr(command.body, "reason", "")
        statuses[order_id] = to
        changed[order_id] = {"of": order_id, "to": to, "why": reason}
        answers.append([event.model_validate({"order_id": order_id, "reason": reason})])
    if changed:
        changing = update(_ORDERS).where(_ORDERS.c.order_id == bindparam("of"))
        await session.execute(changing.values(status=bindparam("to"), reason=bindparam("why")), list(changed.values()))
    return answers
