"""What stands behind an error: the members of a group, the errors that led to it, and the learner's line on its way."""

import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from lab.loading import said_by

_CODE_CHARACTERS: Final = 60


def each(error: BaseException) -> Iterator[BaseException]:
    """Yield the error, or those that a group holds, also in groups within."""
    if not isinstance(error, BaseExceptionGroup):
        yield error
        return
    for one in error.exceptions:
        yield from each(one)


def behind(error: BaseException) -> Iterator[BaseException]:
    """Yield the errors that led to this one, the nearest first."""
    seen = {id(error)}
    cause = error.__cause__ or error.__context__
    while cause and id(cause) not in seen:
        seen.add(id(cause))
        yield from each(cause)
        cause = cause.__cause__ or cause.__context__


def is_time_out(error: BaseException) -> bool:
    """Say whether this is pytest-timeout's error, which has no type of its own."""
    return type(error).__name__ == "Failed" and "Timeout" in said_by(error)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the learner's file."""

    file: str
    line: int
    code: str


def learners_line(error: BaseException, file: Path) -> Line | None:
    """Return the last line of the learner's own file that the error passed through, or None."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(file)]
    if not frames:
        return None
    code = " ".join((frames[-1].line or "").split())
    cut = code[:_CODE_CHARACTERS] + (" …" if len(code) > _CODE_CHARACTERS else "")
    return Line(file.name, frames[-1].lineno or 1, cut)
