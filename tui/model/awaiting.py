"""Who has to speak next in the orders that are open: what silence means, at a moment."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from lab.shop.contracts import ENDED, Message
from lab.shop.waiting import Awaited, Waits
from tui.model.causes import causes_of
from tui.model.view import View

LOOKED_AT: Final = 3
"""The oldest orders tell; of more, reading all messages would cost too much."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """An order whose last message came at `since_ms`, and who owes the next one."""

    order_id: str
    since_ms: float
    awaited: tuple[Awaited, ...]


def waiting(view: View) -> Sequence[Waiting]:
    """Return who has to speak in the oldest orders that are open, the oldest first."""
    opened = (order_id for order_id, state in view.flow.state_of.items() if state not in ENDED)
    wanted = [view.order] if view.order else list(islice(opened, LOOKED_AT))
    found = (_waiting(view, order_id) for order_id in wanted)
    return [one for one in found if one is not None and one.awaited]


def _waiting(view: View, order_id: str) -> Waiting | None:
    waits, heard = Waits(), set[str]()
    since = 0.0
    for number in causes_of(view.history).of_order(order_id, view.moment.end):
        item = view.history[number]
        since = item.heard_ms
        message = item.message
        if isinstance(message, Message) and message.id not in heard:
            heard.add(message.id)
            waits.hear(message)
    return Waiting(order_id, since, waits.awaited) if since else None
