"""In which phase the shop's books were begun.

A shop of phase 1 keeps no note of what it has heard, and loses messages. The books that it leaves do not add up in a
later phase, and that is no fault of the later shop.
"""

import json
from pathlib import Path
from typing import Final

from lab.engines import state
from lab.engines.programs import write_private
from lab.errors import Conflict

FIRST_SAFE_PHASE: Final = 2
"""The first phase that loses nothing."""


def note_begin(phase: int) -> None:
    """Note that a shop of this phase writes the books now. The lowest phase that ever did is kept."""
    write_private(_file(), json.dumps({"phase": min(phase, begun_in(phase))}))


def begun_in(phase: int) -> int:
    """Return the lowest phase that has written these books; `phase` where nobody has noted any."""
    try:
        return int(json.loads(_file().read_text())["phase"])
    except (OSError, ValueError, KeyError, TypeError):
        return phase


def forget_begin() -> None:
    """The books are gone; the next ones are begun anew."""
    _file().unlink(missing_ok=True)


def mixed(phase: int) -> bool:
    """Say whether a shop of this phase promises what an earlier one, whose books it goes on with, did not."""
    return begun_in(phase) < FIRST_SAFE_PHASE <= phase


def refuse_mixed(phase: int) -> None:
    """Raise Conflict where that is so: what is found in such books says nothing about the shop that runs."""
    if mixed(phase):
        raise Conflict(
            f"The shop's books were begun in phase {begun_in(phase)}, which loses messages.",
            "Only books begun in phase 2 can add up. Empty them: uv run lab down --volumes",
        )


def _file() -> Path:
    return state.books() / "begun.json"
