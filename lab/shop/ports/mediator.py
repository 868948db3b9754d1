"""The mediator's table and the piece that reads it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from lab.shop.contracts import (
    Body,
    Command,
    Message,
    OrderCreated,
    State,
)


@dataclass(frozen=True, slots=True)
class On:
    """What a row waits for: a message by name, and its outcome where the message has several."""

    name: str
    outcome: str | None = None

    def __str__(self) -> str:
        return self.name if self.outcome is None else f"{self.name} [{self.outcome}]"

    @classmethod
    def of(cls, body: Body) -> "On":
        """Return what this body is to the table."""
        return cls(body.name, getattr(body, "outcome", None))


@dataclass(frozen=True, slots=True)
class Saga:
    """The story of one order as far as the mediator knows it."""

    order_id: str
    state: State
    order: OrderCreated
    seen: frozenset[On] = frozenset()  # what has been told before, this message not among it


CommandFor: TypeAlias = Callable[[Saga, Message[Body]], Command]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: in `state`, `on` this message, go `to` that state and say these commands.

    A row that leads to its own state and says nothing is a recorded no-op: expected, with no effect.
    """

    state: State
    on: On
    to: State
    commands: tuple[CommandFor, ...] = ()


Rows: TypeAlias = tuple[Row, ...]
Table: TypeAlias = Mapping[tuple[State, On], Row]


@dataclass(frozen=True, slots=True)
class Decision:
    """What the mediator makes of one message. `kind`: `move`, `no-op` or `unexpected` (recorded and shown)."""

    kind: str
    to: State
    commands: tuple[Command, ...] = ()


class Decide(Protocol):
    """`table`: look the message up. Total: whatever comes, the answer is a `Decision`, never an error."""

    def __call__(self, table: Table, saga: Saga, message: Message[Body]) -> Decision: ...
