"""Who caused what: an index over a history by message id, cause and order. It grows with the history, and forgets."""

from bisect import bisect_left
from collections import defaultdict, deque
from collections.abc import Iterable, Sequence
from typing import Final
from weakref import WeakKeyDictionary, proxy

from lab.shop.contracts import TOPIC_OF
from lab.shop.waiting import ANSWERS
from tui.model.history import CHECKPOINT, History
from tui.model.item import UNREADABLE, Item, Kind

ANSWER_NAMES: Final = {asked.name: tuple(answer.name for answer in answers) for asked, answers in ANSWERS.items()}
"""Message → the messages that answer it, by name."""
LATE_MS: Final = 1_000
"""So long a command may be without an answer before that is worth a word."""
KNOWN: Final = frozenset(body.name for body in TOPIC_OF)

STRETCHES: Final = 8
"""Into so many stretches the room of a history is cut; what is forgotten is let go of by whole ones."""


class _Index:
    """Numbers by name, in sequence. Most names have one number, and that one costs little.

    Whoever writes much does it himself: `first.setdefault(name, number)`, and where another is returned, `more[name]`.
    """

    __slots__ = ("first", "more")

    def __init__(self) -> None:
        self.first: dict[str, int] = {}
        self.more: defaultdict[str, list[int]] = defaultdict(list)

    def of(self, name: str) -> Sequence[int]:
        """Return the numbers of a name."""
        first = self.first.get(name)
        return () if first is None else (first, *self.more.get(name, ()))


class _Stretch:
    """What some neighbouring items of a history tell: those before number `end`."""

    __slots__ = ("causes", "end", "ids", "orders")

    def __init__(self, end: int) -> None:
        self.end = end
        self.ids, self.causes, self.orders = _Index(), _Index(), _Index()

    def take(self, items: Iterable[Item], number: int) -> None:
        """Take in the next items; the first of them has this number. Thousands a second come through here."""
        ids, causes, orders = self.ids.first, self.causes.first, self.orders.first
        for number, item in enumerate(items, number):  # noqa: B020, PLR1704  it goes on from there
            if item.record is None:
                continue
            if (name := item.id) and ids.setdefault(name, number) != number:
                self.ids.more[name].append(number)
            if (name := item.cause) and causes.setdefault(name, number) != number:
                self.causes.more[name].append(number)
            if (name := item.order_id) and item.kind is not UNREADABLE and orders.setdefault(name, number) != number:
                self.orders.more[name].append(number)


class Causes:
    """Finds a message's cause, its effects, its copies, and all of one order. Everything by the history's numbers.

    `catch_up` takes in what is new and lets go of what the history has forgotten; each item costs the same.
    `end`: only what stands before this number is known.
    """

    def __init__(self, history: History) -> None:
        self._history: History = proxy(history)  # who keeps an index by its history must not keep the history by it
        self._long = max(CHECKPOINT, history.room // STRETCHES)
        self._next = history.first
        self._stretches: deque[_Stretch] = deque()

    def catch_up(self) -> None:
        """Take in what has come since the last call."""
        history = self._history
        self._next = max(self._next, history.first)
        while self._stretches and self._stretches[0].end <= history.first:
            self._stretches.popleft()
        while self._next < history.end:
            if not self._stretches or self._stretches[-1].end <= self._next:
                self._stretches.append(_Stretch(self._next + self._long))
            stretch = self._stretches[-1]
            until = min(stretch.end, history.end)
            stretch.take(history.between(self._next, until), self._next)
            self._next = until

    def of_order(self, order_id: str, end: int) -> list[int]:
        """Return the numbers of an order's readable messages."""
        return self._known((stretch.orders for stretch in self._stretches), order_id, end)

    def orders(self, end: int) -> list[str]:
        """Return the orders, those that were seen first first."""
        first = self._history.first
        return list(
            dict.fromkeys(
                name
                for stretch in self._stretches
                for name, number in stretch.orders.first.items()
                if number < end and (number >= first or self.of_order(name, end))
            )
        )

    def copies(self, item: Item, end: int) -> list[int]:
        """Return the numbers of all messages with this one's id, itself among them."""
        return self._known((stretch.ids for stretch in self._stretches), item.id, end)

    def cause(self, number: int) -> int | None:
        """Return the number of the message that caused this one; the nearest before it, where it came twice."""
        numbers = self._known((stretch.ids for stretch in self._stretches), self._history[number].cause, self._next)
        before = bisect_left(numbers, number)
        return numbers[max(before - 1, 0)] if numbers else None

    def effects(self, item: Item, end: int) -> list[int]:
        """Return the numbers of the messages that this one caused."""
        return self._known((stretch.causes for stretch in self._stretches), item.id, end)

    def _known(self, indexes: Iterable[_Index], name: str, end: int) -> list[int]:
        """Return a name's numbers before `end`, without those that the history has forgotten."""
        numbers = [number for index in indexes for number in index.of(name)]
        return numbers[bisect_left(numbers, self._history.first) : bisect_left(numbers, end)]

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
