"""What the topology needs beside the flow: whose lines each unit runs, since when it stands, what nobody could read.

Read once, item by item; going on is cheap, and going back reads the last stretch anew.
"""

from collections import Counter, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from lab.shop.contracts.credit import HANDLED_BY_PARTS, parts_in
from tui.model.history import History
from tui.model.item import UNITS_OF_TOPIC, UNREADABLE, Item, Kind, Look, UnitState

LOOKED_BACK: Final = 20_000
"""So many items are read at most when the view goes back."""
DEED_MS: Final = 6_000.0
"""A change so soon after a deed, or before it was noted, is its consequence."""
CRASHES_KEPT: Final = 20


@dataclass(frozen=True, slots=True)
class Since:
    """How a unit is, and from when on. exact: the change was seen. by_you: somebody here did that."""

    state: UnitState
    at_ms: float
    exact: bool = True
    by_you: bool = False


@dataclass(slots=True)
class Beside:
    """What was read of a history, up to item number `end`. Make it by `beside_at`."""

    start: int
    end: int
    since: dict[str, Since] = field(default_factory=dict)
    unreadable: Counter[str] = field(default_factory=Counter)
    """Unit that has to work on it → how many it cannot read."""
    last_unreadable: Item | None = None
    ends: dict[tuple[str, int], int] = field(default_factory=dict)
    """Topic and partition → the offset after the last record that came."""
    last_message_ms: float = 0.0
    first_lag_ms: float = 0.0
    """When a unit that was ready had something waiting for it, for the first time."""
    restarts: dict[str, deque[tuple[float, int]]] = field(default_factory=dict)
    """Unit → when it was found brought back, and how often it had been by then."""
    _sent: dict[tuple[str, str], Item] = field(default_factory=dict)
    """Unit and name of a message → the last one that it sent."""
    _done: dict[str, float] = field(default_factory=dict)

    def take_all(self, items: Sequence[Item]) -> None:
        """Take in the next items; thousands a second come through here."""
        messages = [item for item in items if item.record is not None]
        if messages:
            self.last_message_ms = messages[-1].heard_ms
        self.ends.update({(at.topic, at.partition): at.offset + 1 for item in messages if (at := item.record)})
        self._sent.update({(item.source, item.name): item for item in messages if item.kind is not UNREADABLE})
        for item in items:
            if item.record is None:
                self._take_other(item)
            elif item.kind is UNREADABLE:
                self.unreadable[UNITS_OF_TOPIC.get(item.record.topic, ("", ""))[1]] += 1
                self.last_unreadable = item

    def _take_other(self, item: Item) -> None:
        if item.kind is Kind.DONE:
            self._was_done(item)
        elif item.look is not None:
            self._looked(item.look, item.heard_ms)

    def _was_done(self, item: Item) -> None:
        """Remember a deed: the look that finds it done may come after it, or just before."""
        known = self.since.get(item.unit)
        if known is not None and known.exact and item.heard_ms - known.at_ms < DEED_MS:
            self.since[item.unit] = replace(known, by_you=True)
        self._done[item.unit] = item.heard_ms

    def _looked(self, look: Look, at_ms: float) -> None:
        for unit, found in look.units.items():
            known = self.since.get(unit)
            if known is None or known.state is not found.state:
                done = self._done.get(unit, -DEED_MS)
                by_you = at_ms - done < DEED_MS
                self.since[unit] = Since(found.state, done if by_you else at_ms, known is not None or by_you, by_you)
            times = self.restarts.setdefault(unit, deque(maxlen=CRASHES_KEPT))
            if not times or times[-1][1] != found.restarts:
                times.append((at_ms, found.restarts))
            if found.state is UnitState.READY and look.lag.get(unit, 0) and not self.first_lag_ms:
                self.first_lag_ms = at_ms

    def crashes(self, unit: str, at_ms: float, seconds: float) -> int:
        """Return how often a unit was brought back within so many seconds before a moment."""
        times = self.restarts.get(unit, ())
        before = [count for at, count in times if at <= at_ms - seconds * 1_000]
        inside = [count for at, count in times if at > at_ms - seconds * 1_000]
        first = before[-1] if before else (inside[0] if inside else 0)
        return max(0, inside[-1] - first) if inside else 0

    def whose(self) -> Mapping[str, Mapping[str, str]]:
        """Return unit → exercise → `mine` or `broken`, by what stands in the last message of each kind."""
        found: dict[str, dict[str, str]] = {}
        for (unit, _), item in self._sent.items():
            parts = found.setdefault(unit, {})
            if item.origin:
                parts.update(_parts(item))
        return found


def beside_at(before: Beside | None, history: History, end: int) -> Beside:
    """Return what was seen up to item number `end`: `before` gone on, or, where that is not possible, one anew."""
    if before is None or end < before.end or history.first > before.end:
        start = max(history.first, end - LOOKED_BACK)
        before = Beside(start, start)
    before.take_all(history.between(before.end, end))
    before.end = end
    return before


def _parts(item: Item) -> Mapping[str, str]:
    assert item.record is not None
    return parts_in(item.record.header(HANDLED_BY_PARTS) or "")
