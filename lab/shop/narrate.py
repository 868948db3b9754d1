"""The flow told in words: messages and the clock go in, lines of at most 80 columns come out. Pure: it reads no clock,
asks no broker and prints nothing.

An order begins with a header and ends with a footer. While several orders are under way each line carries the first
four signs of its order's id, so that any mixture can be read, and searched with grep.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from enum import StrEnum
from typing import Final

from rich.cells import cell_len

from lab.shop import whose
from lab.shop.contracts import Body, Command, Message, Record, Unreadable
from lab.shop.seen import Back, Lost, News, Seen
from lab.shop.sentences import sentence
from lab.shop.silence import UnitNow, explain
from lab.shop.story import Stories, Story
from lab.shop.wording import COLUMNS, basket, clean, fit, money, pad, plural, wrapped

SILENT_SECONDS: Final = 5.0
SETTLE_SECONDS: Final = 1.0
"""How long an order that has ended may owe an answer before its footer is written all the same."""
SAME_REASON_SECONDS: Final = 15.0
"""The same explanation is not given again sooner."""
_NAME_AT, _NAME_CELLS = 55, 18
_AFTER: Final = " " * 10


class LineKind(StrEnum):
    """What a line is, for those who colour it."""

    HEADER = "header"
    COMMAND = "command"
    EVENT = "event"
    FOOTER = "footer"
    NOTE = "note"  # the narrator's own words
    TROUBLE = "trouble"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text, without control characters; `mark`, if any, is its last word: `yours`, `(yours)`, `again`."""

    kind: LineKind
    text: str
    mark: str = ""


def everything(_: Seen) -> bool:
    """Show all."""
    return True


def unknown(_: str) -> UnitNow:
    """Know nothing of units."""
    return UnitNow.UNKNOWN


class Narrator:
    """Tells what it is shown. `now` is one clock, in seconds; `shows` picks the messages that get a line."""

    def __init__(
        self,
        *,
        unit_now: Callable[[str], UnitNow] = unknown,
        zone: tzinfo | None = None,
        shows: Callable[[Seen], bool] = everything,
    ) -> None:
        self._unit_now, self._zone, self._shows = unit_now, zone, shows
        self._stories = Stories()
        self._last = ""  # the order that the line before was about
        self._mixed = False  # several orders at once; until the next that begins alone
        self._lost = False
        self._said: dict[str, float] = {}  # explanations, and when they were given

    def see(self, news: News, now: float) -> list[Line]:
        """Tell one piece of news."""
        if isinstance(news, Lost):
            self._lost = True
            text = f"{_AFTER}! Kafka does not answer since {self._clock(news.at)}; asked again every second."
            return [Line(LineKind.TROUBLE, text)]
        if isinstance(news, Back):
            self._lost = False
            text = f"{_AFTER}! Kafka answers again, after {news.seconds_away:.0f} s. Nothing was missed."
            return [Line(LineKind.TROUBLE, text)]
        if isinstance(news.message, Unreadable):
            return _unreadable(news.message) if self._shows(news) else []
        return self._message(news, news.message, now)

    def tick(self, now: float) -> list[Line]:
        """Tell what only time tells: an end that nothing follows, a silence that lasts."""
        lines: list[Line] = []
        for story in [story for story in self._stories if story.waits.ending]:
            if now - story.heard_at >= SETTLE_SECONDS:
                lines += self._footer(story)
        silent = [story for story in self._stories if not story.explained and now - story.heard_at >= SILENT_SECONDS]
        return lines if self._lost else lines + self._silence(silent, now)

    def over(self, order_id: str) -> bool:
        """Say whether this order has reached its end, and its footer is told."""
        return self._stories.is_over(order_id)

    def _message(self, seen: Seen, message: Message[Body], now: float) -> list[Line]:
        at_ms = seen.record.timestamp_ms
        story = self._stories.get(message.order_id, at_ms, now)
        fresh = story.hear(message, at_ms, now)
        lines: list[Line] = []
        if self._shows(seen):
            if not story.headed:
                lines.append(self._header(story))
            lines.append(self._line(story, message, seen.record, again=not fresh))
        if story.waits.settled and not self._stories.is_over(story.order_id):
            lines += self._footer(story)
        return lines

    def _header(self, story: Story) -> Line:
        story.headed, self._last, self._mixed = True, story.order_id, len(self._stories) > 1
        at, order = f" {self._clock(story.began_ms / 1000)} ──", story.order
        what = "under way before we listened"
        if order is not None:
            total = money(order.total_cents, order.currency)
            what = f"{basket(order.lines)} for {clean(order.customer_name, 24)}, {total}"
        begin = fit(f"── {clean(story.order_id, 40)}  {what}", COLUMNS - len(at) - 2) + " "
        return Line(LineKind.HEADER, begin + "─" * (COLUMNS - len(at) - cell_len(begin)) + at)

    def _line(self, story: Story, message: Message[Body], record: Record, *, again: bool) -> Line:
        mixed = self._mixed = self._mixed or len(self._stories) > 1 or self._last != story.order_id
        self._last = story.order_id
        command = isinstance(message.body, Command)
        time = _seconds(story.seconds(record.timestamp_ms))
        sign = "→" if command else "·"
        begin = f"{self._stories.short(story.order_id)} {time} s {sign} " if mixed else f"{time} s  {sign} "
        words = sentence(message.body, story.order, short=mixed)
        mark = whose.mark(message) or ("again" if again else "")
        text = _columns(begin, words + (", again" if again and mark != "again" else ""), message.name, mark)
        return Line(LineKind.COMMAND if command else LineKind.EVENT, text, mark)

    def _footer(self, story: Story) -> list[Line]:
        self._stories.end(story)
        if not story.headed:
            return []
        self._last = story.order_id
        seconds = story.seconds(story.told_ms)
        said = [f"{clean(story.order_id, 40)} {story.waits.ending} in {seconds:.1f} s"]
        if story.reason:
            said.append(clean(story.reason, 30))
        said.append(plural(story.messages, "message"))
        lines = [Line(LineKind.FOOTER, text) for text in _footed(said, whose.sentences(story.pieces))]
        if owed := [awaited.name for awaited in story.waits.awaited]:
            text = f"No message came that should have followed: {', '.join(owed)}."
            lines += [Line(LineKind.NOTE, part) for part in wrapped(text, f"{_AFTER}… ", _AFTER)]
        return lines

    def _silence(self, silent: list[Story], now: float) -> list[Line]:
        lines: list[Line] = []
        for why in dict.fromkeys(story.waits.awaited for story in silent):
            group = [story for story in silent if story.waits.awaited == why and story.headed]
            for story in group:
                story.explained = True
            key = str(why)
            if not group or now - self._said.get(key, -SAME_REASON_SECONDS) < SAME_REASON_SECONDS:
                continue
            self._said[key] = now
            alone = len(self._stories) == 1
            told = explain(why, group, None if alone else self._stories, self._unit_now, SILENT_SECONDS)
            since = group[0].seconds(group[0].told_ms) + now - group[0].heard_at if alone else None
            begin = pad(f"{since:4.1f} s" if since is not None else "", len(_AFTER))
            lines += [Line(LineKind.NOTE, text) for text in wrapped(told, f"{begin}… ", _AFTER)]
        return lines

    def _clock(self, seconds: float) -> str:
        return datetime.fromtimestamp(seconds, self._zone).strftime("%H:%M:%S")


def _seconds(seconds: float) -> str:
    """Six cells, right-aligned: ` 0.011`, `62.140`, `  3671`."""
    digits = 3 if seconds < 100 else 0  # noqa: PLR2004
    return f"{seconds:6.{digits}f}"


def _columns(begin: str, words: str, name: str, mark: str) -> str:
    """Set one line: the technical name in its column where there is room, the mark at the right edge."""
    tail = f"{name} {mark}" if mark else name
    told = fit(begin + words, COLUMNS - 2 - len(tail))
    at = min(_NAME_AT, COLUMNS - len(tail)) if mark else _NAME_AT
    text = f"{pad(told, at - 2)}  {name}"
    return f"{pad(text, COLUMNS - len(mark) - 1)} {mark}" if mark else text


def _footed(said: Sequence[str], pieces: Sequence[str]) -> list[str]:
    """Set a footer: one line, or the pieces on lines of their own where one does not hold them."""
    whole = f"── {' · '.join([*said, *pieces])} ──"
    if cell_len(whole) <= COLUMNS:
        return [whole]
    below = [text for piece in pieces for text in wrapped(piece, _AFTER, _AFTER)]
    return [fit(f"── {' · '.join(said)} ──", COLUMNS), *below]


def _unreadable(what: Unreadable) -> list[Line]:
    text = f"{what.record.position}: cannot be read ({what.reason}: {clean(what.detail, 120)})"
    return [Line(LineKind.TROUBLE, part) for part in wrapped(clean(text, 300), f"{_AFTER}! ", f"{_AFTER}  ")]
