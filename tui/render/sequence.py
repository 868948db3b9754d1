"""The sequence diagram: a lifeline for each unit that speaks or is asked, one row a message."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from lab.shop.wording import clean, fit
from tui.model.story import Ghost, Step
from tui.render.canvas import Canvas
from tui.render.signs import SIGNS
from tui.render.tail import title
from tui.render.text import Look, Role, Row, Span, row

UNITS: Final = ("order", "mediator", "inventory", "payment", "fulfilment", "notification")
"""From left to right."""
FIRST: Final = 11
"""The column of the first lifeline; the time stands before it."""
NAME_CELLS: Final = 20
WATERFALL_CELLS: Final = 20
"""So many the waterfall needs beside the sequence."""
_SHORT: Final = {"fulfilment": "Fulfil.", "notification": "Notif."}
_LEAST_NAME: Final = 14


@dataclass(frozen=True, slots=True)
class Lanes:
    """Where everything stands. `at`: unit → the column of its lifeline. `ghost_at`: where `(a name)` begins.

    waterfall_at: None where it has no room beside the sequence.
    """

    at: dict[str, int]
    labels: dict[str, str]
    name_at: int
    ghost_at: int
    width: int
    waterfall_at: int | None = None


def lanes_for(steps: Sequence[Step], width: int, *, waterfall: bool = True) -> Lanes | None:
    """Lay the lanes out; None where the width is too small for lifelines."""
    speak = {unit for step in steps for unit in (step.source, step.target)}
    units = [unit for unit in UNITS if unit in speak]
    if not units:
        return None
    if waterfall:
        lanes = _lanes(units, width, first=9, gap=10, after=7, hang=0)
        at = lanes.name_at + NAME_CELLS + 2
        if width - 1 - at >= WATERFALL_CELLS:
            return Lanes(lanes.at, lanes.labels, lanes.name_at, lanes.ghost_at, width, at)
    lanes = _lanes(units, width, first=8, gap=0, after=8, hang=1)
    if lanes.name_at + NAME_CELLS > width:
        lanes = _lanes(units, width, first=8, gap=0, after=4, hang=1, short=True)
    return lanes if lanes.name_at + _LEAST_NAME <= width else None


def _lanes(
    units: Sequence[str], width: int, *, first: int, gap: int, after: int, hang: int, short: bool = False
) -> Lanes:
    """Put lifelines side by side: far enough for their labels, and as far as is wanted."""
    labels = {unit: _SHORT.get(unit, title(unit)) if short else title(unit) for unit in units}
    at = {units[0]: FIRST}
    for before, unit in pairwise(units):
        left, right = len(labels[before]), len(labels[unit])
        least = (left - 1 - left // 2) + 2 + right // 2
        wanted = first if unit == "mediator" else 10 if unit == "inventory" and not short else gap
        at[unit] = at[before] + max(least, wanted)
    name_at = at[units[-1]] + after
    return Lanes(at, labels, name_at, name_at - hang, width)


def header(lanes: Lanes, axis: Row | None) -> Row:
    """Return the line with the units' names, and the waterfall's axis."""
    canvas = Canvas(lanes.width, 1)
    canvas.put(4, 0, "+s", Role.QUIET)
    for unit, label in lanes.labels.items():
        canvas.put(lanes.at[unit] - len(label) // 2, 0, label, Role.TEXT, Look.STRONG)
    canvas.put(lanes.name_at, 0, "message", Role.QUIET)
    if lanes.waterfall_at is not None and axis is not None:
        canvas.put_row(lanes.waterfall_at, 0, axis)
    return canvas.rows()[0]


def line(step: Step, lanes: Lanes, began_ms: int, bar: Row | None, here: Look | None = None) -> Row:
    """Return a step's row. `here`: how its name is set where the keyboard is on it."""
    canvas = Canvas(lanes.width, 1)
    _lifelines(canvas, lanes, SIGNS.life)
    if step.source in lanes.at and step.target in lanes.at:
        _arrow(canvas, step, lanes)
    _name(canvas, step, lanes, here or Look.PLAIN)
    if lanes.waterfall_at is not None and bar is not None:
        canvas.put_row(lanes.waterfall_at, 0, bar)
    if step.wrong:
        canvas.put(0, 0, SIGNS.wrong, Role.FAULT, Look.STRONG)
    elif here is not None:
        canvas.put(0, 0, SIGNS.cursor, look=Look.STRONG)
    canvas.put_row(1, 0, time_cells(step, began_ms))
    return canvas.rows()[0]


def pause(ms: int, lanes: Lanes, bar: Row | None) -> Row:
    """Return the row of a pause that is cut out of the waterfall."""
    canvas = Canvas(lanes.width, 1)
    canvas.put(3, 0, SIGNS.cut, Role.QUIET)
    _lifelines(canvas, lanes, SIGNS.life_cut)
    canvas.put(lanes.name_at, 0, fit(f"{ms / 1000:.2f} s without news", lanes.width - lanes.name_at), Role.QUIET)
    if lanes.waterfall_at is not None and bar is not None:
        canvas.put_row(lanes.waterfall_at, 0, bar)
    return canvas.rows()[0]


def time_cells(step: Step, began_ms: int) -> Row:
    """Return the six cells with the seconds since the beginning; of a ghost, `?` or `·`."""
    if step.ghost is Ghost.TO_COME:
        return row(Span(f"  {SIGNS.open}   ", Role.GHOST))
    if step.ghost is Ghost.MISSED:
        return row(Span("   ?  ", Role.FAULT))
    seconds = (step.at_ms - began_ms) / 1000
    text = f"{seconds:.3f}" if seconds < 100 else f"{seconds:.1f}" if seconds < 1000 else f"{seconds:.0f}"  # noqa: PLR2004
    return row(Span(f"{text:>6}", Role.QUIET))


def marks(step: Step) -> list[Span]:
    """Return what is to be said of a step beside its name."""
    found = []
    if len(step.numbers) > 1:
        found.append(Span(f" {SIGNS.twice}{len(step.numbers)}", Role.FAULT))
    sign = {"late": SIGNS.late, "unexpected": SIGNS.unexpected, "early": SIGNS.unexpected}.get(step.note)
    if sign:
        found.append(Span(f" {sign} {step.note}", Role.FAULT))
    return found


def name_of(step: Step) -> Span:
    """Return the name; of a step that was not seen in parentheses."""
    if not step.seen:
        return Span(f"({step.name})", Role.FAULT if step.wrong else Role.GHOST)
    return Span(clean(step.name, 40), Role.COMMAND if step.command else Role.EVENT)


def _name(canvas: Canvas, step: Step, lanes: Lanes, look: Look) -> None:
    """Write the name and what is to be said of it. Where there is no room for all, the name is cut."""
    name = row(name_of(step).set_also(look))
    if not step.seen:
        canvas.put_row(lanes.ghost_at, 0, name.fitted(min(name.cells, lanes.width - lanes.ghost_at)))
        return
    beside = lanes.waterfall_at
    said = Row(tuple(marks(step)))
    if step.origin and beside is None:
        said += row(Span(f" {SIGNS.yours}", Role.YOURS))
    cells = (lanes.width if beside is None else beside - 2) - lanes.name_at
    canvas.put_row(lanes.name_at, 0, name.fitted(min(name.cells, max(1, cells - said.cells))) + said)
    if step.origin and beside is not None:
        canvas.put(beside - 2, 0, SIGNS.yours, Role.YOURS)


def _lifelines(canvas: Canvas, lanes: Lanes, sign: str) -> None:
    for column in lanes.at.values():
        canvas.put(column, 0, sign, Role.FRAME)


def _arrow(canvas: Canvas, step: Step, lanes: Lanes) -> None:
    """Draw from the one who speaks to the one who is spoken to, over the lifelines between them."""
    start, end = lanes.at[step.source], lanes.at[step.target]
    role = Role.COMMAND if step.command else Role.EVENT
    right = end > start
    head = _HEADS[step.command, right]
    low, high = (start + 1, end) if right else (end + 1, start)
    if not step.seen:
        role = Role.FAULT if step.wrong else Role.GHOST
        canvas.put(low, 0, SIGNS.open * (high - low), role)
    else:
        body = SIGNS.command_line if step.command else SIGNS.event_line
        canvas.put(low, 0, body * (high - low), role)
        for column in lanes.at.values():
            if low <= column < high:
                canvas.put(column, 0, SIGNS.life_command_cross if step.command else SIGNS.life_event_cross, role)
        canvas.put(start, 0, _FOOT[step.command, right], role)
    canvas.put(end - 1 if right else end + 1, 0, head, role, Look.STRONG)


_HEADS: Final = {
    (True, True): SIGNS.command_right,
    (True, False): SIGNS.command_left,
    (False, True): SIGNS.event_right,
    (False, False): SIGNS.event_left,
}
_FOOT: Final = {
    (True, True): SIGNS.life_command,
    (True, False): SIGNS.life_command_end,
    (False, True): SIGNS.life_event,
    (False, False): SIGNS.life_event_end,
}
"""Whether it is a command, and whether it goes to the right → the sign at its end, and at its beginning."""
