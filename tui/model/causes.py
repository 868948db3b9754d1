"""Who caused what: an index over a history by message id, cause and order. It grows with the history, and forgets."""

from bisect import bisect_left
from collections import deque
from collections.abc import Sequence
from typing import Final
from weakref import WeakKeyDictionary

from lab.shop.contracts import TOPIC_OF
from lab.shop.waiting import ANSWERS
from tui.model.history import History
from tui.model.item import Item, Kind

ANSWER_NAMES: Final = {asked.name: tuple(answer.name for answer in answers) for asked, answers in ANSWERS.items()}
"""Message → the messages that answer it, by name."""
LATE_MS: Final = 1_000
"""So long a command may be without an answer before that is worth a word."""
KNOWN: Final = frozenset(body.name for body in TOPIC_OF)

_Numbers = dict[str, list[int]]


class Causes:
    """Finds a message's cause, its effects, its copies, and all of one order. Everything by the history's numbers.

    `catch_up` takes in what is new and lets go of what the history has forgotten; each item costs the same.
    `end`: only what stands before this number is known.
    """

    def __init__(self, history: History) -> None:
        self._history = history
        self._next = self._first = history.first
        self._kept: deque[Item] = deque()  # those with numbers from `_first` up to `_next`
        self._ids: _Numbers = {}
        self._causes: _Numbers = {}
        self._orders: _Numbers = {}

    def catch_up(self) -> None:
        """Take in what has come since the last call."""
        history = self._history
        if history.first > self._next:  # more has come since than is kept: all that was known is forgotten
            self._ids, self._causes, self._orders = {}, {}, {}
            self._kept.clear()
            self._next = self._first = history.first
        if self._next == history.end:
            return
        new = history.between(self._next, history.end)
        ids, causes, orders = self._ids, self._causes, self._orders
        for number, item in enumerate(new, self._next):
            if item.record is None:
                continue
            if item.id:
                ids.setdefault(item.id, []).append(number)
            if item.cause:
                causes.setdefault(item.cause, []).append(number)
            if item.order_id and item.kind is not Kind.UNREADABLE:
                orders.setdefault(item.order_id, []).append(number)
        self._kept.extend(new)
        self._next = history.end
        self._forget(history.first)

    def _forget(self, before: int) -> None:
        for _ in range(before - self._first):
            item = self._kept.popleft()
            if item.record is None:
                continue
            _drop_first(self._ids, item.id)
            _drop_first(self._causes, item.cause)
            if item.kind is not Kind.UNREADABLE:
                _drop_first(self._orders, item.order_id)
        self._first = max(self._first, before)

    def of_order(self, order_id: str, end: int) -> list[int]:
        """Return the numbers of an order's readable messages."""
        return _before(self._orders.get(order_id, []), end)

    def orders(self, end: int) -> list[str]:
        """Return the orders, those that were seen first first."""
        return [order_id for order_id, numbers in self._orders.items() if numbers[0] < end]

    def copies(self, item: Item, end: int) -> list[int]:
        """Return the numbers of all messages with this one's id, itself among them."""
        return _before(self._ids.get(item.id, []), end) if item.id else []

    def cause(self, number: int) -> int | None:
        """Return the number of the message that caused this one; the nearest before it, where it came twice."""
        numbers = self._ids.get(self._history[number].cause, [])
        before = bisect_left(numbers, number)
        return numbers[max(before - 1, 0)] if numbers else None

    def effects(self, item: Item, end: int) -> list[int]:
        """Return the numbers of the messages that this one caused."""
        return _before(self._causes.get(item.id, []), end) if item.id else []

    def unanswered(self, item: Item, end: int) -> bool:
        """Say whether a command's answer has not come. A command whose answers nobody knows is none of ours."""
        if item.kind is not Kind.COMMAND or not (answers := ANSWER_NAMES.get(item.name)):
            return False
        if any(self._history[number].name in answers for number in self.effects(item, end)):
            return False
        later = (self._history[number] for number in self.of_order(item.order_id, end))
        return not any(other.name in answers and not other.cause for other in later)


_INDEXES: Final[WeakKeyDictionary[History, Causes]] = WeakKeyDictionary()


def causes_of(history: History) -> Causes:
    """Return the one index of a history, caught up."""
    index = _INDEXES.get(history)
    if index is None:
        index = _INDEXES[history] = Causes(history)
    index.catch_up()
    return index


def _before(numbers: Sequence[int], end: int) -> list[int]:
    return list(numbers[: bisect_left(numbers, end)])


def _drop_first(index: _Numbers, name: str) -> None:
    if name and (numbers := index.get(name)):
        del numbers[0]
        if not numbers:
            del index[name]
