"""The learner's file beside the solution, and what a program has printed."""

from collections.abc import Iterator, Sequence

from rich.cells import chop_cells

from lab.course.helping import Comparison, Given
from lab.course.saying import near
from lab.course.solution import Difference, Side
from lab.shop.wording import clean
from tui.render.lesson_text import filled
from tui.render.signs import SIGNS
from tui.render.text import Look, Role, Row, Span, row

_ROLE = {Side.BOTH: Role.QUIET, Side.MINE: Role.YOURS, Side.SOLUTION: Role.GOOD}
_LONGEST = 10_000


def solution_rows(found: Comparison, cells: int) -> list[Row]:
    """Return what differs, with the solution's reasons; `-` is the learner's, `+` the solution's."""
    rows = [row(Span(f"The solution: {near(found.solution)}", Role.QUIET)), Row()]
    if found.answers:
        return [*rows, *_answers(found.answers, found.reasons, cells)]
    if not found.differences:
        return [*rows, row("Yours is the same, line by line.")]
    for difference in found.differences:
        rows += _difference(difference, cells)
    return [*rows, row("- yours   + the solution   It is one good answer, not the only one.")]


def _difference(difference: Difference, cells: int) -> Iterator[Row]:
    first = difference.lines[0]
    yield row(Span(f"── line {first.mine or first.solution}", Role.FRAME))
    for line in difference.lines:
        for number, part in enumerate(folded(line.text, cells - 2)):
            sign = line.side.value if not number else " "
            yield row(Span(f"{sign} {part}", _ROLE[line.side]))
    for reason in difference.reasons:
        yield from filled([Span(f"why: {reason}")], cells - 1, row("  "))
    yield Row()


def _answers(answers: Sequence[Given], reasons: Sequence[str], cells: int) -> Iterator[Row]:
    for one in answers:
        same = one.yours == one.right
        sign = Span(SIGNS.right, Role.GOOD) if same else Span(SIGNS.open, Role.QUIET)
        yield row(sign, f" {one.question}: ", Span(one.right, look=Look.STRONG))
        if not same:
            yield row(Span(f"    yours: {clean(one.yours)}", Role.YOURS))
    yield Row()
    for text in reasons:
        margin = " " * (len(text) - len(text.lstrip()))
        yield from filled([Span(text.strip())], cells - 1, row(margin), row(f"{margin}  " if margin else ""))


def folded(line: str, cells: int) -> Sequence[str]:
    """Return a line as rows of at most so many cells; nothing in it moves the cursor."""
    return chop_cells(clean(line, _LONGEST), max(1, cells)) or [""]


def printed_rows(lines: Sequence[str], cells: int) -> list[Row]:
    """Return what was printed."""
    return [row(part) for line in lines for part in folded(line.expandtabs(), cells)]
