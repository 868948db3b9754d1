"""The journals of this checkout: what is there to be told again."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tui.journaling import BEFORE, LATEST, SUFFIX

_ABOUT: Final = {LATEST: "another app's, which is open beside this one or was", BEFORE: "the visit before"}


@dataclass(frozen=True, slots=True)
class Recording:
    """One journal. changed: seconds since the epoch. own: this app writes it now."""

    file: Path
    size: int
    changed: float
    own: bool

    @property
    def about(self) -> str:
        """What it is, in words."""
        if self.own:
            return "this visit, still being written"
        name, _, number = self.file.stem.partition("-")
        return _ABOUT.get(name, _KEPT) if not number or number.isdecimal() else _KEPT


_KEPT: Final = "kept by you"


def recordings(own: Path) -> Sequence[Recording]:
    """Return the journals of the folder in which this app writes its own, the latest first."""
    found = []
    for file in own.parent.glob(f"*{SUFFIX}"):
        try:
            stat = file.stat()
        except OSError:
            continue  # it went away meanwhile
        found.append(Recording(file, stat.st_size, stat.st_mtime, file == own))
    return sorted(found, key=lambda one: one.changed, reverse=True)
