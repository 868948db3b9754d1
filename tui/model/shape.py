"""What the shop looks like from above: who is asked by whom, on which topics. Read from the table of topics."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from lab.shop.contracts import TOPICS
from lab.shop.contracts.topics import ORDERS_INITIATING, Role, commands_of

ASKED: Final = ("inventory", "payment", "fulfilment", "notification")
"""The units at the right, from above."""
ORDER, MEDIATOR, ANALYTICS = "order", "mediator", "analytics"
INITIATING: Final = ORDERS_INITIATING
READS: Final = "analytics.reads"
"""Not a topic: all events, as Analytics reads them."""
DEAD: Final = "dead"
"""Not a unit: what nobody can work on."""

COMMANDS_TO: Final[Mapping[str, str]] = MappingProxyType({unit: commands_of(unit)[0] for unit in (*ASKED, ORDER)})
EVENTS_OF: Final[Mapping[str, str]] = MappingProxyType(
    {topic.writer: topic.name for topic in TOPICS if topic.role is Role.REPLY_CHANNEL}
)
EVENT_TOPICS: Final = frozenset(topic.name for topic in TOPICS if topic.role is not Role.COMMAND_CHANNEL)

COLUMNS: Final[tuple[tuple[str, ...], ...]] = (
    (ORDER, ANALYTICS, DEAD),
    (INITIATING, COMMANDS_TO[ORDER], EVENTS_OF[ORDER], READS),
    (MEDIATOR,),
    tuple(topic for unit in ASKED for topic in (COMMANDS_TO[unit], EVENTS_OF[unit])),
    ASKED,
)
"""Everything that can be chosen, as it stands from left to right and from above: units and edges in turn."""
UNITS_DOWN: Final = (ORDER, MEDIATOR, *ASKED, ANALYTICS, DEAD)
"""The same where a window is too narrow for edges."""


def is_edge(place: str) -> bool:
    """Say whether a place is an edge; else it is a unit, or the dead letters."""
    return "." in place
