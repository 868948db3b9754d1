"""Who has to speak next in an order's story: what silence means.

Read from the messages alone, by the table of what follows on what; the mediator's own books are not asked, so it also
works when the mediator is the one that is silent.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from lab.shop import contracts as c
from lab.shop.contracts import TOPIC_OF, Body, Command, Message

ANSWERS: Final[Mapping[type[Body], tuple[type[Body], ...]]] = MappingProxyType(
    {
        c.InventoryCheck: (c.InventoryChecked,),
        c.InventoryCommit: (c.InventoryCommitted,),
        c.InventoryRelease: (c.InventoryReleased,),
        c.PaymentProcess: (c.PaymentProcessed,),
        c.PaymentCancel: (c.PaymentCancelled,),
        c.OrderConfirm: (c.OrderConfirmed,),
        c.OrderReject: (c.OrderRejected,),
        c.OrderCancel: (c.OrderCancelled,),
        c.OrderMarkShipped: (c.OrderShipped,),
        c.OrderMarkDelivered: (c.OrderDelivered,),
        c.ShippingInitiate: (c.ShippingInitiated, c.ShippingFailed),
        c.ShippingCancel: (c.ShippingCancelled,),
        c.NotificationSend: (c.NotificationSent, c.NotificationFailed),
        c.ShippingInitiated: (c.ShippingDelivered, c.ShippingFailed),  # it is on its way, and will arrive
    }
)
"""What each command is answered by; and the one event that its own sender follows up later."""

MOVES_THE_MEDIATOR: Final = frozenset(
    {
        c.OrderCreated,
        c.InventoryChecked,
        c.PaymentProcessed,
        c.PaymentCancelled,
        c.OrderConfirmed,
        c.OrderRejected,
        c.OrderCancelled,
        c.ShippingInitiated,
        c.ShippingFailed,
        c.ShippingDelivered,
    }
)
"""The events on which the mediator says something."""

ENDINGS: Final[Mapping[type[Body], str]] = MappingProxyType(
    {c.OrderDelivered: "delivered", c.OrderRejected: "rejected", c.OrderCancelled: "cancelled"}
)


@dataclass(frozen=True, slots=True)
class Awaited:
    """One unit that has to speak. `name`: the message it owes; for the mediator: the message it owes a reaction to."""

    unit: str
    name: str


@dataclass(slots=True)
class Waits:
    """Follows one order's messages and knows what is still owed. Repeats must be kept away from it."""

    ending: str = ""
    _owed: dict[type[Body], tuple[type[Body], ...]] = field(default_factory=dict)
    _unheard: type[Body] | None = None  # an event on which the mediator has not reacted yet
    _told: bool = False  # somebody was asked to tell the customer of the end
    _early: set[type[Body]] = field(default_factory=set)

    def hear(self, message: Message[Body]) -> None:
        """Take in one message."""
        kind = type(message.body)
        answered = [asked for asked, answers in self._owed.items() if kind in answers]
        for asked in answered:
            del self._owed[asked]
        if not answered:
            self._early.add(kind)  # an answer may be read before its question
        answers = ANSWERS.get(kind, ())
        if self._early.isdisjoint(answers) and answers:
            self._owed[kind] = answers
        self._early.difference_update(answers)
        if isinstance(message.body, Command):
            self._unheard = None
            self._told = self._told or getattr(message.body, "template", "") == self.ending != ""
        elif kind in MOVES_THE_MEDIATOR:
            self._unheard = kind
        self.ending = ENDINGS.get(kind, self.ending)

    @property
    def settled(self) -> bool:
        """Say whether the story is at its end, and every answer has come."""
        told = self.ending == "delivered" or self._told
        return bool(self.ending) and told and not self._owed

    @property
    def awaited(self) -> tuple[Awaited, ...]:
        """Return who has to speak next: the mediator, or those whose answers are owed; the same one once."""
        if self._unheard is not None:
            return (Awaited("mediator", self._unheard.name),)
        return tuple(
            dict.fromkeys(Awaited(_who_answers(asked), answers[0].name) for asked, answers in self._owed.items())
        )


def _who_answers(asked: type[Body]) -> str:
    topic = TOPIC_OF[asked]
    return topic.owner if issubclass(asked, Command) else topic.writer
