"""Small words that whoever shows the course needs: paths as one types them, times, what a restart came to."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Final

from lab.course.catalog import Exercise, Need
from lab.course.classroom import Live

NEEDS: Final[Mapping[Need, str]] = MappingProxyType(
    {Need.KAFKA: "Kafka", Need.POSTGRES: "PostgreSQL", Need.REDIS: "Redis", Need.DOCKER: "Docker"}
)
_MONTHS_FROM: Final = 60
"""From so many days on, days are no longer what one thinks in."""


def near(path: Path) -> str:
    """Return a path as one would type it here."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)


def ago(days: int) -> str:
    """Say how long ago that was."""
    if days == 0:
        return "today"
    if days == 1:
        return "yesterday"
    return f"{days} days ago" if days < _MONTHS_FROM else f"about {round(timedelta(days=days).days / 30)} months ago"


def duration(minutes: int) -> str:
    """Return minutes as one says them: `25 min`, `5 h 50 min`."""
    hours, rest = divmod(minutes, 60)
    return f"{hours} h {rest:02} min" if hours else f"{rest} min"


def live_lines(live: Live) -> list[str]:
    """Say which units run the chosen lines now, or why none does and what to do."""
    if live.what:
        return [live.what, live.mend]
    if not live.units:
        return ["No unit that uses this piece is running: uv run lab up"]
    have = "has" if len(live.units) == 1 else "have"
    return [f"In the running shop: {', '.join(live.units)} {have} restarted with it ({live.seconds:.1f} s)."]


def without_hints(exercise: Exercise, instead: str) -> str:
    """Return the lesson's Markdown with a sentence in the place of the hints: the fourth is the answer."""
    text = exercise.lesson.read_text(encoding="utf-8")
    before, _, rest = text.partition("\n## Hints\n")
    after = rest.partition("\n## After\n")[2]
    return f"{before}\n## Hints\n\n{instead}\n\n## After\n{after}" if after else text
