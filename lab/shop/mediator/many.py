"""The mediator's set-based twin: what the solution of `timers` does for each deadline, for many at once."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import delete, func, select, type_coerce
from sqlalchemy.ext.asyncio import AsyncSession

from lab.shop.ports import Saga
from lab.shop.runtime.sets import table_of
from lab.shop.runtime.tables import TimerRow

_TIMERS = table_of(TimerRow)


async def keep_timers(moves: Sequence[tuple[Saga, float | None]], session: AsyncSession) -> None:
    """Replace the deadline of each saga by that of its last move: so many seconds from now, or none."""
    last = {saga.order_id: (saga.state, seconds) for saga, seconds in moves}
    await session.execute(delete(_TIMERS).where(_TIMERS.c.order_id.in_(sorted(last))))
    set_ = [(order_id, state, seconds) for order_id, (state, seconds) in sorted(last.items()) if seconds is not None]
    if set_:
        now = (await session.execute(select(type_coerce(func.now(), _TIMERS.c.due_at.type)))).scalar_one()
        await session.execute(
            _TIMERS.insert(),
            [
                {"order_id": order_id, "state": state, "due_at": now + timedelta(seconds=seconds)}
                for order_id, state, seconds in set_
            ],
        )
