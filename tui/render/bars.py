"""The rows at the bottom of every screen: what goes on, where the view stands in time, what the keys do."""

import time
from collections.abc import Sequence
from typing import Final

from tui.actions import Action
from tui.model.cursor import Mode, Moment
from tui.render.signs import SIGNS
from tui.render.text import Look, Role, Row, Span, row, sides

_LAST: Final = "explain"


def clock(at_ms: float, *, tenths: bool = False, thousandths: bool = False) -> str:
    """Return a moment as the reader's own clock shows it: `14:02:11`, `14:02:11.0`, `14:02:11.040`."""
    text = time.strftime("%H:%M:%S", time.localtime(at_ms / 1000))
    if thousandths:
        return f"{text}.{int(at_ms % 1000):03}"
    return f"{text}.{int(at_ms % 1000) // 100}" if tenths else text


def key_bar(actions: Sequence[Action], width: int) -> Row:
    """Return the keys; what ranks last leaves first, `? explain` stays at the right."""
    left = Row()
    shown, last = _shown(actions, width)
    for number, action in enumerate(shown):
        left = left + (row("  ") if number else Row()) + _key(action)
    return sides(left, _key(last) if last else Row(), width)


def key_at(actions: Sequence[Action], width: int, x: int) -> Action | None:
    """Return the action whose key and word stand in this column of the bar; None between them."""
    shown, last = _shown(actions, width)
    at = 0
    for action in shown:
        if at <= x < at + _key(action).cells:
            return action
        at += _key(action).cells + 2
    return last if last and width - _key(last).cells <= x < width else None


def _shown(actions: Sequence[Action], width: int) -> tuple[list[Action], Action | None]:
    """Return the actions that fit, and the one that stands at the right."""
    last = next((action for action in actions if action.id == _LAST), None)
    rest = [action for action in actions if action is not last]
    room = width - (_key(last).cells if last else 0) - 2
    while rest and sum(_key(action).cells + 2 for action in rest) - 2 > room:
        rest.pop()
    return rest, last


def _key(action: Action) -> Row:
    return row(Span(action.shown, look=Look.STRONG), Span(f" {action.word}", Role.QUIET))


def time_word(moment: Moment, lost_ms: float | None = None) -> Row:
    """Return the word for where the view stands, with its sign and the time."""
    if lost_ms is not None and moment.live:
        return row(Span("! STALE", Role.FAULT, Look.STRONG), Span(f" {clock(lost_ms)}", Role.GHOST))
    at = clock(moment.at_ms, tenths=moment.mode is Mode.PLAYING)
    if moment.from_file:
        speed = f" ×{_speed(moment.speed)}" if moment.mode is Mode.PLAYING else ""
        return row(Span(f"{SIGNS.file} FILE{speed}", look=Look.STRONG), f" {clock(moment.at_ms, thousandths=True)}")
    match moment.mode:
        case Mode.LIVE:
            return row(Span(f"{SIGNS.here} LIVE", Role.GOOD, Look.STRONG), f" {at}")
        case Mode.PAUSED:
            return row(Span(f"{SIGNS.paused} PAUSED", look=Look.STRONG), f" {at}")
        case Mode.PAST:
            return row(Span(f"{SIGNS.past} PAST", look=Look.STRONG), f" {clock(moment.at_ms, thousandths=True)}")
        case Mode.PLAYING:
            return row(Span(f"{SIGNS.past} PAST ×{_speed(moment.speed)}", look=Look.STRONG), f" {at}")


def _speed(speed: float) -> str:
    return {0.25: "¼", 0.5: "½"}.get(speed, f"{speed:.0f}")
