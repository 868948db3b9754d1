"""Running text with marks, broken into rows of a width; words keep their roles."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Final

from rich.cells import cell_len

from tui.render.text import Look, Role, Row, Span

if TYPE_CHECKING:
    from markdown_it.token import Token

_TICK: Final = Span("`", Role.QUIET)
_TURNS: Final = {
    "strong_open": Look.STRONG,
    "strong_close": Look.STRONG,
    "em_open": Look.UNDERLINE,
    "em_close": Look.UNDERLINE,
}
"""What begins and what ends a look: both turn it over."""
_OUTSIDE: Final = ("http://", "https://", "mailto:")


def spans_of(inline: "Token") -> list[Span]:
    """Return a line of Markdown as spans: code keeps its ticks, an address outside stands behind its words."""
    found = list[Span]()
    look, address = Look.PLAIN, list[str]()
    for child in inline.children or ():
        look ^= _TURNS.get(child.type, Look.PLAIN)
        match child.type:
            case "code_inline":
                found += (_TICK, Span(child.content, look=look), _TICK)
            case "softbreak" | "hardbreak":
                found.append(Span(" "))
            case "link_open":
                address.append(str(child.attrs.get("href", "")))
            case "link_close":
                found += _address(address.pop(), found)
            case _:
                found.append(Span(child.content, look=look))
    return found


def _address(href: str, before: Sequence[Span]) -> list[Span]:
    is_said = bool(before) and before[-1].text in {href, href.removeprefix("mailto:")}
    return [Span(f" ({href})", Role.QUIET)] if href.startswith(_OUTSIDE) and not is_said else []


def filled(spans: Iterable[Span], cells: int, first: Row, rest: Row | None = None) -> list[Row]:
    """Break spans at blanks into rows of at most so many cells; `first` begins the first row, `rest` the others.

    A word that is longer than a row is cut, and nothing of it is lost.
    """
    rest = first if rest is None else rest
    rows, line, room = list[Row](), first, cells - first.cells
    is_empty = True
    for word in _words(spans, max(1, cells - max(first.cells, rest.cells))):
        gap = 0 if is_empty else 1
        if not is_empty and word.cells + gap > room:
            rows.append(line)
            line, room, gap = rest, cells - rest.cells, 0
        line = line + (Row((Span(" "),)) if gap else Row()) + word
        room -= word.cells + gap
        is_empty = False
    return [*rows, line]


def _words(spans: Iterable[Span], longest: int) -> Iterator[Row]:
    """Yield what stands between blanks: one word may have several looks."""
    word = list[Span]()
    for span in spans:
        for at, piece in enumerate(span.text.split(" ")):
            if at and word:
                yield from _cut(word, longest)
                word = []
            if piece:
                word.append(span.saying(piece))
    if word:
        yield from _cut(word, longest)


def _cut(word: list[Span], longest: int) -> Iterator[Row]:
    if sum(span.cells for span in word) <= longest:
        yield Row(tuple(word))
        return
    taken, room = list[Span](), longest
    for span in word:
        for sign in span.text:
            if cell_len(sign) > room:
                yield Row(tuple(taken))
                taken, room = [], longest
            taken.append(span.saying(sign))
            room -= cell_len(sign)
    yield Row(tuple(taken))
