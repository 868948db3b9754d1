"""How a unit did over the last minute before a moment: what it wrote, how fast it answered, how much waited for it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from tui.model.history import History
from tui.model.item import Item, Kind

SECONDS: Final = 60
Value = float | None
"""None: not known. A measured nothing is 0."""


@dataclass(frozen=True, slots=True)
class Series:
    """Equal steps of time, the oldest first. rate: messages a second; ms: a round trip; lag: records that wait."""

    rate: Sequence[Value]
    ms: Sequence[Value]
    lag: Sequence[Value]
    restarts: int
    """How often it was brought back within that time."""


def series_of(history: History, at_ms: float, end: int, units: Sequence[str], steps: int) -> dict[str, Series]:
    """Return one series for each unit, of `steps` steps that end at `at_ms`; only items before number `end` count."""
    begin = at_ms - SECONDS * 1_000
    width = SECONDS * 1_000 / steps
    slices = history.pulse.slices(begin, at_ms, steps)
    known_from = history.pulse.first_ms or at_ms
    looks = list(_looks(history, begin, end))
    return {
        unit: Series(
            [
                one.by_unit[unit] / (width / 1_000) if begin + (step + 1) * width > known_from else None
                for step, one in enumerate(slices)
            ],
            _held([(look.heard_ms, _ms(look, unit)) for look in looks], begin, width, steps),
            _held([(look.heard_ms, _lag(look, unit)) for look in looks], begin, width, steps),
            _restarts(looks, unit),
        )
        for unit in units
    }


def _looks(history: History, begin_ms: float, end: int) -> Iterator[Item]:
    """Yield the looks of that time, and the one before it: what was found holds until the next one."""
    before: Item | None = None
    for item in history.between(history.first, end):
        if item.kind is not Kind.LOOKED:
            continue
        if item.heard_ms < begin_ms:
            before = item
            continue
        if before is not None:
            yield before
            before = None
        yield item
    if before is not None:
        yield before


def _ms(item: Item, unit: str) -> Value:
    found = item.look.units.get(unit) if item.look else None
    return found.ms if found else None


def _lag(item: Item, unit: str) -> Value:
    return item.look.lag.get(unit) if item.look else None


def _restarts(looks: Sequence[Item], unit: str) -> int:
    counts = [look.look.units[unit].restarts for look in looks if look.look and unit in look.look.units]
    return max(0, counts[-1] - counts[0]) if counts else 0


def _held(found: Sequence[tuple[int, Value]], begin_ms: float, width: float, steps: int) -> list[Value]:
    """Return the latest value at the end of each step."""
    values: list[Value] = []
    place, now = 0, None
    for step in range(steps):
        until = begin_ms + (step + 1) * width
        while place < len(found) and found[place][0] <= until:
            now = found[place][1]
            place += 1
        values.append(now)
    return values
