"""Whose pieces a phase's run was made of: as its messages say, and for a piece that leaves no mark there, as chosen."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from lab.shop.contracts import Message
from lab.shop.contracts.credit import BROKEN, MINE
from lab.shop.narrate import Line
from lab.shop.parts import PART_FILES, SILENT, Choice
from lab.shop.seen import News, Seen
from lab.shop.tellers import Teller
from lab.shop.whose import add_pieces
from lab.shop.wording import wrapped

_NAMED: Final = 19
"""The column where the summary's values begin."""


class Hands:
    """Tells what another teller tells, and keeps whose pieces had a hand in it: exercise → `mine` or `broken`."""

    def __init__(self, inner: Teller) -> None:
        self._inner = inner
        self.pieces: dict[str, str] = {}

    def see(self, news: News, now: float) -> list[Line]:
        """Tell one piece of news."""
        if isinstance(news, Seen) and isinstance(news.message, Message):
            add_pieces(self.pieces, news.message)
        return self._inner.see(news, now)

    def tick(self, now: float) -> list[Line]:
        """Tell what only time tells."""
        return self._inner.tick(now)


@dataclass(frozen=True, slots=True)
class Whose:
    """Whose pieces ran, of all that the phase has, in the sequence of the course; all others were the solution's.

    `not_needed`: chosen, not the solution's, and no order of the run came to it.
    """

    parts: int
    yours: tuple[str, ...]
    broken: tuple[str, ...] = ()
    not_needed: tuple[str, ...] = ()

    def as_object(self) -> dict[str, object]:
        """The same for programs."""
        return {"parts": self.parts, "yours": self.yours, "broken": self.broken, "not_needed": self.not_needed}

    def lines(self) -> Iterator[str]:
        """The same for people: lines of a summary."""
        count = f"{len(self.yours)} of {self.parts} parts: {', '.join(self.yours)}"
        yield from _line("yours", count if self.yours else f"none of {self.parts} parts; the solution ran")
        if self.broken:
            yield from _line("broken", f"{len(self.broken)} of {self.parts} parts: {', '.join(self.broken)}")
        if self.not_needed:
            yield from _line("not needed", f"{', '.join(self.not_needed)}: chosen, but no order came to it")


def whose(phase: int, pieces: Mapping[str, str], choices: Mapping[str, Choice]) -> Whose:
    """Return whose pieces ran. `pieces`: seen on the messages; `choices`: what the shop was told to run."""
    names = [part.exercise for part in PART_FILES if part.phase <= phase]
    silent = {name: choices[name].origin for name in SILENT & choices.keys()}
    ran = {**silent, **pieces}
    return Whose(
        parts=len(names),
        yours=tuple(name for name in names if ran.get(name) == MINE),
        broken=tuple(name for name in names if ran.get(name) == BROKEN),
        not_needed=tuple(name for name in names if name in choices and name not in ran),
    )


def _line(name: str, text: str) -> list[str]:
    return wrapped(text, f"  {name}".ljust(_NAMED), " " * _NAMED)
