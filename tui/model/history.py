"""A bounded history with a place for every item, and what followed from it at any of them."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from typing import Final

from tui.model.flow import Flow
from tui.model.item import Item
from tui.model.pulse import Pulse

ROOM: Final = 20_000
"""Items that are kept in memory; older ones are forgotten here, and still stand in the journal."""
CHECKPOINT: Final = 1_000
"""So many items lie between two checkpoints of what follows from them."""


class History:
    """Items by number: the first ever has 0, and no number is used twice. Adding is cheap, whatever its size.

    `version` grows with every change, so that who draws can see at a glance whether there is something to draw.
    """

    def __init__(self, room: int = ROOM) -> None:
        self.room = room
        """So many items are kept; a few more while that is cheaper."""
        self._items: list[Item] = []
        self.first = 0
        """The number of the oldest item that is still here."""
        self.now = Flow()
        """What follows from everything."""
        self.pulse = Pulse()
        """How much went on, second by second."""
        self._marks: dict[int, Flow] = {}  # number → what followed from all items before it
        self.version = 0

    def __len__(self) -> int:
        """Return how many items are here."""
        return len(self._items)

    @property
    def end(self) -> int:
        """The number that the next item will get."""
        return self.first + len(self._items)

    def add(self, items: Iterable[Item]) -> None:
        """Append items."""
        new, taken = list(items), 0
        while taken < len(new):
            after_mark = self.end % CHECKPOINT
            if after_mark == 0:
                self._marks[self.end] = self.now.copy()
            lot = new[taken : taken + CHECKPOINT - after_mark]
            self._take(lot)
            taken += len(lot)
        if len(self._items) > self.room + CHECKPOINT:
            self._forget(self.end - self.room)

    def _take(self, items: Sequence[Item]) -> None:
        heard_ms = self._items[-1].heard_ms if self._items else items[0].heard_ms
        for item in items:
            if item.heard_ms < heard_ms:
                item.heard_ms = heard_ms  # the time cursor only ever goes on
            else:
                heard_ms = item.heard_ms
        self._items.extend(items)
        self.now.apply_all(items)
        self.pulse.add_all(items)
        self.version += len(items)

    def _forget(self, before: int) -> None:
        keep = before - before % CHECKPOINT
        del self._items[: keep - self.first]
        self.first = keep
        for number in [number for number in self._marks if number < keep]:
            del self._marks[number]

    def __getitem__(self, number: int) -> Item:
        """Return the item of that number. Raises IndexError where it is forgotten or yet to come."""
        if not self.first <= number < self.end:
            raise IndexError(number)
        return self._items[number - self.first]

    def between(self, start: int, end: int) -> Sequence[Item]:
        """Return the items with numbers from `start` up to and without `end`, as far as they are here."""
        return self._items[max(0, start - self.first) : max(0, end - self.first)]

    def at(self, end: int) -> Flow:
        """Return what followed from all items before number `end`. Do not change it."""
        if end >= self.end:
            return self.now
        end = max(end, self.first)
        mark = end - end % CHECKPOINT
        flow = self._marks[mark].copy() if mark in self._marks else Flow()
        flow.apply_all(self.between(max(mark, self.first), end))
        return flow

    def end_at(self, at_ms: float) -> int:
        """Return the number after the last item that was heard up to this moment."""
        return self.first + bisect_right(self._items, at_ms, key=lambda item: item.heard_ms)

    def since(self, at_ms: float) -> int:
        """Return the number of the first item that was heard at or after this moment."""
        return self.first + bisect_left(self._items, at_ms, key=lambda item: item.heard_ms)

    def of_order(self, order_id: str, end: int | None = None) -> list[Item]:
        """Return what was seen of one order, before number `end`."""
        until = self.end if end is None else end
        return [item for item in self.between(self.first, until) if item.order_id == order_id]
