"""The Start screen: what this is, how the machine and the shop are, what now, and the plain command."""

from collections.abc import Sequence
from typing import Final

from lab.shop.wording import clean, fit, pad
from tui.model.offers import Offer, offers
from tui.model.start import Known, Stands
from tui.render.staged import staged
from tui.render.start_blocks import INDENT, MARGIN, Block, Entry, fitted, heading, seen
from tui.render.start_machine import full, looking, short
from tui.render.start_said import plain_command, said
from tui.render.start_units import units
from tui.render.text import Role, Row, Span, row

TEXT_CELLS: Final = 26
ROOMY: Final = 30
_WELCOME: Final = (
    "You are going to build a small online shop out of programs that only talk",
    "through messages. Here is the finished shop. You will replace it, piece by",
    "piece, by your own code.",
)
_DRAWING: Final = (
    "                      ┌──────────┐",
    " customer ─▶ Order ─▶ │ mediator │ ⇄ Inventory  Payment  Fulfilment",
    "                      └──────────┘ ⇄ Notification       Analytics (listens)",
)
_WITH_UNITS: Final = frozenset({Stands.OPEN, Stands.HURT, Stands.ORPHANED, Stands.GONE, Stands.NO_DOCKER})
_OF_THE_MACHINE: Final = frozenset({Stands.CLOSED, Stands.SILENT, Stands.IMPOSSIBLE, Stands.FAILED})
_WITH_WELCOME: Final = _OF_THE_MACHINE | {Stands.LOOKING, Stands.BUSY}


def entries(known: Known, cursor: str, width: int, height: int, *, motion: bool = True) -> Sequence[Entry]:
    """Return the lines of the screen, as many as fit, among them the one on which the keyboard is."""
    return seen(fitted(_blocks(known, cursor, width, height, motion=motion), height), cursor, height)


def stops(known: Known) -> list[str]:
    """Return every place where the keyboard can stand, in sequence."""
    if known.machine is not None and known.stands in _OF_THE_MACHINE:
        machine = [entry.id for entry in short(known.machine, 80, postgres=known.postgres) if entry.id]
    else:
        machine = []
    shown = [f"unit:{name}" for name in known.units] if known.stands in _WITH_UNITS else []
    return [*machine, *(f"offer:{offer.id}" for offer in offers(known)), *shown]


def home(known: Known) -> str:
    """Return the place of the first thing to do."""
    first = next(iter(offers(known)), None)
    return f"offer:{first.id}" if first else next(iter(stops(known)), "")


def _blocks(known: Known, cursor: str, width: int, height: int, *, motion: bool) -> list[Block]:
    stands = known.stands
    closing = known.board is not None and known.board.going and not known.board.deed.opens
    blocks = _welcome(known) if stands in _WITH_WELCOME and not closing else []
    if stands is Stands.BUSY or (stands is Stands.FAILED and known.board is not None):
        assert known.board is not None
        blocks.append(Block([Entry(one) for one in staged(known.board, known.now_ms, width, motion=motion)]))
    told = said(known, width)
    if told:
        blocks.append(Block(told))
    if stands is Stands.LOOKING:
        blocks.append(Block(looking(known)))
    elif stands in _OF_THE_MACHINE and known.machine is not None:
        blocks.append(_machine(known, width, height, leaves=2 if stands is Stands.FAILED else 0))
    blocks.append(Block(_what_now(known, width)))
    if stands in _WITH_UNITS:
        blocks.append(Block(units(known, width)))
        if known.machine is not None and height >= ROOMY:
            blocks.append(Block(full(known.machine, width), leaves=6))
    blocks.append(Block(plain_command(known, cursor, width), leaves=3))
    return blocks


def _machine(known: Known, width: int, height: int, *, leaves: int) -> Block:
    assert known.machine is not None
    few = short(known.machine, width, postgres=known.postgres)
    if height < ROOMY:
        return Block(few, leaves)
    return Block(full(known.machine, width), leaves=7, shorter=few)


def _welcome(known: Known) -> list[Block]:
    """Return the text of the first visit; who comes back has read it."""
    drawing = [Entry(row(" " * MARGIN, line)) for line in _DRAWING]
    text = [Entry(row(" " * MARGIN, line)) for line in _WELCOME]
    if known.machine is not None and known.machine.opened_before and not (known.learner and known.learner.is_new):
        return [Block(drawing, leaves=9)]
    return [Block(text, leaves=8), Block(drawing, leaves=9)]


def _what_now(known: Known, width: int) -> list[Entry]:
    offered = offers(known)
    cells = max([TEXT_CELLS, *(len(offer.text) + 2 for offer in offered if offer.note)])
    lines = [Entry(_offer(offer, cells, width), f"offer:{offer.id}") for offer in offered]
    return [heading("What now?" if known.stands is not Stands.BUSY else "Meanwhile"), *lines] if lines else []


def _offer(offer: Offer, cells: int, width: int) -> Row:
    text = pad(clean(offer.text), cells)
    room = max(0, width - INDENT - len(text) - MARGIN)
    return row(" " * INDENT, text, Span(fit(clean(offer.note), room), Role.QUIET))
