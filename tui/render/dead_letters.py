"""Dead letters, and what comes nearest to them while there are none: records that nobody can read."""

from collections.abc import Sequence
from typing import Final

from lab.shop.contracts import Unreadable
from lab.shop.wording import clean, plural
from tui.model.item import Item
from tui.render.bars import clock
from tui.render.signs import SIGNS
from tui.render.text import Look, Role, Row, Span, row
from tui.render.topology_words import short

NONE: Final = "None. A message lands here when retrying cannot help (phase 2)."
COMMANDS: Final = "   uv run lab dlq list names them; uv run lab dlq replay sends them back."
_TIME, _KEY, _TOPIC, _PLACE = 13, 13, 22, 7


def waiting(parked: int | None) -> Span:
    """Say how many dead letters nobody has dealt with yet."""
    if parked is None:
        return Span("Kafka has not said how many there are.", Role.QUIET)
    if not parked:
        return Span(NONE)
    wait = "waits" if parked == 1 else "wait"
    return Span(f"{SIGNS.dead} {plural(parked, 'dead letter')} {wait}: retrying could not help.", Role.FAULT)


def how_many(parked: int | None) -> Span:
    """Return how many they are, for the Shop's picture."""
    return Span(SIGNS.unknown if parked is None else short(parked), Role.FAULT if parked else Role.TEXT)


def unreadable(count: int) -> Span:
    """Return how many records nobody can read, for the Shop's picture."""
    return Span(f"{short(count)} unreadable", Role.FAULT) if count else Span("none", Role.QUIET)


def brief(parked: int | None, count: int) -> Row:
    """Return both, where there is one line for them."""
    return row(how_many(parked), "  ", "d opens" if parked and not count else unreadable(count))


def head(count: int, parked: int | None) -> Sequence[Row]:
    """Return what stands above the list."""
    rows = [row(" ", waiting(parked)), row(Span(COMMANDS, Role.QUIET)) if parked else Row()]
    if not count:
        return [*rows, row(Span(" Every record so far could be read.", Role.QUIET))]
    return [*rows, row(Span(f" {SIGNS.dead} {count} {'record' if count == 1 else 'records'}", Role.FAULT, Look.STRONG),
                       " that nobody can read; they still lie on Kafka:")]  # fmt: skip


def letter(item: Item, width: int, *, chosen: bool) -> Row:
    """Return one line: when, the key, where it lies, and why nobody can read it."""
    record, message = item.record, item.message
    assert record is not None
    why = f"{message.reason}: {message.detail}" if isinstance(message, Unreadable) else ""
    made = row(
        Span(SIGNS.cursor if chosen else " ", look=Look.STRONG),
        Span(clock(item.at_ms, thousandths=True).ljust(_TIME), Role.QUIET),
        clean(item.order_id or "no key", _KEY - 1).ljust(_KEY),
        clean(record.topic, _TOPIC - 1).ljust(_TOPIC),
        Span(item.place.ljust(_PLACE), Role.QUIET),
        Span(clean(why, 300), Role.FAULT),
    ).fitted(width)
    return made.reversed() if chosen else made
