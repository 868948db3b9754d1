"""Dead letters, and what comes nearest to them while there are none: records that nobody can read."""

from collections.abc import Sequence
from typing import Final

from lab.shop.contracts import Unreadable
from lab.shop.wording import clean
from tui.model.item import Item
from tui.render.bars import clock
from tui.render.signs import SIGNS
from tui.render.text import Look, Role, Row, Span, row

NONE: Final = "None. A message lands here when retrying cannot help (phase 2)."
_TIME, _KEY, _TOPIC, _PLACE = 13, 13, 22, 7


def head(count: int) -> Sequence[Row]:
    """Return what stands above the list."""
    rows = [row(f" {NONE}"), Row()]
    if not count:
        return [*rows, row(Span(" Every record so far could be read.", Role.QUIET))]
    return [*rows, row(Span(f" {SIGNS.dead} {count} {'record' if count == 1 else 'records'}", Role.FAULT, Look.STRONG),
                       " that nobody can read; they were skipped, and still lie on Kafka:")]  # fmt: skip


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
