"""From the tap, or from a journal, through a teller to whoever prints: the loops around the pure narrator."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from lab.errors import NotFound
from lab.shop.contracts import ORDERS_INITIATING, Message, OrderCreated
from lab.shop.journal import BadLine, JournalWriter, Note, read_journal
from lab.shop.narrate import Line, LineKind, Narrator
from lab.shop.seen import Seen
from lab.shop.tap import Tap, snapshot
from lab.shop.tellers import Teller
from lab.shop.wording import clean, wrapped

Emit = Callable[[Sequence[Line]], None]

UNKNOWN_SECONDS: Final = 3.0
"""How long an order that nobody has spoken of is waited for."""


async def watch(tap: Tap, teller: Teller, emit: Emit, *, journal: JournalWriter | None = None) -> None:
    """Tell what comes until somebody interrupts. Time is told only when all that was there before has been."""
    while True:
        await _round(tap, teller, emit, journal)


async def watch_order(tap: Tap, order_id: str, narrator: Narrator, emit: Emit) -> None:
    """Tell one order to its end. Raises NotFound when nobody on Kafka has spoken of it.

    The tap must begin at the beginning, and the narrator be shown nothing else.
    """
    only = OneOrder(narrator, order_id)
    deadline = 0.0
    while not narrator.over(order_id):
        await _round(tap, only, emit, None)
        if only.heard or not tap.caught_up:
            continue
        deadline = deadline or time.monotonic() + UNKNOWN_SECONDS
        if time.monotonic() > deadline:
            raise NotFound(f"There is no message about order {clean(order_id, 40)} on Kafka.", "uv run lab order list")


async def _round(tap: Tap, teller: Teller, emit: Emit, journal: JournalWriter | None) -> None:
    lines: list[Line] = []
    for news in await tap.batch():
        if journal is not None and isinstance(news, Seen):
            journal.keep(news.record)
        lines += teller.see(news, time.time())
    if tap.caught_up:
        lines += teller.tick(time.time())
    if lines:
        emit(lines)


class OneOrder:
    """A teller that hears of one order only."""

    def __init__(self, inner: Teller, order_id: str) -> None:
        self._inner, self._order_id, self.heard = inner, order_id, False
        self.tick = inner.tick

    def see(self, news: object, now: float) -> list[Line]:
        """Pass on what belongs to the order, and what befalls the link."""
        if isinstance(news, Seen):
            if news.order_id != self._order_id:
                return []
            self.heard = True
        return self._inner.see(news, now)  # type: ignore[arg-type]  # it is news, only narrowed


def replay(path: Path, teller: Teller, emit: Emit) -> tuple[int, int]:
    """Tell a journal by its own clock; return how many records it holds and how many lines cannot be read.

    Raises NotFound when there is no such file. A damaged line is named and left out.
    """
    records = bad = 0
    now = 0.0
    for entry in read_journal(path):
        if isinstance(entry, Note):
            continue
        if isinstance(entry, BadLine):
            bad += 1
            text = f"line {entry.number} of the journal is left out: {clean(entry.why, 100)}"
            emit([Line(LineKind.TROUBLE, part) for part in wrapped(text, " " * 10 + "! ", " " * 12)])
            continue
        records += 1
        now = max(now, entry.record.timestamp_ms / 1000)
        emit([*teller.tick(now), *teller.see(entry, now)])
    emit(teller.tick(now + 60))
    return records, bad


async def newest_order(kafka: str, prefix: str) -> str:
    """Return the id of the order that was created last. Raises NotFound when there is none."""
    placed = [seen for seen in await snapshot(kafka, prefix, topics=(ORDERS_INITIATING,)) if _is_new_order(seen)]
    if not placed:
        raise NotFound("No order has been placed yet.", "Place one: uv run lab order place")
    return placed[-1].order_id


def _is_new_order(seen: Seen) -> bool:
    return isinstance(seen.message, Message) and isinstance(seen.message.body, OrderCreated)
