"""Whose lines a message comes from: two headers, put on by the runtime, read by whoever watches.

`handled-by` says it in one word; `handled-by-parts` names the exercises whose parts had a hand in the message and are
not the solution's: `await=mine envelope=mine`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

MINE: Final = "mine"
BROKEN: Final = "broken"
SOLUTION: Final = "solution"
LAB: Final = "lab"
"""Lines that no exercise brings."""

HANDLED_BY: Final = "handled-by"
HANDLED_BY_PARTS: Final = "handled-by-parts"
PARTS_AT_MOST: Final = 50

_PART: Final = re.compile(rf"([a-z][a-z0-9-]{{0,39}})=({MINE}|{BROKEN})")


@dataclass(frozen=True, slots=True)
class Credit:
    """Whose lines. `origin`: of the part that answers; `parts`: each exercise whose part is not the solution's."""

    origin: str
    parts: Mapping[str, str] = field(default_factory=dict)

    def __add__(self, others: "Credit") -> "Credit":
        """Add parts that had a hand in it, too; who answers stays the same."""
        return Credit(self.origin, {**self.parts, **others.parts})

    @property
    def handled_by(self) -> str:
        """Return the one word: `broken` wins over `mine`, and both win over whoever answers."""
        return next((origin for origin in (BROKEN, MINE) if origin in self.parts.values()), self.origin)

    def headers(self) -> list[tuple[str, bytes]]:
        """Return the headers; the second is absent where all parts are the solution's."""
        named = " ".join(f"{exercise}={origin}" for exercise, origin in sorted(self.parts.items()))
        said = [(HANDLED_BY, self.handled_by.encode())]
        return [*said, (HANDLED_BY_PARTS, named.encode())] if named else said


def parts_in(text: str) -> Mapping[str, str]:
    """Read `handled-by-parts`. Never raises, whatever text comes: what is no part is left out."""
    if not text:  # as in nearly every message
        return {}
    found = (_PART.fullmatch(word) for word in text[:4000].split()[:PARTS_AT_MOST])
    return {match[1]: match[2] for match in found if match}
