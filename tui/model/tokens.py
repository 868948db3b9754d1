"""Messages in flight: which tokens are drawn at a moment, and where. A function of the history and the moment alone,

so a file replays the same frames. A token says *that* something was sent; how long it took is only ever a number.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from tui.model.cursor import Mode, Moment
from tui.model.history import History

TRAVEL_MS: Final = 450.0
"""So long a token needs for any edge."""
BOLD_MS: Final = 1_000.0
"""So long an arrowhead stands out where nothing may move."""
PER_CHANNEL, PER_SCREEN = 3, 24
DENSE: Final = 8
"""From so many a second on, a channel shows evenly spaced tokens and a number."""
_SECOND_MS: Final = 1_000.0
_BACK_MS: Final = 2_000.0
"""Who joins whom depends on who travelled before; that much is looked at."""
_SPARSE: Final = 400
_SETTLE_MS: Final = 400.0
"""After the last token the edges are drawn once more, without it."""


@dataclass(frozen=True, slots=True)
class Token:
    """`at`: how much of the way is done, 0 to 1. `count`: how many messages it stands for."""

    at: float
    count: int = 1


@dataclass(frozen=True, slots=True)
class Traffic:
    """What goes on on one topic. per_second: 0 where each message can be seen. recent: one came within a second."""

    tokens: tuple[Token, ...] = ()
    per_second: int = 0
    recent: bool = False


QUIET: Final = Traffic()


def traffic(history: History, moment: Moment, *, motion: bool = True, order: str = "") -> Mapping[str, Traffic]:
    """Return what goes on, by topic; topics on which nothing happens are left out. order: only this one's messages."""
    now = moment.at_ms
    rates = _rates(history, moment, order)
    if not motion:
        return {topic: Traffic(recent=True, per_second=_dense(rate)) for topic, rate in rates.items() if rate}
    times = _times(history, moment, order, rates)
    seen = {topic: _traffic(heard, now, rates[topic], PER_CHANNEL) for topic, heard in times.items()}
    if sum(len(one.tokens) for one in seen.values()) > PER_SCREEN:
        fewer = PER_SCREEN // max(len(seen), 1)
        seen = {topic: _traffic(heard, now, rates[topic], fewer) for topic, heard in times.items()}
    return {topic: one for topic, one in seen.items() if one.tokens or one.recent}


def moves(history: History, moment: Moment, *, motion: bool = True) -> bool:
    """Say whether the picture changes by itself at this moment, or has only just stopped to."""
    if moment.mode not in {Mode.LIVE, Mode.PLAYING}:
        return False
    back = (TRAVEL_MS if motion else BOLD_MS) + _SETTLE_MS
    start = history.since(moment.at_ms - back)
    return any(item.is_message for item in history.between(start, moment.end))


def _rates(history: History, moment: Moment, order: str) -> Counter[str]:
    """Return how many messages were heard on each topic within the second before."""
    recent = history.between(history.end_at(moment.at_ms - _SECOND_MS), moment.end)  # thousands of them, at every frame
    return Counter(
        [item.record.topic for item in recent if item.record is not None and (not order or item.order_id == order)]
    )


def _times(history: History, moment: Moment, order: str, rates: Mapping[str, int]) -> Mapping[str, list[int]]:
    """Return when messages were heard: of dense topics nothing, for they show a number only."""
    end = moment.end
    start = history.since(moment.at_ms - _SECOND_MS)
    if end - start < _SPARSE:
        start = max(history.since(moment.at_ms - _BACK_MS), end - _SPARSE)
    dense = {topic for topic, rate in rates.items() if rate >= DENSE}
    times: dict[str, list[int]] = {topic: [] for topic in rates}
    for item in history.between(start, end):
        if (record := item.record) is None or record.topic in dense or (order and item.order_id != order):
            continue
        times.setdefault(record.topic, []).append(item.heard_ms)
    return times


def _dense(rate: int) -> int:
    return rate if rate >= DENSE else 0


def _traffic(heard: list[int], now: float, rate: int, at_most: int) -> Traffic:
    if rate >= DENSE:
        phase = now % TRAVEL_MS / TRAVEL_MS
        places = sorted((number / at_most + phase) % 1 for number in range(at_most))
        return Traffic(tuple(Token(place) for place in places), rate, recent=True)
    begun: list[tuple[int, int]] = []  # when it set out, how many it carries
    for at in heard:
        travelling = sum(start > at - TRAVEL_MS for start, _ in begun)
        if travelling < at_most or not begun:
            begun.append((at, 1))
        else:
            begun[-1] = (begun[-1][0], begun[-1][1] + 1)
    flying = [(start, count) for start, count in begun if now - TRAVEL_MS < start <= now]
    tokens = tuple(Token(min((now - start) / TRAVEL_MS, 1.0), count) for start, count in flying)
    return Traffic(tokens, recent=rate > 0)
