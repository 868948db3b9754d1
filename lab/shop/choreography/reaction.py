"""One line of a processor's own table: on this event, do this work, and tell of it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from lab.shop.contracts import Body, Command, Event, Message
from lab.shop.ports import On

Heard: TypeAlias = Message[Body]
"""The event that was heard."""

Work: TypeAlias = Callable[[Heard], Command]
"""From the event to the work, written as the command that the mediator would have sent. It never travels: the processor
gives it to itself."""


@dataclass(frozen=True, slots=True)
class Reaction:
    """`on` this event, do this `work`; `tells` names the events that may follow.

    Compare it with a `Row` of the mediator: there is no state in it, so nobody can say of an order what it waits for.
    """

    on: On
    work: Work
    tells: tuple[type[Event], ...]
