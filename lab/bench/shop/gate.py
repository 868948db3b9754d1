"""The correctness gate: the build that is to be measured is killed and audited first.

A shop that loses an order is fast for nothing. So figures come only after a run of `lab stress` on the same code, in a
home of its own, in which every invariant held.
"""

import json
import subprocess
import sys
from collections.abc import Mapping
from typing import Any, Final

from lab.bench.own_home import own_home
from lab.engines.base import Progress, Report
from lab.errors import LabError

ORDERS: Final = 200
KILLS: Final = 24
"""More than the twenty that must hit: a unit may not come to its crash point in time."""
HIT_AT_LEAST: Final = 20
_COMMAND: Final = (
    "stress", "--json", "--phase", "2", "--engine", "native", "--database", "sqlite",
    "--orders", str(ORDERS), "--kills", str(KILLS),
)  # fmt: skip


def kill_and_audit(report: Report) -> str:
    """Run it, and say in a few words what held. Raises LabError where an invariant broke, or the run did not end."""
    report(Progress("gate", f"{ORDERS} orders, {KILLS} kills, then the audit"))
    with own_home():
        done = subprocess.run(  # noqa: S603  our own command
            [sys.executable, "-m", "lab.cli.main", *_COMMAND], capture_output=True, text=True, check=False
        )
    report(Progress("gate", "run", done=True))
    return verdict(done.stdout, done.stderr)


def verdict(out: str, err: str) -> str:
    """Read what `lab stress --json` has printed. Raises LabError unless all that it judged holds."""
    try:
        found: Mapping[str, Any] = json.loads(out)
    except ValueError:
        raise LabError(
            f"The shop could not be killed and audited first: {err.strip()[-300:] or 'nothing was said'}",
            "See what is wrong: uv run lab stress",
        ) from None
    if not found["ok"]:
        broken = ", ".join(name for name, holds in found["invariants"].items() if not holds) or "it did not end"
        raise LabError(
            f"This build loses something (seed {found['seed']}: {broken}), so its speed counts for nothing.",
            f"Look at it: uv run lab stress --orders {ORDERS} --kills {KILLS} --seed {found['seed']}",
        )
    if found["kills"] < HIT_AT_LEAST or found["given_up"]:
        raise LabError(
            f"The gate was too weak: {found['kills']} kills met somebody, {found['given_up']} customers gave up.",
            "Run it again: uv run lab bench shop",
        )
    held = sum(bool(times) for times in found["attacked"].values())
    return f"seed {found['seed']}: {found['acknowledged']} orders, {found['kills']} kills, promises kept: {held}"
