"""The topology's words and numbers: how a unit is, how many, how long ago; each with a short form for little room."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from lab.shop.contracts.credit import BROKEN, MINE
from lab.shop.units import BY_NAME
from tui.model.item import UnitState
from tui.model.scene import Scene
from tui.render.signs import SIGNS
from tui.render.text import Look, Role, Row, Span, row

EXACT_BELOW: Final = 100_000
_SIGN: Final = {
    UnitState.STOPPED: (SIGNS.stopped, "stopped", Role.FAULT),
    UnitState.PAUSED: (SIGNS.paused, "paused", Role.FAULT),
    UnitState.CRASHED: (SIGNS.wrong, "crashed", Role.FAULT),
    UnitState.MUTE: (SIGNS.unexpected, "no answer", Role.FAULT),
    UnitState.NOT_READY: (SIGNS.unexpected, "not ready", Role.COMMAND),
    UnitState.READY: ("", "ready", Role.GOOD),
    UnitState.UNKNOWN: (SIGNS.unknown, "not known", Role.GHOST),
}
_SECOND, _MINUTE, _HOUR = 1_000, 60_000, 3_600_000


@dataclass(frozen=True, slots=True)
class Stand:
    """How a unit is. sign: empty where all is well. beside: what else there is room for, as `3 ms` or `13 s`."""

    sign: str
    word: str
    role: Role
    beside: str = ""

    @property
    def row(self) -> Row:
        """`■ stopped`."""
        return row(Span(f"{self.sign} {self.word}".strip(), self.role))


def stand_of(scene: Scene, unit: str) -> Stand:
    """Return how a unit is. What was not looked at lately is not said to be so."""
    found = scene.unit(unit)
    if found is None or scene.age_ms is None:
        return Stand(SIGNS.unknown, "not seen", Role.GHOST)
    if not scene.fresh:
        return Stand("?", f"{age(scene.age_ms)} ago", Role.GHOST)
    if found.file:
        return Stand(SIGNS.wrong, "does not load", Role.FAULT)
    since = scene.beside.since.get(unit)
    known = since is not None and since.exact and since.state is found.state
    for_ms = scene.at_ms - since.at_ms if since is not None and known else None
    if found.state is UnitState.STARTING:
        turn = SIGNS.spinner[int(scene.at_ms / _SECOND) % len(SIGNS.spinner)] if scene.motion else SIGNS.open
        return Stand(turn, "starting", Role.COMMAND, age(for_ms) if for_ms is not None else "")
    sign, word, role = _SIGN[found.state]
    if found.state is UnitState.READY:
        return Stand(sign, word, role, f"{found.ms:.0f} ms" if found.ms is not None else "")
    return Stand(sign, word, role, age(for_ms) if for_ms is not None else "")


def yours(scene: Scene, unit: str) -> Row:
    """Return the mark of a unit that runs the learner's lines; empty for the others."""
    return row(Span(SIGNS.yours, Role.YOURS)) if scene.parts(unit) else Row()


def part_rows(scene: Scene, unit: str, count: int) -> Sequence[Row]:
    """Return a row for each part that is not the solution's, in `count` rows at most."""
    parts = sorted(scene.parts(unit).items())
    rows = [_part(name, origin) for name, origin in parts[: count if len(parts) <= count else count - 1]]
    if len(parts) > count > 0:
        rows.append(row(Span(f"{SIGNS.yours} {len(parts) - count + 1} more", Role.YOURS)))
    return rows


def _part(name: str, origin: str) -> Row:
    return row(Span(f"{SIGNS.yours} {name}", Role.YOURS), Span(" broken" if origin == BROKEN else "", Role.FAULT))


def is_mine(scene: Scene, unit: str) -> bool:
    """Say whether any of a unit's parts is the learner's own."""
    return MINE in scene.parts(unit).values()


def title(unit: str) -> str:
    """Return a unit's name as it stands in its box."""
    return BY_NAME[unit].title if unit in BY_NAME else unit


def short(count: int) -> str:
    """`9999`, `123k`, `1.2M`: at most five signs."""
    if count < EXACT_BELOW:
        return str(count)
    thousands = count / 1_000
    if thousands < 1_000:  # noqa: PLR2004
        return f"{thousands:.0f}k"
    return f"{thousands / 1_000:.1f}M" if thousands < EXACT_BELOW else f"{thousands / 1_000:.0f}M"


def age(ms: float) -> str:
    """`7 s`, `4 min`, `2 h`."""
    if ms < _MINUTE:
        return f"{max(ms, 0) / _SECOND:.0f} s"
    return f"{ms / _MINUTE:.0f} min" if ms < _HOUR else f"{ms / _HOUR:.0f} h"


def commands(count: int) -> Span:
    """`▸82`."""
    return Span(f"{SIGNS.command_right}{short(count)}", Role.COMMAND)


def events(count: int) -> Span:
    """`▹81`."""
    return Span(f"{SIGNS.event_right}{short(count)}", Role.EVENT)


def lag(count: int | None, *, word: bool = True) -> Span:
    """`lag 3`; nothing where it is not known, since 0 would be a claim."""
    if count is None:
        return Span("lag –" if word else "", Role.QUIET)
    look = Look.STRONG if count else Look.PLAIN
    return Span(f"lag {short(count)}" if word else short(count), Role.TEXT if count else Role.QUIET, look)


def spread(spans: Sequence[Span], cells: int) -> Row:
    """Set spans a blank apart; those at the end leave first where they do not fit."""
    for count in range(len(spans), 0, -1):
        pieces = [piece for span in spans[:count] if span.text for piece in (span, Span(" "))]
        made = Row(tuple(pieces[:-1]))
        if made.cells <= cells:
            return made
    return Row(tuple(spans[:1])).fitted(cells)
