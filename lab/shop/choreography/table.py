"""Who listens to what, and tells what. It is put together here to be read; each processor knows only its own lines."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

from lab.shop.choreography import fulfilment, inventory, notification, order, payment
from lab.shop.choreography.reaction import Reaction

LISTENS: Final[Mapping[str, tuple[Reaction, ...]]] = MappingProxyType(
    {
        "order": order.LISTENS,
        "inventory": inventory.LISTENS,
        "payment": payment.LISTENS,
        "fulfilment": fulfilment.LISTENS,
        "notification": notification.LISTENS,
    }
)
"""Processor → its own table, which stands in the file of its name beside this one."""


def table() -> Sequence[tuple[str, str, str]]:
    """Return the lines: processor, the event that it listens to, what it tells then. The one that begins is first."""
    begins = ("order", "(a customer places an order)", "order.created")
    lines = [
        (name, str(one.on), ", ".join(event.name for event in one.tells))
        for name, listens in LISTENS.items()
        for one in listens
    ]
    return [begins, *lines]
