"""The engine under the mediator's table: it loads the saga, lets the `decide` part decide, and writes down what was.

It holds no rule of the flow. Rows, decisions and deadlines are parts; this file keeps the books straight.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import structlog
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from lab.shop.contracts import TOPIC_OF, Body, Event, Message, OrderCreated, State
from lab.shop.contracts.credit import Credit
from lab.shop.mediator.tables import SagaLog, SagaRow
from lab.shop.parts import Parts
from lab.shop.ports import CANCEL_TIMER, DECIDE, SET_TIMER, Decision, On, Saga
from lab.shop.runtime.steps import Replies, Step

DEADLINE_SECONDS: Final[Mapping[State, float]] = {
    State.AWAITING_INVENTORY: 30.0,
    State.AWAITING_PAYMENT: 30.0,
    State.CONFIRMING: 30.0,
    State.AWAITING_SHIPPING: 60.0,
}
"""How long the mediator waits in a state before it acts without the answer (from phase 2)."""

UNEXPECTED: Final = "unexpected"
MOVE: Final = "move"

_log = structlog.get_logger("orderlab")


class Engine:
    """Advances sagas, one message at a time."""

    def __init__(self, parts: Parts) -> None:
        self._table, self._row_credits = parts.table()
        self._decide, self._decide_credit = parts[DECIDE], parts.credit(DECIDE)
        self._set_timer, self._cancel_timer = parts[SET_TIMER], parts[CANCEL_TIMER]

    def steps(self) -> Mapping[str, Step]:
        """Return the same step for every event there is: the table is total."""
        return {body.name: self.run for body in TOPIC_OF if issubclass(body, Event)}

    async def run(self, messages: Sequence[Message[Any]], session: AsyncSession) -> Sequence[Replies]:
        """Advance the sagas of these messages, in sequence, inside the open transaction."""
        return [await self.advance(message, session) for message in messages]

    async def advance(self, message: Message[Body], session: AsyncSession) -> Replies:
        """Take one message: decide, move the saga, write its log, return the commands that follow."""
        # locked: an answer and a passed deadline may come in the same moment
        row = await session.get(SagaRow, message.order_id, with_for_update=True)
        if row is None:
            if not isinstance(message.body, OrderCreated):
                return await self._nobody(message, session)
            row = _new_row(message, message.body)
            session.add(row)
        saga = await self._saga(row, session)
        decision = self._decide(self._table, saga, message)
        credit = self._credit(saga.state, message)
        await self._write(row, message, decision, session)
        if decision.kind == MOVE:
            await self._watch_the_clock(saga, decision.to, session)
        return Replies(decision.commands, credit, DECIDE.name)

    async def _saga(self, row: SagaRow, session: AsyncSession) -> Saga:
        told = select(SagaLog.name, SagaLog.outcome).where(
            SagaLog.order_id == row.order_id, SagaLog.number > 0, SagaLog.kind != UNEXPECTED
        )
        seen = frozenset(On(name, outcome) for name, outcome in (await session.execute(told)).all())
        order = OrderCreated.model_validate(row.order, strict=False)
        return Saga(row.order_id, State(row.state), order, seen)

    async def _write(self, row: SagaRow, message: Message[Body], decision: Decision, session: AsyncSession) -> None:
        if decision.kind == UNEXPECTED:
            _log.warning("unexpected message", state=row.state, says=str(On.of(message.body)))
        row.steps += 1
        session.add(_entry(message, row.steps, decision.kind, row.state, decision.to))
        row.state = decision.to
        await session.flush()

    async def _nobody(self, message: Message[Body], session: AsyncSession) -> Replies:
        """Record a message about an order whose order.created never came here."""
        _log.warning("unexpected message: no such saga", says=str(On.of(message.body)))
        try:
            async with session.begin_nested():
                session.add(_entry(message, 0, UNEXPECTED, State.NEW, State.NEW))
        except IntegrityError:
            pass  # the same message again: it is recorded already
        return Replies((), self._decide_credit, DECIDE.name)

    async def _watch_the_clock(self, saga: Saga, to: State, session: AsyncSession) -> None:
        await self._cancel_timer(session, saga.order_id)
        if to in DEADLINE_SECONDS:
            await self._set_timer(session, Saga(saga.order_id, to, saga.order, saga.seen), DEADLINE_SECONDS[to])

    def _credit(self, state: State, message: Message[Body]) -> Credit:
        """Whose lines decided: those of `decide`, and of the row where one applies."""
        row = self._row_credits.get((state, On.of(message.body)))
        return self._decide_credit if row is None else self._decide_credit + row


def _new_row(message: Message[Body], order: OrderCreated) -> SagaRow:
    return SagaRow(
        order_id=message.order_id,
        state=State.NEW,
        steps=0,
        order=order.model_dump(mode="json"),
        cause_id=message.id,
        correlation_id=message.correlation_id,
        traceparent=message.traceparent,
    )


def _entry(message: Message[Body], number: int, kind: str, from_state: str, to_state: str) -> SagaLog:
    on = On.of(message.body)
    return SagaLog(
        order_id=message.order_id,
        number=number,
        message_id=message.id,
        name=on.name,
        outcome=on.outcome,
        kind=kind,
        from_state=from_state,
        to_state=to_state,
    )
