"""The mediator's box: its sagas as a histogram of their states."""

from collections.abc import Sequence
from typing import Final

from lab.shop.contracts import State
from tui.model.scene import Scene
from tui.model.shape import MEDIATOR
from tui.render.signs import SIGNS
from tui.render.text import Look, Role, Row, Span, row, sides
from tui.render.topology_words import short, stand_of, yours

STATES: Final = tuple(state for state in State if state is not State.NEW)
"""NEW lasts until the mediator has read of the order; it stands in the box's title while it does."""


def mediator_title(scene: Scene) -> Row:
    """`mediator ◆ ── 3 new`."""
    stand, mark = stand_of(scene, MEDIATOR), yours(scene, MEDIATOR)
    bad = bool(stand.sign) and stand.sign != "?"
    sign = row(Span(f"{stand.sign} ", stand.role)) if bad else Row()
    name = row(Span(MEDIATOR, stand.role if bad else Role.TEXT, Look.STRONG))
    new = scene.flow.states[State.NEW]
    waiting = row(Span(f"{short(new)} new ", Role.EVENT)) if new else Row()
    return row(" ") + sign + name + row(" ") + (mark + row(" ") if mark.spans else Row()) + waiting


def mediator_trouble(scene: Scene, width: int) -> Row:
    """Return what is not as it should be, for the lower edge of the box; empty where all is well."""
    stand, lag = stand_of(scene, MEDIATOR), scene.lag(MEDIATOR) or 0
    words = [str(stand.row)] if stand.sign else []
    if lag and (stand.sign or lag > 1):
        words.append(f"lag {short(lag)}")
    said = ", ".join(words)
    return row(Span(f" {said} ".rstrip() + " ", stand.role)).fitted(min(len(said) + 2, width)) if said else Row()


def mediator_rows(scene: Scene, height: int, width: int, *, every: bool) -> Sequence[Row]:
    """Return the rows inside the box. every: all states, also those in which no order is."""
    flow = scene.flow
    head = sides(row(f" {short(flow.orders)} {'order' if flow.orders == 1 else 'orders'}"),
                 row(f"{short(flow.open_orders)} open"), width)  # fmt: skip
    attention = State.NEEDS_ATTENTION
    states = (attention, *(one for one in STATES if one is not attention)) if flow.states[attention] else STATES
    if every and height > len(states):
        return [head, *(_state(scene, state, width) for state in states)]
    used = [state for state in states if flow.states[state] > 0]
    return [head, *_used(scene, used, height - 1, width)]


def _used(scene: Scene, used: Sequence[State], height: int, width: int) -> Sequence[Row]:
    empty = len(STATES) - len(used)
    said = row(Span(f" {empty} states are empty", Role.QUIET)).fitted(width)
    rows = [_state(scene, state, width) for state in used]
    if len(rows) + 3 < height:  # a blank above, a blank and a line below, a blank at the end
        blank = [Row().fitted(width)]
        middle = [*blank, *rows]
        return [*middle, *blank * (height - 2 - len(middle)), said, *blank]
    if len(rows) + 1 <= height:
        return [*rows, said]
    rest = len(rows) - height + 1
    more = row(Span(f" {SIGNS.cut} {rest} more states", Role.QUIET)).fitted(width)
    return [*rows[: height - 1], more]


def _state(scene: Scene, state: State, width: int) -> Row:
    count = scene.flow.states[state]
    alarming = state is State.NEEDS_ATTENTION and count
    name = Span(f" {state}", Role.FAULT if alarming else Role.TEXT if count else Role.QUIET)
    number = Span(short(count) if count else SIGNS.open, Role.TEXT if count else Role.QUIET)
    return sides(row(name), row(number), width)
