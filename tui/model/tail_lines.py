"""Which items stand as lines of the tail, by number: looks do not, and a filter lets only some through."""

from bisect import bisect_left
from collections.abc import Callable
from typing import Final

from tui.model.filters import EVERYTHING, Filter
from tui.model.history import History
from tui.model.item import Item, Kind

_NOT_A_LINE: Final = Kind.LOOKED


class TailLines:
    """The lines of a history's tail. `catch_up` takes in what is new; a filter is asked once for each item."""

    def __init__(self, history: History) -> None:
        self.history = history
        self._next = history.first
        self._numbers: list[int] = []
        self._filter, self._order = EVERYTHING, ""
        self._begun = False  # something of the one order has been seen: what was done to units from then on counts

    @property
    def wanted(self) -> Filter:
        """The filter in force."""
        return self._filter

    def narrow(self, wanted: Filter, order: str) -> bool:
        """Let through only what fits the filter, and of one order, where one is named. Say whether that is new."""
        if (wanted, order) == (self._filter, self._order):
            return False
        self._filter, self._order = wanted, order
        self._numbers, self._next, self._begun = [], self.history.first, False
        return True

    def catch_up(self) -> int:
        """Take in what has come; let go of what is forgotten, and return how many lines that were."""
        history, fits = self.history, self._test()
        gone = bisect_left(self._numbers, history.first)
        del self._numbers[:gone]
        start = max(self._next, history.first)
        new = history.between(start, history.end)
        self._numbers.extend(n for n, item in enumerate(new, start) if item.kind is not _NOT_A_LINE and fits(item))
        self._next = history.end
        return gone

    def _test(self) -> Callable[[Item], bool]:
        wanted, order = self._filter, self._order
        if not order:
            return wanted.fits if wanted else _any

        def fits(item: Item) -> bool:
            self._begun = self._begun or item.order_id == order
            return (item.order_id == order or (self._begun and item.kind is Kind.DONE)) and wanted.fits(item)

        return fits

    def before(self, end: int) -> int:
        """Return how many lines stand before this number of the history; so many lines a view of then has."""
        return bisect_left(self._numbers, end)

    def number(self, line: int) -> int:
        """Return the history's number of a line."""
        return self._numbers[line]

    def line_of(self, number: int) -> int:
        """Return the line of an item; where it is not among them, the one after it."""
        return bisect_left(self._numbers, number)


def _any(_: Item) -> bool:
    return True
