"""One line of a log, and the choice of units above it."""

from collections.abc import Sequence
from typing import Final

from lab.shop.wording import clean, fit, pad
from tui.model.item import UnitLook, UnitState
from tui.model.logbook import Level, LogLine
from tui.render.signs import SIGNS
from tui.render.text import Look, Role, Row, Span, row

_ROLE: Final = {Level.DEBUG: Role.QUIET, Level.INFO: Role.TEXT, Level.WARNING: Role.COMMAND, Level.ERROR: Role.FAULT}
_SIGN: Final = {Level.DEBUG: " ", Level.INFO: " ", Level.WARNING: "!", Level.ERROR: SIGNS.wrong}
_UNIT_CELLS: Final = 12
LONGEST: Final = 2_000


def log_line(line: LogLine, width: int, *, with_unit: bool, chosen: bool = False) -> Row:
    """Return one line, cut at the width; what a unit wrote can move no cursor."""
    unit = Span(pad(fit(line.unit, _UNIT_CELLS), _UNIT_CELLS) + " ", Role.QUIET) if with_unit else Span("")
    made = row(
        SIGNS.cursor if chosen else " ",
        unit,
        Span(f"{_SIGN[line.level]} ", _ROLE[line.level]),
        Span(clean(line.text, LONGEST), _ROLE[line.level]),
    ).fitted(width)
    return made.reversed() if chosen else made


def whole(line: LogLine, width: int) -> list[Row]:
    """Return a line that was cut, whole, over as many rows as it needs."""
    text = clean(line.text, LONGEST)
    return [row(text[start : start + width]) for start in range(0, max(len(text), 1), max(width, 1))]


def unit_choice(units: Sequence[str], chosen: str, looks: dict[str, UnitLook], width: int) -> Row:
    """Return the units to choose from, those that have trouble marked; the chosen one is set reversed."""
    made = Row()
    for name in ("", *units):
        look = looks.get(name)
        bad = look is not None and look.state in {UnitState.CRASHED, UnitState.MUTE}
        sign = f"{SIGNS.wrong} " if bad else ""
        text = f" {sign}{name or 'all'} "
        made += row(Span(text, Role.FAULT if bad else Role.TEXT, Look.REVERSE if name == chosen else Look.PLAIN), " ")
    return made.fitted(width)
