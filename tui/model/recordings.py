"""The journals of this checkout: what is there to be told again."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tui.journaling import SUFFIX

ABOUT: Final = {"latest": "this visit, still being written", "before": "the visit before"}


@dataclass(frozen=True, slots=True)
class Recording:
    """One journal. changed: seconds since the epoch."""

    file: Path
    size: int
    changed: float

    @property
    def about(self) -> str:
        """What it is, in words."""
        return ABOUT.get(self.file.stem, "kept by you")


def recordings(folder: Path) -> Sequence[Recording]:
    """Return the journals of a folder, the latest first; none where there is no such folder."""
    found = []
    for file in folder.glob(f"*{SUFFIX}"):
        try:
            stat = file.stat()
        except OSError:
            continue  # it went away meanwhile
        found.append(Recording(file, stat.st_size, stat.st_mtime))
    return sorted(found, key=lambda one: one.changed, reverse=True)
