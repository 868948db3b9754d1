"""What a narrator remembers of each order, and of how many: bounded, the oldest are forgotten first."""

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from lab.shop.contracts import Body, Message, OrderCreated
from lab.shop.waiting import Waits
from lab.shop.whose import add_pieces
from lab.shop.wording import clean

OPEN_AT_MOST: Final = 10_000
ENDED_AT_MOST: Final = 2_000
IDS_AT_MOST: Final = 200  # messages of one order whose repetition is noticed
SHORT: Final = 4


@dataclass(slots=True)
class Story:
    """One order as far as it was heard. `began_ms` and `told_ms` are Kafka's times, `heard_at` the listener's clock."""

    order_id: str
    began_ms: int
    heard_at: float
    told_ms: int = 0
    order: OrderCreated | None = None
    messages: int = 0
    reason: str = ""
    headed: bool = False  # its header line has been shown
    explained: bool = False  # its present silence has been explained
    waits: Waits = field(default_factory=Waits)
    pieces: dict[str, str] = field(default_factory=dict)
    """Exercise → `mine` or `broken`: the parts that had a hand in it and are not the solution's."""
    _ids: set[str] = field(default_factory=set)

    def hear(self, message: Message[Body], at_ms: int, now: float) -> bool:
        """Take in a message; False when it has come before."""
        self.messages += 1
        self.told_ms, self.heard_at, self.explained = max(self.told_ms, at_ms), now, False
        add_pieces(self.pieces, message)
        if message.id in self._ids:
            return False
        if len(self._ids) < IDS_AT_MOST:
            self._ids.add(message.id)
        if isinstance(message.body, OrderCreated):
            self.order = message.body
        self.waits.hear(message)
        if self.waits.ending:
            self.reason = getattr(message.body, "reason", "") or self.reason
        return True

    def seconds(self, at_ms: int) -> float:
        """Return how long the order had been going at this time."""
        return max(0, at_ms - self.began_ms) / 1000


class Stories:
    """All stories: those that go on, and those lately ended."""

    def __init__(self) -> None:
        self._open: OrderedDict[str, Story] = OrderedDict()
        self._ended: OrderedDict[str, Story] = OrderedDict()

    def __iter__(self) -> Iterator[Story]:
        return iter(self._open.values())

    def __len__(self) -> int:
        """Return how many go on."""
        return len(self._open)

    def get(self, order_id: str, at_ms: int, now: float) -> Story:
        """Return the order's story; a new one begins where it is not known."""
        known = self._open.get(order_id) or self._ended.get(order_id)
        if known is None:
            known = self._open[order_id] = Story(order_id, at_ms, now)
            if len(self._open) > OPEN_AT_MOST:
                self._open.popitem(last=False)
        return known

    def end(self, story: Story) -> None:
        """Put a story away; messages that come after its end still find it."""
        self._open.pop(story.order_id, None)
        self._ended[story.order_id] = story
        if len(self._ended) > ENDED_AT_MOST:
            self._ended.popitem(last=False)

    def is_over(self, order_id: str) -> bool:
        """Say whether this order's story has been put away."""
        return order_id in self._ended

    def short(self, order_id: str) -> str:
        """Return an id's first four signs after `ord-`; eight, while another open order begins with the same four."""
        bare = clean(order_id.removeprefix("ord-"), 8)
        alike = [other for other in self._open if other.removeprefix("ord-")[:SHORT] == bare[:SHORT]]
        return bare if len(alike) > 1 else bare[:SHORT]


def names(stories: Stories, chosen: Sequence[Story], at_most: int = 4) -> str:
    """`7F3K, 9XAB and 3 more`."""
    shown = [stories.short(story.order_id) for story in chosen[:at_most]]
    rest = len(chosen) - len(shown)
    return ", ".join(shown) + (f" and {rest} more" if rest else "")
