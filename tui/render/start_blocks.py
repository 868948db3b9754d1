"""The Start screen's lines in blocks; what gives way first where they do not all fit; which line the mouse is on."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from lab.shop.wording import clean
from tui.render.signs import SIGNS
from tui.render.text import Look, Role, Row, Span, row

MARGIN: Final = 2
INDENT: Final = 4
AIRY: Final = 6
NEVER: Final = 0
"""A block of this rank does not leave; the screen scrolls instead."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line. `id`: where the keyboard can stand on it; empty where it cannot."""

    row: Row
    id: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """Lines that stay together, with a blank line above. The highest `leaves` leaves first; NEVER does not.

    From AIRY on a block leaves before the blank lines between the others do. shorter: what it becomes first.
    """

    entries: Sequence[Entry]
    leaves: int = NEVER
    shorter: Sequence[Entry] | None = None


def fitted(blocks: Sequence[Block], height: int) -> list[Entry]:
    """Return the lines of all blocks that fit: first blocks become shorter or leave, then the blank lines do."""
    kept = [block for block in blocks if block.entries]
    while kept:
        first = max(kept, key=lambda block: block.leaves)
        needed = _rows(kept) + (len(kept) - 1 if first.leaves >= AIRY else 0)
        if needed <= height or first.leaves == NEVER:
            break
        place = kept.index(first)
        kept[place : place + 1] = [] if first.shorter is None else [Block(first.shorter, first.leaves - 1)]
    gaps = max(0, min(len(kept), height - _rows(kept)))
    entries: list[Entry] = []
    for number, block in enumerate(kept):
        if number >= len(kept) - gaps:  # the blanks further down tell more apart
            entries.append(Entry(Row()))
        entries.extend(block.entries)
    return entries


def _rows(blocks: Sequence[Block]) -> int:
    """Return the rows that they need, without the blank lines between them."""
    return sum(len(block.entries) for block in blocks)


def seen(entries: Sequence[Entry], cursor: str, height: int) -> Sequence[Entry]:
    """Return so many lines, among them the one on which the keyboard is; an edge where more lies says so."""
    if len(entries) <= height:
        return entries
    at = next((number for number, entry in enumerate(entries) if entry.id and entry.id == cursor), 0)
    top = max(0, min(at - height // 2, len(entries) - height))
    shown = list(entries[top : top + height])
    if top + height < len(entries) and not shown[-1].id:
        shown[-1] = Entry(row(" " * INDENT, Span(f"{SIGNS.more_below} more", Role.QUIET)))
    return shown


def marked(entries: Sequence[Entry], cursor: str, width: int) -> list[Row]:
    """Return the rows, the one on which the keyboard is marked by `›` and reversed."""
    return [_marked(entry.row, width) if entry.id and entry.id == cursor else entry.row for entry in entries]


def _marked(one: Row, width: int) -> Row:
    kept = _without_indent(one).fitted(max(0, width - INDENT - MARGIN))
    return row(" " * MARGIN, Span(f"{SIGNS.cursor} ", look=Look.STRONG)) + kept.reversed()


def _without_indent(one: Row) -> Row:
    first, *others = one.spans
    return Row((first.saying(first.text[INDENT:]), *others))


def heading(text: str) -> Entry:
    """Return a block's first line."""
    return Entry(row(" " * MARGIN, Span(text, look=Look.STRONG)))


def paragraph(text: str, width: int, *, indent: int = MARGIN, role: Role = Role.TEXT) -> list[Entry]:
    """Return a text in as many lines as it needs."""
    lines = textwrap.wrap(clean(text, 2000), max(10, width - indent - MARGIN), break_on_hyphens=False)
    return [Entry(row(" " * indent, Span(line, role))) for line in lines]
