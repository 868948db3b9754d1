"""One message in full: where it lies, its headers as they are stored, its value, what caused it and what it caused."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from lab.shop.contracts import Record, Unreadable
from lab.shop.contracts.credit import BROKEN, HANDLED_BY
from lab.shop.wording import clean, fit, pad
from tui.model.item import Item, Kind
from tui.render.bars import clock
from tui.render.json_text import laid_out
from tui.render.signs import SIGNS
from tui.render.tail import arrow, title
from tui.render.text import Look, Role, Row, Span, row, sides

FIRST_BYTES: Final = 4096
_MEGA: Final = 1_000_000
CHAIN: Final = 3
"""So many causes are named; of a longer chain the rest is counted."""
_LABEL: Final = 11
_HEADER: Final = 16
_LONG: Final = 24


@dataclass(frozen=True, slots=True)
class Related:
    """A message that caused this one, or was caused by it. `ms`: how much later it came; negative: before."""

    item: Item
    ms: int
    waiting: str = ""
    """Of a command whose answer has not come: why, in words."""


@dataclass(frozen=True, slots=True)
class Inspected:
    """What is shown of one item. `causes`: the nearest first."""

    item: Item
    causes: Sequence[Related] = ()
    effects: Sequence[Related] = field(default=())
    copies: int = 1
    raw: bool = False


def heading(item: Item) -> Row:
    """Return the message in a few words, for the line above a low sheet."""
    role, sign = arrow(item)
    said = row(Span(f"{sign} ", role, Look.STRONG), Span(clean(item.name, 40) or "unreadable", role))
    if outcome := _outcome(item):
        said += row(f" · {outcome}")
    return said + (row(" · ", _yours(item)) if item.origin else Row())


def tall(shown: Inspected, width: int) -> list[Row]:
    """Return the rows for a pane at the side."""
    item = shown.item
    if item.record is None:
        return [row(f" {clean(item.name)}"), row(Span(f" {clock(item.at_ms, thousandths=True)}", Role.QUIET))]
    role, sign = arrow(item)
    what = {Kind.COMMAND: "command", Kind.EVENT: "event"}.get(item.kind, "damaged")
    name = Span(fit(clean(item.name, 80), max(8, width - 16)), role, Look.STRONG)
    return [
        sides(row(Span(f" {sign} {what}", role)), row(name), width),
        sides(row(f" {_outcome(item)}"), row(_yours(item), "  ") if item.origin else Row(), width),
        Row(),
        *_facts(shown, item.record),
        Row(),
        row(Span(" headers, as stored", Role.QUIET)),
        *(_header(name, value, width, raw=shown.raw) for name, value in item.record.headers),
        Row(),
        sides(row(Span(" value", Role.QUIET)), row(Span(size(item.record.value, whole=shown.raw), Role.QUIET)), width),
    ]


def related(shown: Inspected, width: int) -> list[Row]:
    """Return the rows about cause and effect, for a pane at the side."""
    if shown.item.record is None:
        return []
    rows = [Row(), row(Span(" what caused it", Role.QUIET))]
    rows += _back(shown, width)
    rows.append(row(Span(" what it caused", Role.QUIET)))
    for one in shown.effects:
        rows.append(_related(one, width, 0))
        rows += [row(Span(f"    {line}", Role.FAULT)) for line in _wrapped(one.waiting, width - 4)]
    return rows if shown.effects else [*rows, row("  nothing yet")]


def _back(shown: Inspected, width: int) -> list[Row]:
    """Return the chain of causes; of a long one the nearest, and how many are before them."""
    if not shown.causes:
        return [row(f"  {_no_cause(shown)}")]
    rows = [_related(one, width, depth) for depth, one in enumerate(shown.causes[:CHAIN])]
    more = len(shown.causes) - CHAIN
    if more > 0:
        first = clean(shown.causes[-1].item.name, 40)
        rows.append(row(Span(f"{' ' * (2 + CHAIN)}{SIGNS.cut} {more} more, to {first}", Role.QUIET)))
    return rows


def low(shown: Inspected, width: int) -> list[Row]:
    """Return the rows for a low sheet, without the value's own."""
    item, record = shown.item, shown.item.record
    if record is None:
        return tall(shown, width)
    ids = [f"{label} {_short(record.header(label) or '–')}" for label in ("ce_id", "ce_correlationid")]
    rows = [
        row(
            Span(" topic ", Role.QUIET), clean(record.topic, 40), Span("  part ", Role.QUIET), str(record.partition),
            Span("  offset ", Role.QUIET), str(record.offset), Span("  key ", Role.QUIET), _key(record, 24),
            Span(f"  {clock(item.at_ms, thousandths=True)}", Role.QUIET),
        ),
        row(" ", "  ".join(ids), Span("  r: as stored" if not shown.raw else "  r: in lines", Role.QUIET)),
    ]  # fmt: skip
    back = [f"{_name(one.item)} {_ms(one.ms)}" for one in shown.causes] or [_no_cause(shown)]
    on = [f"{_name(one.item)} {_ms(one.ms)}" + (f", {one.waiting}" if one.waiting else "") for one in shown.effects]
    rows.append(row(Span(" caused by ", Role.QUIET), " ← ".join(back)))
    rows.append(row(Span(" caused    ", Role.QUIET), " · ".join(on) or "nothing yet"))
    if shown.raw:
        rows += [_header(name, value, width, raw=True) for name, value in record.headers]
    return [one.fitted(width) for one in rows]


def value_lines(shown: Inspected, room: int, *, glued: bool) -> Sequence[str] | str:
    """Return the value in lines: JSON laid out, or as it is stored. What is large is one text, to be cut when drawn."""
    record = shown.item.record
    value = record.value if record else None
    if value is None:
        return ["null: no value at all"] if record else []
    if shown.raw:
        return value.decode("utf-8", "replace")
    if len(value) > FIRST_BYTES:
        return value[:FIRST_BYTES].decode("utf-8", "replace")
    try:
        return laid_out(json.loads(value), room, glued=glued)
    except (ValueError, RecursionError):
        return value.decode("utf-8", "replace")


def size(value: bytes | None, *, whole: bool = False) -> str:
    """`69 bytes`; of a large value also how much of it is shown, unless it is shown as a whole."""
    if value is None:
        return "null"
    if len(value) <= FIRST_BYTES:
        return f"{len(value)} bytes"
    said = f"{len(value) / 1000:.0f} kB" if len(value) < _MEGA else f"{len(value) / _MEGA:.1f} MB"
    return said if whole else f"{said}; the first 4 kB. r shows all."


def _facts(shown: Inspected, record: Record) -> list[Row]:
    item, message = shown.item, shown.item.message
    said = [
        ("topic", clean(record.topic, 60)),
        ("where", f"part {record.partition}, offset {record.offset}"),
        ("key", _key(record, 60)),
        ("stored", clock(item.at_ms, thousandths=True)),
    ]
    if who := record.header(HANDLED_BY):
        said.append((HANDLED_BY, f"{clean(who, 20)}  ({title(item.source)})"))
    if shown.copies > 1:
        said.append(("came", f"{SIGNS.twice}{shown.copies}: the same id again"))
    if isinstance(message, Unreadable):
        said.append(("unreadable", f"{message.reason}: {clean(message.detail, 80)}"))
    return [row(Span(f" {pad(label, _LABEL)}", Role.QUIET), text) for label, text in said]


def _header(name: str, value: bytes | None, width: int, *, raw: bool) -> Row:
    text = SIGNS.unknown if value is None else clean(value.decode("utf-8", "replace"), 2000)
    label = pad(clean(name, 60), _HEADER)
    room = width - 3 - len(label)
    shown = text if raw or len(text) <= _LONG else _short(text, room)
    return row(Span(f"  {label} ", Role.QUIET), fit(shown, max(4, room)))


def _short(text: str, room: int = 13) -> str:
    """Cut an id in its middle: its beginning and its end tell it from others."""
    text = clean(text, 2000)
    is_id = len(text) >= _LONG and "/" not in text and "." not in text and " " not in text
    room = min(room, 13)
    return f"{text[: room - 5]}…{text[-4:]}" if is_id and room > 6 else text  # noqa: PLR2004


def _related(one: Related, width: int, depth: int) -> Row:
    indent = " " * (2 + depth)
    role, sign = arrow(one.item)
    return sides(row(Span(f"{indent}{sign} {clean(one.item.name, 60)}", role)), row(_ms(one.ms)), width)


def _name(item: Item) -> str:
    return f"{arrow(item)[1]} {clean(item.name, 40)}"


def _ms(ms: int) -> str:
    return f"{'−' if ms < 0 else '+'}{abs(ms)} ms"


def _no_cause(shown: Inspected) -> str:
    return "a message that is not here" if shown.item.cause else "nothing: it begins the story"


def _key(record: Record, at_most: int) -> str:
    return SIGNS.unknown if record.key is None else clean(record.key.decode("utf-8", "replace"), at_most)


def _outcome(item: Item) -> str:
    return clean(getattr(getattr(item.message, "body", None), "outcome", "") or "", 30)


def _yours(item: Item) -> Span:
    return Span(f"{SIGNS.yours} {'broken' if item.origin == BROKEN else 'yours'}", Role.YOURS)


def _wrapped(text: str, width: int) -> list[str]:
    lines: list[str] = []
    for word in text.split():
        if lines and len(lines[-1]) + 1 + len(word) <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines
