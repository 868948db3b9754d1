"""The list of journals, and what is said of the one that is open."""

import time
from collections.abc import Sequence
from pathlib import Path

from lab.shop.wording import clean, fit, pad
from tui.journaling import Damage
from tui.model.recordings import Recording
from tui.render.bars import clock
from tui.render.signs import SIGNS
from tui.render.text import Look, Role, Row, Span, row


def recording_rows(found: Sequence[Recording], chosen: int, opened: Path | None, width: int) -> list[Row]:
    """Return the running shop first, then a row for each journal."""
    rows = [_row("the running shop", "live", "", chosen == 0, opened is None, width)]
    for number, one in enumerate(found, start=1):
        when = time.strftime("%d %b %H:%M", time.localtime(one.changed))
        size = f"{one.size / 1e6:.1f} MB" if one.size >= 100_000 else f"{one.size / 1e3:.0f} kB"  # noqa: PLR2004
        rows.append(_row(one.file.name, one.about, f"{when} {size:>8}", chosen == number, opened == one.file, width))
    return rows


def _row(name: str, about: str, facts: str, here: bool, opened: bool, width: int) -> Row:  # noqa: FBT001  one row's facts
    room = max(12, width - len(facts) - 6)
    text = pad(fit(f"{clean(name, 60)}  {about}", room), room)
    sign = SIGNS.here if opened else " "
    made = row(
        SIGNS.cursor if here else " ",
        f"{sign} ",
        Span(text, Role.TEXT, Look.STRONG if opened else Look.PLAIN),
        Span(f" {facts}", Role.QUIET),
    )
    return made.fitted(width)


def damage_sentence(damage: Damage) -> str:
    """Say what of a journal cannot be read: `ends at 14:02:10; 2 lines from line 31 on cannot be read`."""
    lines = "1 line" if damage.lines == 1 else f"{damage.lines} lines"
    until = f"whole up to {clock(damage.after_ms)}; " if damage.after_ms else ""
    return f"{until}{lines}, the first of them line {damage.first_line}, cannot be read: {clean(damage.why, 80)}"
