"""Which files say what comes next, and which of them must change to add a step: read from the tables themselves.

The step that is asked about stands between the goods and the money, and can say no: a fraud check. So what now follows
on `inventory.checked [reserved]` has to follow on its yes; and its no has the same consequences as a declined payment.
"""

import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from lab.bundle import shipped
from lab.shop.choreography.table import LISTENS
from lab.shop.contracts import InventoryChecked, PaymentProcessed
from lab.shop.parts import PART_FILES, Choice, Parts
from lab.shop.ports import ROWS, On

STEP: Final = "a fraud check between the goods and the money, which may say no"
FOLLOWS: Final = On(InventoryChecked.name, "reserved")
"""Whoever acts on this now acts on the new step's yes."""
NO_IS_LIKE: Final = On(PaymentProcessed.name, "declined")
"""Whoever acts on this now acts on the new step's no as well."""


@dataclass(frozen=True, slots=True)
class Routing:
    """Where one topology's flow is written. Files with the unit that reads them: `flow.py` → `mediator`."""

    files: Mapping[str, str]
    """All files that say what comes next."""
    change: Mapping[str, str]
    """Those that must change to add the step."""

    @property
    def units(self) -> tuple[str, ...]:
        """The units that must be changed and started anew, the new one not counted."""
        return tuple(dict.fromkeys(self.change.values()))


def with_mediator(phase: int, choices: Mapping[str, Choice]) -> Routing:
    """Return the routing of the running shop: the files that bring rows into the mediator's table."""
    files, change = {}, {}
    for part in PART_FILES:
        if part.phase > phase or ROWS not in part.fills:
            continue
        rows = Parts(phase, choices, part_files=(part,)).table()[0]
        chosen = choices.get(part.exercise)
        name = _short(chosen.file if chosen else shipped() / "solutions" / part.path)
        files[name] = "mediator"
        if _concerned(on for _, on in rows):
            change[name] = "mediator"
    return Routing(files, change)


def without_mediator() -> Routing:
    """Return the routing of the choreography: each processor's own table."""
    package = LISTENS_MODULE.rpartition(".")[0]
    files, change = {}, {}
    for name, listens in LISTENS.items():
        file = _short(Path(str(sys.modules[f"{package}.{name}"].__file__)))
        files[file] = name
        if _concerned(one.on for one in listens):
            change[file] = name
    return Routing(files, change)


LISTENS_MODULE: Final = "lab.shop.choreography.table"


def _concerned(heard: Iterable[On]) -> bool:
    return not {FOLLOWS, NO_IS_LIKE}.isdisjoint(heard)


def _short(file: Path) -> str:
    """`workspace/table/flow.py`, `lab/shop/choreography/payment.py`; a file elsewhere with its folder."""
    inside = file.resolve()
    return str(inside.relative_to(shipped())) if inside.is_relative_to(shipped()) else "/".join(inside.parts[-3:])
