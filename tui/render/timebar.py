"""The row that says where the view stands in time, with what went on around it."""

from math import inf, isqrt
from typing import Final

from tui.model.cursor import Mode, Moment
from tui.model.pulse import Slice
from tui.model.view import View
from tui.render.bars import clock, time_word
from tui.render.signs import SIGNS
from tui.render.text import Role, Row, Span, row

SPANS: Final = ((180, "3 min"), (900, "15 min"), (3_600, "1 h"), (6 * 3_600, "6 h"))
"""Seconds that the bar shows, and how that is said: the first that holds everything since the beginning."""
BAR_MOST, BAR_LEAST = 30, 8
_CURSOR: Final = "┃"
_BESIDE: Final = 2
"""Blanks on each side of the bar."""


def time_row(view: View, width: int) -> Row:
    """Return the row: the word and its time, the bar, and what can be done."""
    word, room, right = _places(view, width)
    bar = _bar(view, room) if room else Row()
    gap = width - word.cells - bar.cells - len(right) - _BESIDE
    return (word + row(" " * _BESIDE) + bar + row(" " * max(gap, 1), Span(right, Role.QUIET))).fitted(width)


def moment_at(view: View, width: int, x: int) -> float | None:
    """Return the moment that a cell of the bar ends with, milliseconds since the epoch; None beside the bar.

    Infinity: the last cell, which is now; of a file, its end.
    """
    word, room, _ = _places(view, width)
    cell = x - word.cells - _BESIDE
    if not 0 <= cell < room:
        return None
    left, right = _ends(view)
    return inf if cell == room - 1 else left + (cell + 1) / room * (right - left) - 1


def _places(view: View, width: int) -> tuple[Row, int, str]:
    """Return the word at the left, the cells of the bar, and what stands at the right."""
    word, hints = time_word(view.moment, view.lost_ms), _hints(view, _span(view)[1])
    while len(hints) > 1 and word.cells + BAR_LEAST + sum(map(len, hints)) + 3 * len(hints) > width:
        hints.pop(-1)
    right = " · ".join(hints)
    room = min(width - word.cells - len(right) - 2 * _BESIDE, BAR_MOST if width < 110 else 2 * BAR_MOST)  # noqa: PLR2004
    return word, room if room >= BAR_LEAST else 0, right


def folded(view: View) -> Row:
    """Return the word alone, for a screen whose panes show no messages."""
    if view.lost_ms is not None:
        return row(Span("! shop STALE", Role.FAULT))
    sign, role = (SIGNS.here, Role.GOOD) if view.moment.live else (SIGNS.past, Role.TEXT)
    return row(Span(sign, role), Span(f" shop {view.moment.mode.value} {clock(view.moment.at_ms)}", Role.QUIET))


def _span(view: View) -> tuple[int, str]:
    """Return how long the bar is, in seconds and in words."""
    first = view.history.pulse.first_ms
    age = (_right_ms(view) - first) / 1_000 if first else 0
    return next((span for span in SPANS if age <= span[0]), SPANS[-1])


def _right_ms(view: View) -> float:
    """Return the moment at the right end of the bar: now; of a file, its last item."""
    history, moment = view.history, view.moment
    last = history[history.end - 1].heard_ms if len(history) else moment.at_ms
    return moment.at_ms if moment.live else max(last, moment.at_ms)


def _ends(view: View) -> tuple[float, float]:
    """Return the moments at which the bar begins and ends."""
    right = _right_ms(view)
    return right - _span(view)[0] * 1_000, right


def _bar(view: View, cells: int) -> Row:
    left, right = _ends(view)
    slices = view.history.pulse.slices(left, right, cells)
    most = max((one.records for one in slices), default=0)
    stands_at = None if view.moment.live else int((view.moment.at_ms - left) / (right - left) * cells)
    return Row(tuple(_cell(one, number, most, stands_at, view.moment) for number, one in enumerate(slices)))


def _cell(one: Slice, number: int, most: int, stands_at: int | None, moment: Moment) -> Span:
    if stands_at is not None and number >= stands_at:
        if number == stands_at:
            return Span(_CURSOR)
        return Span(SIGNS.not_yet if moment.mode is Mode.PAUSED else SIGNS.in_mediator, Role.QUIET)
    if one.hit:
        return Span(SIGNS.stopped, Role.FAULT)
    if one.dead:
        return Span(SIGNS.dead, Role.FAULT)
    if not one.records:
        return Span(SIGNS.ticks[0], Role.FRAME)
    level = isqrt(one.records * 49 // most) if most else 0  # a square-root scale: little stays visible beside much
    return Span(SIGNS.ticks[min(level, len(SIGNS.ticks) - 1)], Role.QUIET)


def _hints(view: View, span: str) -> list[str]:
    """Return what stands at the right, the most important first."""
    moment, records = view.moment, f"{view.flow.records} records"
    if moment.live and view.lost_ms is not None:
        return [f"Kafka silent for {_since(moment.at_ms - view.lost_ms)}", "1 opens Start"]
    if moment.live:
        return [span, records, "space pauses", ", one back"]
    if moment.mode is Mode.PLAYING:
        return ["playing", "- + speed", "space stop"]
    if moment.from_file:
        return ["no broker", ", . step", "space plays"]
    if moment.mode is Mode.PAUSED:
        return [f"{moment.new} new, none lost", "space goes on"]
    return [f"{_since(_right_ms(view) - moment.at_ms)} ago", ", . step", "g live", "space plays"]


def _since(ms: float) -> str:
    seconds = max(0, int(ms / 1_000))
    return f"{seconds} s" if seconds < 120 else f"{seconds // 60} min"  # noqa: PLR2004
