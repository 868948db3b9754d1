"""The tail: one line an item. Which columns there are follows from the width; time, key, message and note stay."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from rich.cells import set_cell_size

from lab.shop.contracts.credit import BROKEN
from lab.shop.units import BY_NAME
from lab.shop.wording import clean, fit, pad
from tui.model.item import Item, Kind
from tui.render.bars import clock
from tui.render.signs import SIGNS
from tui.render.text import Look, Role, Row, Span, row, sides

NAME, ROUTE, NOTE, KEY = 20, 23, 9, 4
_HOUR, _SHORT_PLACE, _LONG_PLACE = 3, 4, 7
_FIXED: Final = 1 + 9 + 1 + KEY + 1 + 2 + NAME + 1 + NOTE
"""Cursor, time without the hour, key, arrow, message, note; the blanks between them."""
_SPACIOUS: Final = 84
_TOOK, _OUTCOME, _STORY = 8, 13, 9


@dataclass(frozen=True, slots=True)
class Columns:
    """Which columns a width has room for, and how wide those are that vary; 0: it is left out."""

    hour: bool
    name: int
    route: int
    place: int
    took: int = 0
    outcome: int = 0
    story: int = 0
    """The correlation id: one for a whole story."""


@dataclass(frozen=True, slots=True)
class TailLine:
    """What one line says. `copies`: how often it came, with the ones before; `took_ms`: since its cause."""

    item: Item
    here: bool = False
    focused: bool = False
    copies: int = 1
    unanswered: bool = False
    took_ms: int | None = None


@cache
def columns(width: int) -> Columns:
    """Return what fits: first the hour leaves, then from → to, then partition and offset."""
    place = 1 + _SHORT_PLACE if width >= _FIXED + 1 + _SHORT_PLACE else 0
    route = 1 + ROUTE if width >= _FIXED + place + 1 + ROUTE else 0
    left = width - _FIXED - place - route
    hour = bool(route) and left >= _HOUR
    if width >= _SPACIOUS:
        route, place = route + 1, 1 + _LONG_PLACE
        left = width - _SPACIOUS
        took = _TOOK if left >= _TOOK else 0
        outcome = _OUTCOME if left >= _TOOK + _OUTCOME else 0
        story = _STORY if left >= _TOOK + _OUTCOME + _STORY else 0
        return Columns(hour, NAME, route, place, took, outcome, story)
    return Columns(hour, max(6, NAME + min(0, left)), route, place)


def header(width: int) -> Row:
    """Return the line above the others."""
    has = columns(width)
    said = " " + pad("time", 12 if has.hour else 9) + " key  message"
    said = pad(said, 1 + (12 if has.hour else 9) + 1 + KEY + 1 + 2 + has.name + has.outcome + 1)
    said += pad("from → to", has.route) if has.route else ""
    said += pad("p·off" if has.place > _SHORT_PLACE + 1 else "p·o", has.place) if has.place else ""
    said += pad("took", has.took) if has.took else ""
    said += pad("story", has.story) if has.story else ""
    return row(Span(fit(said + "note", width), Role.QUIET))


def line(shown: TailLine, width: int) -> Row:
    """Return one line, exactly so wide."""
    item, has = shown.item, columns(width)
    cursor = Span(SIGNS.cursor if shown.here else " ", look=Look.STRONG)
    time = clock(item.at_ms, thousandths=True)
    head = row(cursor, Span(time if has.hour else time[_HOUR:], Role.QUIET), " ")
    made = head + (_mark(item, width - head.cells) if item.kind is Kind.DONE else _message(shown, has))
    made = made.fitted(width)
    return made.reversed() if shown.here and shown.focused else made


def _mark(item: Item, room: int) -> Row:
    """Return what was done to a unit, as a line across."""
    dash = SIGNS.frame_line[0]
    said = f"{dash * 2} {clean(item.name)} "
    until = room - NOTE - 2
    return row(Span(pad(said, 0) + dash * max(0, until - len(said)), Role.FAULT, Look.STRONG))


def _message(shown: TailLine, has: Columns) -> Row:
    item = shown.item
    pieces: list[Span | str] = [set_cell_size(short_key(item.order_id), KEY), " ", *_name(item, has)]
    if has.outcome:
        said = getattr(getattr(item.message, "body", None), "outcome", "") or ""
        pieces.append(Span(pad(fit(said, has.outcome - 1), has.outcome), Role.QUIET))
    pieces.append(" ")
    if has.place:
        pieces += sides(row(route(item) if has.route else ""), _place(item, has), has.route + has.place).spans
    if has.took:
        pieces.append(Span(pad("" if shown.took_ms is None else f"{shown.took_ms} ms", has.took), Role.QUIET))
    if has.story:
        pieces.append(Span(pad(_story(item), has.story), Role.QUIET))
    return row(*pieces, *note(shown))


def _name(item: Item, has: Columns) -> tuple[Span, Span]:
    role, sign = arrow(item)
    said = clean(item.name, 80) or "unreadable"
    return Span(f"{sign} ", role, Look.STRONG), Span(pad(fit(said, has.name), has.name), role)


def _place(item: Item, has: Columns) -> Row:
    wide = has.place - 1
    return row(Span(pad(fit(item.place, max(wide, len(item.place))), wide) + " ", Role.QUIET))


def _story(item: Item) -> str:
    return clean(item.record.header("ce_correlationid") or "", 60)[: _STORY - 1] if item.record else ""


def arrow(item: Item) -> tuple[Role, str]:
    """Return the sign of a message, and its role."""
    if item.kind is Kind.COMMAND:
        return Role.COMMAND, SIGNS.command_right
    return (Role.FAULT, SIGNS.unexpected) if item.kind is Kind.UNREADABLE else (Role.EVENT, SIGNS.event_right)


def short_key(order_id: str) -> str:
    """Return an order's id without what all of them begin with, cleaned."""
    return clean(order_id.removeprefix("ord-"), 40) or SIGNS.unknown


def title(unit: str) -> str:
    """Return a unit's name as people write it."""
    return BY_NAME[unit].title if unit in BY_NAME else clean(unit, 20)


def route(item: Item) -> str:
    """Say who speaks to whom: `mediator → Payment`."""
    return f"{title(item.source)} → {title(item.target)}"


def note(shown: TailLine) -> Sequence[Span]:
    """Return what is worth a word; `◆` stays, its word gives way to others."""
    item, tags = shown.item, list[Span]()
    if shown.copies > 1:
        tags.append(Span(f"{SIGNS.twice}{shown.copies}", Role.FAULT))
    if item.kind is Kind.UNREADABLE:
        tags.append(Span(f"{SIGNS.unexpected} damaged", Role.FAULT))
    if shown.unanswered:
        tags.append(Span("silent" if item.origin or tags else "no answer", Role.FAULT))
    if item.origin:
        word = "broken" if item.origin == BROKEN else "yours"
        tags.insert(0, Span(SIGNS.yours if tags else f"{SIGNS.yours} {word}", Role.YOURS))
    return [piece for tag in tags for piece in (tag, Span(" "))][:-1]
