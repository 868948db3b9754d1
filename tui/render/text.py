"""Text as renderers make it: rows of spans, each with a role. The theme turns roles into colours, much later."""

from collections.abc import Iterable, Sequence
from enum import IntFlag, StrEnum, auto
from typing import Final

from msgspec import Struct
from rich.cells import cell_len, set_cell_size

ELLIPSIS: Final = "…"


class Role(StrEnum):
    """What a piece of text is; colour is only one of the ways in which it then differs."""

    TEXT = "text"
    COMMAND = "command"
    EVENT = "event"
    YOURS = "yours"
    FAULT = "fault"
    GOOD = "good"
    QUIET = "quiet"
    FRAME = "frame"
    GHOST = "ghost"
    """Expected or out of date: quiet and italic."""


class Look(IntFlag):
    """How it is set, beside its role."""

    PLAIN = 0
    STRONG = auto()
    REVERSE = auto()
    UNDERLINE = auto()


class Span(Struct, frozen=True, gc=False):
    """A piece of text of one role. It has no control characters and no line end."""

    text: str
    role: Role = Role.TEXT
    look: Look = Look.PLAIN

    @property
    def cells(self) -> int:
        """The terminal cells that it takes."""
        return len(self.text) if self.text.isascii() else cell_len(self.text)

    def saying(self, text: str) -> "Span":
        """Return another text, set as this one."""
        return Span(text, self.role, self.look)

    def set_also(self, look: Look) -> "Span":
        """Return it set in another way, too."""
        return Span(self.text, self.role, self.look | look)


class Row(Struct, frozen=True, gc=False):
    """One line of a frame."""

    spans: tuple[Span, ...] = ()

    def __str__(self) -> str:
        return "".join(span.text for span in self.spans)

    @property
    def cells(self) -> int:
        """The terminal cells that it takes."""
        return sum([span.cells for span in self.spans])

    def __add__(self, other: "Row") -> "Row":
        return Row(self.spans + other.spans)

    def fitted(self, cells: int) -> "Row":
        """Return it cut or filled up to exactly so many cells. A cut is shown by `…`."""
        taken, room = list[Span](), cells
        for span in self.spans:
            width = span.cells
            if width <= room:
                taken.append(span)
                room -= width
                continue
            if room == 0 and taken:  # the cut must be seen: it takes the last cell
                last = taken[-1]
                taken[-1] = last.saying(_cut(last.text, last.cells))
            elif room > 0:
                taken.append(span.saying(_cut(span.text, room)))
            return Row(tuple(taken))
        return Row((*taken, Span(" " * room))) if room else Row(tuple(taken))

    def all_in(self, role: Role) -> "Row":
        """Return the same words in one role: what is out of date must not look like news."""
        return Row((Span(str(self), role),))

    def reversed(self) -> "Row":
        """Return it as the line on which the keyboard is."""
        return Row(tuple(span.set_also(Look.REVERSE) for span in self.spans))


def row(*pieces: Span | str) -> Row:
    """Make a row of spans and plain texts."""
    return Row(tuple(Span(piece) if isinstance(piece, str) else piece for piece in pieces))


def sides(left: Row, right: Row, cells: int) -> Row:
    """Put one row at the left and one at the right; where both do not fit, the left one is cut."""
    room = max(0, cells - right.cells)
    return (left.fitted(room) + right).fitted(cells)


def frame(rows: Sequence[Row], width: int, height: int) -> list[Row]:
    """Return exactly `height` rows of exactly `width` cells: cut, or filled up with blank rows."""
    shown = [one.fitted(width) for one in rows[:height]]
    return shown + [Row().fitted(width)] * (height - len(shown))


def plain(rows: Iterable[Row]) -> str:
    """Return the rows as text, blanks at the ends of lines left out."""
    return "\n".join(str(one).rstrip() for one in rows)


def _cut(text: str, cells: int) -> str:
    return set_cell_size(text, cells - 1) + ELLIPSIS if cells > 0 else ""
