"""What the units wrote, the latest lines of each, in one sequence. Lines come again and again; only new ones count."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from math import inf
from typing import Final

LINES_AT_MOST: Final = 5_000
_LEVEL: Final = re.compile(r"\b(debug|info|warn(?:ing)?|error|critical|fatal)\b", re.IGNORECASE)
_TIME: Final = re.compile(r"([01]\d|2[0-3]):([0-5]\d):([0-5]\d)(?:[.,](\d{1,6}))?")
_AHEAD_MS: Final = 60_000
"""A time of day that is further ahead than this is yesterday's."""
_LEVEL_WITHIN: Final = 60
"""A level stands near a line's beginning; further on it is only a word."""


class Level(IntEnum):
    """How serious a line is. A line that does not say is as serious as the one before: it goes on with it."""

    DEBUG = 0
    INFO = 1
    WARNING = 2
    ERROR = 3


_LEVELS: Final = {
    "debug": Level.DEBUG,
    "info": Level.INFO,
    "warn": Level.WARNING,
    "warning": Level.WARNING,
    "error": Level.ERROR,
    "critical": Level.ERROR,
    "fatal": Level.ERROR,
}


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line of one unit. at_ms: when it was written, milliseconds since the epoch; 0 where it does not say."""

    unit: str
    text: str
    level: Level
    at_ms: float = 0.0


def level_of(text: str, before: Level = Level.INFO) -> Level:
    """Read a line's level; `before`: that of the line above it."""
    if text[:1].isspace() or text.startswith("Traceback"):
        return before
    found = _LEVEL.search(text[:_LEVEL_WITHIN])
    return _LEVELS[found[1].lower()] if found else before


def time_of(text: str, before: float, now_ms: float) -> float:
    """Return when a line was written, by the time of day near its beginning: the last one that is not still to come.

    Milliseconds since the epoch. before: that of the line above, for a line that goes on with it.
    """
    found = _TIME.search(text[:_LEVEL_WITHIN])
    if found is None:
        return before
    hour, minute, second, part = found.groups()
    now = datetime.fromtimestamp(now_ms / 1_000)  # noqa: DTZ006  units write local time
    then = now.replace(
        hour=int(hour), minute=int(minute), second=int(second), microsecond=int((part or "0").ljust(6, "0"))
    )
    at_ms = then.timestamp() * 1_000
    return at_ms if at_ms <= now_ms + _AHEAD_MS else (then - timedelta(days=1)).timestamp() * 1_000


def new_lines(before: Sequence[str], now: Sequence[str]) -> Sequence[str]:
    """Return what `now` has after the lines that `before` ended with; all of it where nothing of those is there."""
    if not before:
        return now
    for start in range(len(now) - 1, -1, -1):
        if now[start] != before[-1]:
            continue
        common = min(start + 1, len(before))
        if list(now[start + 1 - common : start + 1]) == list(before[-common:]):
            return now[start + 1 :]
    return now


class Logbook:
    """Takes each unit's last lines as often as one likes; keeps every line once. `version` grows with each new line."""

    def __init__(self) -> None:
        self._last: dict[str, Sequence[str]] = {}
        self._lines: list[LogLine] = []
        self.version = 0

    def take(self, said: Mapping[str, Sequence[str]], now_ms: float) -> None:
        """Take in the last lines of each unit, the latest last. The new ones of all of them stand by their times.

        now_ms: the clock, milliseconds since the epoch.
        """
        fresh: list[LogLine] = []
        for unit, lines in said.items():
            level, at_ms = Level.INFO, 0.0
            for text in new_lines(self._last.get(unit, ()), lines):
                level, at_ms = level_of(text, level), time_of(text, at_ms, now_ms)
                fresh.append(LogLine(unit, text, level, at_ms))
            self._last[unit] = lines
        self._lines.extend(sorted(fresh, key=lambda line: line.at_ms))
        if fresh:
            self.version += 1
        del self._lines[:-LINES_AT_MOST]

    def shown(
        self, unit: str = "", least: Level = Level.DEBUG, words: str = "", until_ms: float = inf
    ) -> list[LogLine]:
        """Return the lines of one unit, or of all, that are at least so serious and have all these words in them.

        until_ms: none that was written later, in milliseconds since the epoch.
        """
        wanted = words.lower().split()
        return [
            line
            for line in self._lines
            if (not unit or line.unit == unit)
            and line.level >= least
            and line.at_ms <= until_ms
            and all(word in line.text.lower() for word in wanted)
        ]

    def __len__(self) -> int:
        """Return how many lines are kept."""
        return len(self._lines)
