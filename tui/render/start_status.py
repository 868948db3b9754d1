"""The Start screen's status row: what goes on, and which key helps."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from tui.model.item import UnitState
from tui.model.start import Known, Stands
from tui.render.signs import SIGNS
from tui.render.staged import TITLES
from tui.render.start_units import listed
from tui.render.text import Role, Row, Span, row, sides


def status(known: Known, width: int) -> Row:
    """Return the sentence."""
    stands = known.stands
    if stands in _ALWAYS:
        return row(_ALWAYS[stands])
    if stands in _FAULTS:
        return row(Span(f"{SIGNS.wrong} {_FAULTS[stands]}", Role.FAULT))
    return _busy(known, width) if stands is Stands.BUSY else _BY_WHAT_IS_KNOWN[stands](known)


_MEANWHILE: Final = "3 opens Learn meanwhile."
_ALWAYS: Final[Mapping[Stands, str]] = MappingProxyType(
    {
        Stands.LOOKING: "Looking at your machine. Nothing has to be waited for: 3 opens Learn.",
        Stands.SILENT: "Docker is silent. Start it, or go on without: the same Kafka runs either way.",
        Stands.FAILED: "Nothing is left half open. 3 opens Learn meanwhile.",
    }
)
_FAULTS: Final[Mapping[Stands, str]] = MappingProxyType(
    {
        Stands.IMPOSSIBLE: "No shop can run here; the line above says why. 3 opens Learn.",
        Stands.ORPHANED: "Nobody looks after the shop's processes. enter starts it anew.",
        Stands.GONE: "The shop's processes are gone. enter opens it again.",
        Stands.NO_DOCKER: "Docker does not answer, so neither does Kafka.",
    }
)


def _closed(known: Known) -> Row:
    choice = known.machine.choice if known.machine else None
    return row(choice.reason if choice else "")


def _busy(known: Known, width: int) -> Row:
    board = known.board
    stage = board.current if board else None
    if stage is None:
        return sides(row("What ran before is ended first, where something did."), row(_MEANWHILE), width)
    title = TITLES.get(stage.name, stage.name)
    said = f"{title[:1].upper()}{title[1:]}: {stage.text}."
    return sides(row(said), row(_MEANWHILE), width)


def _open(known: Known) -> Row:
    ready = sum(unit.state is UnitState.READY for unit in known.units.values())
    if not known.units:
        return row("Looking at the units…")
    if ready == len(known.units):
        return row(f"All {ready} answer. o places an order, 2 shows every message.")
    return row(f"{ready} of {len(known.units)} answer; what the others are at stands beside them.")


def _hurt(known: Known) -> Row:
    text = f"{SIGNS.wrong} {listed(known.down)}: down. Messages wait on Kafka, none is lost."
    return row(Span(text, Role.FAULT))


_BY_WHAT_IS_KNOWN: Final[Mapping[Stands, Callable[[Known], Row]]] = MappingProxyType(
    {Stands.CLOSED: _closed, Stands.OPEN: _open, Stands.HURT: _hurt}
)
