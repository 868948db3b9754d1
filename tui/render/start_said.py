"""What the Start screen says in sentences: how the shop is, what went wrong and what mends it, the plain command."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from tui.model.item import UnitState
from tui.model.offers import offers
from tui.model.start import Known, Stands
from tui.render.signs import SIGNS
from tui.render.start_blocks import INDENT, Entry, paragraph
from tui.render.start_units import listed, short_file, title_of
from tui.render.text import Role, Row, Span, row

_OPEN: Final = "The shop is open. Nothing is simulated: that is a real Kafka."
_OURS: Final = "The command behind this line, if you would rather type it yourself:"


def said(known: Known, width: int) -> Sequence[Entry]:
    """Return how the shop is, or what became of the start."""
    found = _SAID.get(known.stands)
    return found(known, width) if found else ()


def _open(_: Known, width: int) -> Sequence[Entry]:
    return paragraph(_OPEN, width)


def _failed(known: Known, width: int) -> Sequence[Entry]:
    board = known.board
    assert board is not None
    if board.given_up:
        return paragraph(f"{board.what} {board.mend}", width)
    return [
        *paragraph(f"{SIGNS.wrong} {board.what}", width, role=Role.FAULT),
        *paragraph(board.mend, width, indent=INDENT),
    ]


def _hurt(known: Known, width: int) -> Sequence[Entry]:
    entries = paragraph(f"The shop is open, but not all of it: {listed(known.down)}.", width)
    for name, unit in known.units.items():
        if unit.file:
            text = f"{SIGNS.wrong} {title_of(name)} cannot start: {short_file(unit.file)} does not load."
            entries += paragraph(f"{text} e opens it; then u starts it.", width, role=Role.FAULT)
        elif unit.state is UnitState.CRASHED and known.notes.get(name):
            text = f"{SIGNS.wrong} {title_of(name)}: {known.notes[name]}. 4 has its log; u starts it."
            entries += paragraph(text, width, role=Role.FAULT)
    return entries


def _gone(_: Known, width: int) -> Sequence[Entry]:
    text = f"{SIGNS.wrong} The shop was open, and nothing of it runs any more; nobody closed it."
    why = "A power cut, a kill or full memory does that. What is stored on Kafka and in the books is still there."
    return [*paragraph(text, width, role=Role.FAULT), *paragraph(why, width)]


def _orphaned(_: Known, width: int) -> Sequence[Entry]:
    text = f"{SIGNS.wrong} The shop's supervisor was killed. What ran goes on, but nobody starts again what ends,"
    return paragraph(f"{text} and no unit can be stopped or paused from here.", width, role=Role.FAULT)


def _no_docker(known: Known, width: int) -> Sequence[Entry]:
    text = f"{SIGNS.wrong} {known.no_docker} The shop's Kafka is in it, so no message can move."
    return paragraph(text, width, role=Role.FAULT)


def _silent(known: Known, width: int) -> Sequence[Entry]:
    mend = next((one.mend for one in known.machine.findings if one.id == "docker"), "") if known.machine else ""
    return paragraph(mend.split(" Or go on")[0], width) if mend else ()


_SAID: Final[Mapping[Stands, Callable[[Known, int], Sequence[Entry]]]] = MappingProxyType(
    {
        Stands.OPEN: _open,
        Stands.HURT: _hurt,
        Stands.FAILED: _failed,
        Stands.GONE: _gone,
        Stands.ORPHANED: _orphaned,
        Stands.NO_DOCKER: _no_docker,
    }
)


def plain_command(known: Known, cursor: str, width: int) -> Sequence[Entry]:
    """Return what one would type instead of what the line with the keyboard does."""
    kind, _, name = cursor.partition(":")
    if kind == "unit":
        return _of_unit(known, name)
    if kind == "find":
        mend = next((one.mend for one in known.machine.findings if one.id == name), "") if known.machine else ""
        return paragraph(mend, width)
    command = next((offer.command for offer in offers(known) if offer.id == name), "")
    return [_quiet(_OURS), *paragraph(command, width, indent=INDENT)] if command else ()


def _of_unit(known: Known, name: str) -> Sequence[Entry]:
    unit, commands = known.plain
    if unit != name or not commands:
        return ()
    pieces = Row()
    for key, command in commands:
        pieces = pieces + row(Span(f"{key} ", Role.TEXT), Span(f"{command}   ", Role.QUIET))
    return [_quiet(f"What the keys do to {title_of(name)}, if you would rather type it yourself:"),
            Entry(row(" " * INDENT) + pieces)]  # fmt: skip


def _quiet(text: str) -> Entry:
    return Entry(row("  ", Span(text, Role.QUIET)))
