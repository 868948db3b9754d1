"""Replays every saga: the messages that its log names, in their sequence, through the table that the shop runs by."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from lab.chaos.verify.books import Books, Step
from lab.shop.contracts import TOPIC_OF, Body, Message, OrderCreated, State
from lab.shop.mediator.books import UNEXPECTED
from lab.shop.mediator.deadlines import DeadlinePassed
from lab.shop.parts import Parts
from lab.shop.ports import DECIDE, Decide, On, Saga, Table

DEADLINE: Final = DeadlinePassed.name

_KINDS: Final = {body.name: body for body in TOPIC_OF}

Said = tuple[str, str, str]
"""A command, as its cause's id, its own name, and the order."""


@dataclass(frozen=True, slots=True)
class Replay:
    """What came of it. `decided`: the commands that follow from the logs; `astray`: where a log and the table part."""

    decided: frozenset[Said]
    astray: Sequence[str]


def replay(parts: Parts, books: Books, messages: Mapping[str, Message[Body]], gone: Collection[str] = ()) -> Replay:
    """Replay all sagas. Pure: it asks the table and the `decide` part, and touches nothing.

    messages: by id, as they lie on Kafka. gone: topics that are not whole; of their messages the log must do.
    """
    replayer = _Replayer(parts.table()[0], parts[DECIDE], messages, gone)
    for order_id, log in books.log.items():
        saga = books.saga.get(order_id)
        replayer.one(order_id, log, None if saga is None else OrderCreated.model_validate(saga.order, strict=False))
    return Replay(frozenset(replayer.decided), replayer.astray)


class _Replayer:
    def __init__(
        self, table: Table, decide: Decide, messages: Mapping[str, Message[Body]], gone: Collection[str]
    ) -> None:
        self._table, self._decide, self._messages, self._gone = table, decide, messages, gone
        self.decided: set[Said] = set()
        self.astray: list[str] = []

    def one(self, order_id: str, log: Sequence[Step], order: OrderCreated | None) -> None:
        """Replay one log. Where it parts from the table, say so once: what comes after follows from it."""
        state, seen, on_course = State.NEW, frozenset[On](), True
        for step in log:
            message = self._message(step)
            if message is None:
                self.astray.append(f"{order_id}: step {step.number} tells of {_on(step)}, which is not on Kafka")
                return
            if order is None and isinstance(message.body, OrderCreated):
                order = message.body  # its saga is gone; its log still says what was to be done
            if order is None:
                self.astray.append(f"{order_id}: the log does not begin with an order.created")
                return
            # From the state that the log claims, so that one wrong step does not make all that follow wrong.
            claimed = State(step.from_state)
            decision = self._decide(self._table, Saga(order_id, claimed, order, seen), message)
            self.decided.update((message.id, command.name, order_id) for command in decision.commands)
            if on_course and (claimed, decision.kind, decision.to) != (state, step.kind, step.to_state):
                on_course = False
                self.astray.append(
                    f"{order_id}: step {step.number} goes from {claimed} to {step.to_state} ({step.kind}) on "
                    f"{_on(step)}; the table goes from {state} to {decision.to} ({decision.kind})"
                )
            state = State(step.to_state)
            if step.kind != UNEXPECTED:
                seen |= {_on(step)}

    def _message(self, step: Step) -> Message[Body] | None:
        if (found := self._messages.get(step.message_id)) is not None:
            return found
        kind: type[Body] = DeadlinePassed  # never on Kafka: the mediator says it to itself
        if step.name != DEADLINE:
            kind = _KINDS[step.name]
            if TOPIC_OF[kind].name not in self._gone:
                return None
        body = kind.model_construct(order_id=step.order_id, outcome=step.outcome)
        return Message(step.message_id, body, "/shop/mediator", datetime.now(UTC), step.message_id)


def _on(step: Step) -> On:
    return On(step.name, step.outcome)
