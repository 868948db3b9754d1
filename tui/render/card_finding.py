"""What a check has found: expected, saw, the messages with the first difference, why it matters, where to look."""

from collections.abc import Iterator
from typing import Final

from lab.course.card import timeline
from lab.course.verdict import Finding
from lab.shop.wording import clean
from tui.render.lesson_text import filled
from tui.render.text import Look, Role, Row, Span, row

LONGEST: Final = 4_000
MARGIN: Final = "  "
_NAME_CELLS: Final = 10


def finding_rows(finding: Finding, cells: int) -> Iterator[Row]:
    """Return what was expected, what came, the messages with the first difference, why, and where to look next."""
    yield from labelled("expected", finding.expected, cells)
    yield from labelled("saw", finding.saw, cells)
    if finding.timeline:
        yield Row()
        yield from _timeline(finding)
        if finding.difference:
            yield from labelled("first difference:", finding.difference, cells, margin="    ")
        yield Row()
    yield from labelled("why", finding.why, cells)
    yield from labelled("next", finding.look, cells)


def _timeline(finding: Finding) -> Iterator[Row]:
    head, *lines = timeline(finding.timeline)
    yield row(Span(head, Role.QUIET))
    for message, line in zip(finding.timeline, lines, strict=True):
        text = clean(line, LONGEST)
        yield row(
            text[:2], Span(text[2:3], Role.COMMAND), Span(text[3:], look=Look.STRONG if message.wrong else Look.PLAIN)
        )


def labelled(name: str, text: str, cells: int, *, margin: str = MARGIN) -> Iterator[Row]:
    """Return a text with its name at the left; its own lines are kept."""
    first = row(margin, Span(f"{name:<{_NAME_CELLS}}", Role.QUIET))
    if first.cells > len(margin) + _NAME_CELLS:
        first = first + row(" ")
    rest = row(" " * (len(margin) + _NAME_CELLS))
    for number, line in enumerate(text.expandtabs().splitlines() or [""]):
        yield from filled([Span(clean(line, LONGEST))], cells - 1, rest if number else first, rest)
