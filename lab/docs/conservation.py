"""docs/conservation/README.md: what came of the long runs of `lab stress` whose results are kept beside it."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from lab.bundle import shipped
from lab.chaos.begun import FIRST_SAFE_PHASE
from lab.chaos.verify.invariants import INVARIANTS
from lab.docs.markdown import page, table

FOLDER: Final = "docs/conservation"

_ABOUT = """
*Conservation*: whatever the shop was given, money, goods, promises, is there at the end, and nothing else is. Each line
is one run of `lab stress`: customers order and do not give up, and meanwhile services, broker and database are killed,
crash at named points, freeze, hear everything twice or in another sequence, and meet records that nobody can read. Then
`lab verify` reads every book and every record. The results as the command printed them lie in this folder. To repeat
one:

    uv run lab stress --orders 2000 --kills 36 --seed 1 --database postgres --json

The seed gives the orders and the faults. When a fault meets whom is up to the machine, so no two runs are the same.
"""

_SAFE = """
## Phase 2

*Kills hit*: a crash at a point to which the unit did not come in time is none. *Heard twice*: what was delivered once
more to a group that had it already. *Holds*: all invariants, or the line says which do not.
"""

_LOSING = """
## Phase 1, the same seeds

The same faults on the shop of phase 1. It answers at once and keeps nothing for later, so it loses orders: that is why
there is a phase 2. *Wrong* counts what the audit found.
"""

_HITS = """
## What hit, in all runs of phase 2

How often each fault met something. Analytics tells nobody anything, so it cannot crash after it has: in some of these
runs that was still planned, and never hit.
"""

_PROMISES = """
## What was judged

How often each promise was put to the test, in all runs of phase 2. A promise that nobody attacks proves nothing.
"""


def results(folder: Path | None = None) -> Sequence[Mapping[str, Any]]:
    """Return the kept results, by phase, engine, database and seed."""
    files = sorted((folder or shipped() / FOLDER).glob("*.json"))
    found = [json.loads(file.read_text(encoding="utf-8")) for file in files]
    return sorted(found, key=lambda one: (one["phase"], one["engine"], one["database"], one["seed"]))


def write() -> str:
    """Write the page."""
    runs = results()
    safe = [one for one in runs if one["phase"] >= FIRST_SAFE_PHASE]
    losing = [one for one in runs if one["phase"] < FIRST_SAFE_PHASE]
    return page(
        "Conservation runs",
        _ABOUT,
        _SAFE,
        table(
            ("seed", "engine", "database", "accepted", "kills hit", "heard twice", "poisoned", "deadlines passed",
             "seconds", "holds"),
            map(_safe, safe),
        ),
        *_phase_1(losing),
        _PROMISES,
        table(("", "promise", "attacked by", "times"), _promises(safe)),
        _HITS,
        table(("fault", "hit"), sorted(_hits(safe).items())),
    )  # fmt: skip


def _phase_1(losing: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    head = ("seed", "engine", "database", "accepted", "kills hit", "wrong", "broken")
    return (_LOSING, table(head, map(_losing, losing))) if losing else ()


def _place(one: Mapping[str, Any]) -> tuple[str, ...]:
    return str(one["seed"]), one["engine"], one["database"], f"{one['acknowledged']:,}", str(one["kills"])


def _safe(one: Mapping[str, Any]) -> tuple[str, ...]:
    counts = (f"{one[name]:,}" for name in ("redelivered", "poisoned", "deadlines_passed"))
    return *_place(one), *counts, f"{one['seconds']:.0f}", "all" if one["ok"] else f"not {_broken(one)}"


def _losing(one: Mapping[str, Any]) -> tuple[str, ...]:
    return *_place(one), f"{sum(one['wrong'].values()):,}", _broken(one) or "-"


def _broken(one: Mapping[str, Any]) -> str:
    wrong = ", ".join(name for name, holds in one["invariants"].items() if not holds)
    return wrong or ("" if one["settled"] else "settled")


def _promises(runs: Sequence[Mapping[str, Any]]) -> list[tuple[str, ...]]:
    times = Counter[str]()
    for one in runs:
        times.update(one["attacked"])
    return [(one.name, one.promise, one.attack, f"{times[one.name]:,}") for one in INVARIANTS]


def _hits(runs: Sequence[Mapping[str, Any]]) -> Mapping[str, str]:
    hits = Counter[str]()
    for one in runs:
        hits.update({name: fault["hits"] for name, fault in one["faults"].items()})
    return {name: f"{number:,}" for name, number in hits.items()}
