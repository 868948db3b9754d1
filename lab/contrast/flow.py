"""One topology's messages as they come: how many, whose they are, and how each order ended."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from lab.shop.contracts import Body, Command, Message
from lab.shop.contracts.credit import MINE
from lab.shop.ports import On
from lab.shop.seen import Seen
from lab.shop.waiting import ENDINGS
from lab.shop.wording import clean

SHORT: Final = 4


@dataclass(slots=True)
class Flow:
    """What was heard of some orders on one prefix of Kafka. `order_ids`: those that count; others are passed over."""

    order_ids: dict[str, int] = field(default_factory=dict)
    """Order id → its place in the scenario."""
    ended: dict[str, str] = field(default_factory=dict)
    per_order: Counter[str] = field(default_factory=Counter)
    messages: int = 0
    commands: int = 0
    handled_by: Counter[str] = field(default_factory=Counter)
    mine: set[str] = field(default_factory=set)
    """The exercises whose own part had a hand in a message."""
    _began_ms: dict[str, int] = field(default_factory=dict)

    def expect(self, order_id: str) -> None:
        """Count the messages of this order, too."""
        self.order_ids[order_id] = len(self.order_ids)

    def hear(self, seen: Iterable[Seen]) -> list[tuple[str, str]]:
        """Take in what came; return (order id, its line) for each message that counts."""
        lines = []
        for one in seen:
            message = one.message
            if isinstance(message, Message) and message.order_id in self.order_ids:
                lines.append((message.order_id, self._take(message, one.record.timestamp_ms)))
        return lines

    @property
    def is_over(self) -> bool:
        """Say whether every order has come to its end."""
        return len(self.ended) == len(self.order_ids)

    def _take(self, message: Message[Body], at_ms: int) -> str:
        order_id, body = message.order_id, message.body
        began = self._began_ms.setdefault(order_id, at_ms)
        self.messages += 1
        self.per_order[order_id] += 1
        self.commands += isinstance(body, Command)
        self.handled_by[message.handled_by or ""] += 1
        self.mine |= {exercise for exercise, origin in message.parts.items() if origin == MINE}
        if ending := ENDINGS.get(type(body)):
            self.ended[order_id] = ending
        sign = "→" if isinstance(body, Command) else "·"
        return f"{max(0, at_ms - began) / 1000:6.3f} {sign} {clean(str(On.of(body)), 40)}"


def short(order_id: str) -> str:
    """Return the first signs of an id: `7F3K`."""
    return clean(order_id.removeprefix("ord-"), 8)[:SHORT]
