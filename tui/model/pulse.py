"""How much went on in each second, and where something was done or unreadable: what the time bar is drawn from."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Final

from tui.model.item import UNREADABLE, Item

KEPT_SECONDS: Final = 6 * 3_600


@dataclass(slots=True)
class Slice:
    """A stretch of time. `hit`: something was done to a unit in it; `dead`: a record in it could not be read."""

    records: int = 0
    by_unit: Counter[str] = field(default_factory=Counter)
    """How many of them each unit wrote."""
    hit: bool = False
    dead: bool = False


class Pulse:
    """Counts by second, for six hours at most."""

    def __init__(self) -> None:
        self._seconds: dict[int, Slice] = {}

    @property
    def first_ms(self) -> int:
        """The beginning of the first second that is known; 0 where nothing is."""
        return next(iter(self._seconds), 0) * 1_000

    def add_all(self, items: Sequence[Item]) -> None:
        """Count items; they come in the sequence of their times, and thousands in one second."""
        for second, found in groupby(items, _second):
            noted = [item for item in found if item.look is None]
            if noted:
                _count(self._of(second), noted)

    def _of(self, second: int) -> Slice:
        found = self._seconds.get(second)
        if found is None:
            found = self._seconds[second] = Slice()
            if len(self._seconds) > KEPT_SECONDS:
                del self._seconds[next(iter(self._seconds))]
        return found

    def slices(self, start_ms: float, end_ms: float, count: int) -> Sequence[Slice]:
        """Cut the time between into so many equal slices."""
        cut = [Slice() for _ in range(count)]
        width = (end_ms - start_ms) / count if count else 0
        if width <= 0:
            return cut
        for second, seen in self._seconds.items():
            place = int((second * 1_000 + 500 - start_ms) // width)
            if 0 <= place < count:
                one = cut[place]
                one.records += seen.records
                one.by_unit.update(seen.by_unit)
                one.hit, one.dead = one.hit or seen.hit, one.dead or seen.dead
        return cut


def _second(item: Item) -> int:
    return item.heard_ms // 1_000


def _count(into: Slice, items: Sequence[Item]) -> None:
    sources = [item.source for item in items if item.record is not None]
    into.records += len(sources)
    into.by_unit.update(sources)
    into.hit = into.hit or len(sources) < len(items)
    into.dead = into.dead or any(item.kind is UNREADABLE for item in items)
