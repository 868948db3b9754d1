"""The engine under the mediator's table: it loads the sagas, lets the `decide` part decide, and writes down what was.

It holds no rule of the flow. Rows, decisions and deadlines are parts; this file keeps the books straight.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from lab.shop.contracts import TOPIC_OF, Body, Event, Message, OrderCreated, State
from lab.shop.contracts.credit import Credit
from lab.shop.mediator import books
from lab.shop.mediator.books import UNEXPECTED, Books, Standing
from lab.shop.mediator.many import keep_timers
from lab.shop.parts import Parts
from lab.shop.ports import CANCEL_TIMER, DECIDE, SET_TIMER, On, Saga
from lab.shop.runtime.steps import Replies, Step

DEADLINE_SECONDS: Final[Mapping[State, float]] = {
    State.AWAITING_INVENTORY: 30.0,
    State.AWAITING_PAYMENT: 30.0,
    State.CONFIRMING: 30.0,
    State.AWAITING_SHIPPING: 60.0,
    State.DELIVERING: 30.0,
}
"""How long the mediator waits in a state before it acts without the answer (from phase 2)."""

MOVE: Final = "move"

_log = structlog.get_logger("orderlab")


class Engine:
    """Advances sagas: many at a time, or, where the shop is to do without what is set-based, one."""

    def __init__(self, parts: Parts) -> None:
        self._table, self._row_credits = parts.table()
        self._decide, self._decide_credit = parts[DECIDE], parts.credit(DECIDE)
        self._set_timer, self._cancel_timer = parts[SET_TIMER], parts[CANCEL_TIMER]
        self._keep_timers = parts.twin(SET_TIMER, "timers", keep_timers)
        self._many = parts.many

    def steps(self) -> Mapping[str, Step]:
        """Return the same step for every event there is: the table is total."""
        return {body.name: self.run for body in TOPIC_OF if issubclass(body, Event)}

    async def run(self, messages: Sequence[Message[Any]], session: AsyncSession) -> Sequence[Replies]:
        """Advance the sagas of these messages, in sequence, inside the open transaction."""
        if self._many:
            return await self._advance(messages, session)
        return [await self.advance(message, session) for message in messages]

    async def advance(self, message: Message[Body], session: AsyncSession) -> Replies:
        """Take one message: decide, move the saga, write its log, return the commands that follow."""
        return (await self._advance([message], session))[0]

    async def _advance(self, messages: Sequence[Message[Any]], session: AsyncSession) -> list[Replies]:
        open_books = await books.open_books(sorted({message.order_id for message in messages}), session)
        moves: list[Saga] = []
        replies = [self._one(message, open_books, moves) for message in messages]
        await open_books.write(session)
        await self._watch_the_clock(moves, session)
        return replies

    def _one(self, message: Message[Body], open_books: Books, moves: list[Saga]) -> Replies:
        standing = open_books.standings.get(message.order_id)
        if standing is None and isinstance(message.body, OrderCreated):
            standing = open_books.begin(message, message.body)
        if standing is None:  # its order.created never came here
            _log.warning("unexpected message: no such saga", says=str(On.of(message.body)))
            open_books.note_of_nobody(message)
            return Replies((), self._decide_credit, DECIDE.name)
        return self._decided(message, standing, open_books, moves)

    def _decided(self, message: Message[Body], standing: Standing, open_books: Books, moves: list[Saga]) -> Replies:
        saga = standing.saga()
        decision = self._decide(self._table, saga, message)
        if decision.kind == UNEXPECTED:
            _log.warning("unexpected message", state=saga.state, says=str(On.of(message.body)))
        open_books.note(standing, message, decision.kind, decision.to)
        if decision.kind == MOVE:
            moves.append(Saga(saga.order_id, decision.to, saga.order, saga.seen))
        return Replies(decision.commands, self._credit(saga.state, message), DECIDE.name)

    async def _watch_the_clock(self, moves: Sequence[Saga], session: AsyncSession) -> None:
        """Void the deadlines of the states that were left, and set those of the states that were entered."""
        if self._keep_timers is not None and len(moves) > 1:
            await self._keep_timers([(saga, DEADLINE_SECONDS.get(saga.state)) for saga in moves], session)
            return
        for saga in moves:
            await self._cancel_timer(session, saga.order_id)
            if saga.state in DEADLINE_SECONDS:
                await self._set_timer(session, saga, DEADLINE_SECONDS[saga.state])

    def _credit(self, state: State, message: Message[Body]) -> Credit:
        """Whose lines decided: those of `decide`, and of the row where one applies."""
        row = self._row_credits.get((state, On.of(message.body)))
        return self._decide_credit if row is None else self._decide_credit + row
