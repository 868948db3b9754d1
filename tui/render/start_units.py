"""The units, a line each: state, how fast it answers, restarts, memory, the last line of its log, or what is wrong."""

import re
from collections.abc import Sequence
from typing import Final

from lab.shop.units import BY_NAME
from lab.shop.wording import clean, fit, pad
from tui.model.item import UnitLook, UnitState
from tui.model.start import Known
from tui.render.signs import SIGNS
from tui.render.start_blocks import INDENT, MARGIN, Entry, heading
from tui.render.text import Look, Role, Row, Span, row

_MEGA: Final = 1_000_000
_STALE_MS: Final = 7_000
_TIMED: Final = re.compile(r"^(\d{4}-\d\d-\d\d[ T])?[\d:.,]+Z? *")
_UNIT_OF: Final = re.compile(r" unit=\S+")
_SIGN: Final = {
    UnitState.READY: (SIGNS.right, Role.GOOD),
    UnitState.NOT_READY: (SIGNS.unexpected, Role.COMMAND),
    UnitState.STARTING: (SIGNS.cut, Role.QUIET),
    UnitState.STOPPED: (SIGNS.stopped, Role.COMMAND),
    UnitState.PAUSED: (SIGNS.paused, Role.COMMAND),
    UnitState.CRASHED: (SIGNS.wrong, Role.FAULT),
    UnitState.MUTE: (SIGNS.wrong, Role.FAULT),
    UnitState.UNKNOWN: ("?", Role.QUIET),
}
_NAME, _STATE, _MS, _RESTARTS, _MEMORY, _PAGE = 13, 11, 8, 4, 8, 27
WIDE: Final = 110
"""Cells of each column; what is left is the log's."""


def title_of(unit: str) -> str:
    """Return a unit's name as it stands in sentences."""
    known = BY_NAME.get(unit)
    return known.title if known else {"kafka": "Kafka", "postgres": "PostgreSQL"}.get(unit, unit)


def units(known: Known, width: int) -> list[Entry]:
    """Return the table; how old it is where it is old."""
    if not known.units:
        text = "Looking at the units…" if known.look is None else "The engine says nothing of any unit."
        return [heading("Units"), Entry(row(" " * INDENT, Span(text, Role.QUIET)))]
    age = known.now_ms - known.looked_ms
    stale = age > _STALE_MS
    rows = [Entry(_one(known, name, unit, width, stale=stale), f"unit:{name}") for name, unit in known.units.items()]
    return [Entry(_head(width, f"{int(age / 1000)} s ago" if stale else "")), *rows]


def _head(width: int, age: str) -> Row:
    page = pad("  API page", _PAGE + MARGIN) if width >= WIDE else ""
    names = (
        pad("  state", _STATE + 2)
        + "answers".rjust(_MS)
        + SIGNS.retry.rjust(_RESTARTS)
        + "memory".rjust(_MEMORY)
        + page
    )
    log = "  last line of its log" if width - INDENT - _NAME - len(names) > len("  last line of its log") else ""
    title = pad(f"Units {age}".strip(), _NAME + MARGIN)
    return row(" " * MARGIN, Span(title, look=Look.STRONG), Span(names + log, Role.QUIET))


def _one(known: Known, name: str, unit: UnitLook, width: int, *, stale: bool) -> Row:
    sign, role = _SIGN[unit.state]
    start = row(
        " " * INDENT,
        pad(fit(clean(title_of(name)), _NAME - 1), _NAME),
        Span(f"{sign} ", role),
        Span(pad(unit.state.value, _STATE), role if role is Role.FAULT else Role.TEXT),
        (f"{unit.ms:.0f} ms" if unit.ms is not None else SIGNS.unknown).rjust(_MS),
        str(unit.restarts).rjust(_RESTARTS),
        (f"{unit.rss_bytes / _MEGA:.0f} MB" if unit.rss_bytes else SIGNS.unknown).rjust(_MEMORY),
        "  ",
        Span(_page(known, name, width), Role.QUIET),
    )
    room = max(0, width - start.cells - MARGIN)
    whole = start + _last_words(known, name, unit, room)
    return whole.all_in(Role.GHOST) if stale else whole


def _page(known: Known, name: str, width: int) -> str:
    """Return where a browser shows what one can ask the unit; in a wide window only."""
    if width < WIDE:
        return ""
    url = f"{known.shop.url(name)}/docs" if known.shop and name in BY_NAME else ""
    return pad(url, _PAGE + MARGIN)


def _last_words(known: Known, name: str, unit: UnitLook, room: int) -> Row:
    """Return what is wrong with it, else the last line of its log."""
    if unit.file:
        return row(Span(fit(clean(f"{short_file(unit.file)} does not load"), room), Role.FAULT))
    why = unit.why or known.notes.get(name, "")
    if why and unit.state not in {UnitState.READY, UnitState.STOPPED}:
        return row(Span(fit(clean(why), room), Role.COMMAND))
    return row(Span(fit(log_line(known.last_lines.get(name, "")), room), Role.QUIET))


def log_line(text: str) -> str:
    """Return a log's line without what stands elsewhere on the row: its time, and whose it is."""
    return clean(_UNIT_OF.sub("", _TIMED.sub("", text)).strip())


def short_file(file: str) -> str:
    """Return a learner's file with its line as they know it: `reserve/reserve.py:14`."""
    return "/".join(file.split("/")[-2:])


def listed(names: Sequence[str]) -> str:
    """Return units as a list in a sentence."""
    return ", ".join(title_of(name) for name in names)
