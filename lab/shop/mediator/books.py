"""The mediator's books, open for the sagas of one batch: read together, changed in memory, written together."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from lab.shop.contracts import Body, Message, OrderCreated, State
from lab.shop.mediator.tables import SagaLog, SagaRow
from lab.shop.ports import On, Saga
from lab.shop.runtime.sets import insert_into, table_of

UNEXPECTED: Final = "unexpected"
_SAGAS, _LOG = table_of(SagaRow), table_of(SagaLog)


@dataclass(slots=True)
class Standing:
    """Where one saga stands now. `steps` counts its log entries; `seen`: what was told and not unexpected."""

    order_id: str
    state: State
    steps: int
    order: OrderCreated
    seen: set[On] = field(default_factory=set)
    is_new: bool = False

    def saga(self) -> Saga:
        """Return it as the `decide` part sees it."""
        return Saga(self.order_id, self.state, self.order, frozenset(self.seen))


@dataclass(slots=True)
class Books:
    """What was read, and what is to be written."""

    standings: dict[str, Standing]
    _begun: list[dict[str, Any]] = field(default_factory=list)
    _moved: dict[str, Standing] = field(default_factory=dict)
    _entries: list[dict[str, Any]] = field(default_factory=list)
    _of_nobody: list[dict[str, Any]] = field(default_factory=list)

    def begin(self, message: Message[Body], order: OrderCreated) -> Standing:
        """Begin a saga with its order.created."""
        standing = Standing(order.order_id, State.NEW, 0, order, is_new=True)
        self.standings[order.order_id] = standing
        self._begun.append(
            {
                "order_id": order.order_id,
                "order": order.model_dump(mode="json"),
                "cause_id": message.id,
                "correlation_id": message.correlation_id,
                "traceparent": message.traceparent,
            }
        )
        return standing

    def note(self, standing: Standing, message: Message[Body], kind: str, to: State) -> None:
        """Write one log entry, and move the saga."""
        standing.steps += 1
        self._entries.append(_entry(message, standing.steps, kind, standing.state, to))
        standing.state = to
        self._moved[standing.order_id] = standing
        if kind != UNEXPECTED:
            standing.seen.add(On.of(message.body))

    def note_of_nobody(self, message: Message[Body]) -> None:
        """Write an entry about an order whose order.created never came here; the same message again changes nothing."""
        self._of_nobody.append(_entry(message, 0, UNEXPECTED, State.NEW, State.NEW))

    async def write(self, session: AsyncSession) -> None:
        """Write everything: at most four statements, whatever the number of messages."""
        new = [{**row, **_place(self.standings[row["order_id"]])} for row in self._begun]
        if new:
            await session.execute(_SAGAS.insert(), new)
        old = [{"of": one.order_id, **_place(one)} for one in self._moved.values() if not one.is_new]
        if old:
            moving = update(_SAGAS).where(_SAGAS.c.order_id == bindparam("of"))
            await session.execute(moving.values(state=bindparam("state"), steps=bindparam("steps")), old)
        if self._entries:
            await session.execute(_LOG.insert(), self._entries)
        if self._of_nobody:
            await session.execute(insert_into(SagaLog, session).on_conflict_do_nothing(), self._of_nobody)


async def open_books(order_ids: list[str], session: AsyncSession) -> Books:
    """Read these sagas and lock their rows, in the sequence of the ids: an answer and a deadline may come together."""
    await session.flush()
    columns = (_SAGAS.c.order_id, _SAGAS.c.state, _SAGAS.c.steps, _SAGAS.c.order)
    locking = select(*columns).where(_SAGAS.c.order_id.in_(order_ids)).order_by(_SAGAS.c.order_id).with_for_update()
    standings = {
        order_id: Standing(order_id, State(state), steps, OrderCreated.model_validate(order, strict=False))
        for order_id, state, steps, order in (await session.execute(locking))
    }
    if standings:
        told = select(_LOG.c.order_id, _LOG.c.name, _LOG.c.outcome).where(
            _LOG.c.order_id.in_(standings), _LOG.c.number > 0, _LOG.c.kind != UNEXPECTED
        )
        for order_id, name, outcome in await session.execute(told):
            standings[order_id].seen.add(On(name, outcome))
    return Books(standings)


def _place(standing: Standing) -> dict[str, Any]:
    return {"state": standing.state, "steps": standing.steps}


def _entry(message: Message[Body], number: int, kind: str, from_state: State, to_state: State) -> dict[str, Any]:
    on = On.of(message.body)
    return {
        "order_id": message.order_id,
        "number": number,
        "message_id": message.id,
        "name": on.name,
        "outcome": on.outcome,
        "kind": kind,
        "from_state": from_state,
        "to_state": to_state,
        "at": datetime.now(UTC),
    }
