"""What a capstone asks of the running shop: that its parts are the learner's, and what `lab compare` sees there.

What was skipped runs on the solution, as everywhere; but most of the shop has to be the learner's own.

The comparison runs as the command that the learner can type, in a process of its own: it stops and starts a unit of the
shop, which a check has no business with. It is done once for an attempt, and only as far as somebody asks.
"""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import Any, Final

from lab.course.catalog import Exercise, Kind, read_course
from lab.course.kit.faults import EnvironmentDown, OrdersOtherwise, PartsMissing
from lab.course.progress import Progress
from lab.course.progress_store import ProgressStore
from lab.errors import ExitCode, LabError
from lab.home import choices, workspace
from lab.running import running
from lab.shop.contracts.credit import MINE
from lab.shop.parts import SILENT, Choice, read_choices

_ANSWERED: Final = (ExitCode.OK, ExitCode.FAILED)
_MACHINE: Final = (ExitCode.USAGE, ExitCode.MACHINE, ExitCode.CONFLICT, ExitCode.NOT_RUNNING, ExitCode.NOT_FOUND)


class Capstone:
    """One attempt's look at the running shop."""

    def __init__(self, exercise: Exercise) -> None:
        self.parts = tuple(one.id for one in read_course() if one.kind is Kind.PART and one.phase == exercise.phase)
        self._seen: dict[str, Mapping[str, Any]] = {}

    def skipped(self) -> Sequence[str]:
        """Return the parts that run on the solution because their exercises were skipped.

        Raises PartsMissing unless the shop is told to run the learner's file for every other part, and for most of all;
        EnvironmentDown.
        """
        try:
            running()
            chosen = read_choices(choices())
        except LabError as error:
            raise EnvironmentDown(error.what, error.mend) from error
        missing = [one for one in self.parts if one not in chosen or chosen[one].origin != MINE]
        progress = ProgressStore(workspace()).read()
        skipped = [one for one in missing if one not in chosen and not progress.has_passed(one)]
        if len(skipped) < len(missing) or len(skipped) > len(self.parts) // 2:
            raise PartsMissing(_whose(missing, chosen), _bring_in(missing, progress))
        return skipped

    def orders(self, count: int, seed: int) -> Mapping[str, Any]:
        """Send seeded orders through the shop, and through the choreography beside it; return what was seen.

        Raises OrdersOtherwise where one in the shop did not end as planned, PartsMissing where a message is not the
        learner's.
        """
        seen = self._ask("orders", "--orders", str(count), "--seed", str(seed))["orders"]
        planned = dict(zip(seen["with_mediator"]["ended"], seen["planned"], strict=True))
        for order_id in seen["with_mediator"]["otherwise"]:
            ended = seen["with_mediator"]["ended"][order_id] or "not ended"
            raise OrdersOtherwise(
                f"{order_id}: planned {planned[order_id]}, and it is {ended}", f"uv run lab order follow {order_id}"
            )
        self._all_bear_the_mark(seen["with_mediator"])
        return dict(seen)

    def stuck(self) -> Mapping[str, Any]:
        """Let one order wait for Fulfilment in both; return what the books said meanwhile."""
        return dict(self._ask("stuck")["stuck"])

    def new_step(self) -> Mapping[str, Any]:
        """Return which files hold the flow in both, and which must change to add a step."""
        return dict(self._ask("step")["new_step"])

    def _all_bear_the_mark(self, seen: Mapping[str, Any]) -> None:
        others = {name: count for name, count in seen["handled_by"].items() if name != MINE}
        skipped = set(self.skipped())
        absent = sorted(set(self.parts) - skipped - SILENT - set(seen["parts_of_mine"]))
        if absent or (others and not skipped):
            said = ", ".join(f"{count} handled by: {name or 'nobody'}" for name, count in others.items())
            gone = f"no message bears your {', '.join(absent)}" if absent else ""
            saw = f"of {seen['messages']} messages: {'; '.join(filter(None, (said, gone)))}"
            raise PartsMissing(saw, "The units may still run the lines of before: uv run lab restart")

    def _ask(self, only: str, *words: str) -> Mapping[str, Any]:
        if only not in self._seen:
            self._seen[only] = _compare("--only", only, *words)
        return self._seen[only]


def _compare(*words: str) -> Mapping[str, Any]:
    command = [sys.executable, "-m", "lab.cli.main", "compare", *words, "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  our own command
    if done.returncode in _ANSWERED and done.stdout:
        return dict(json.loads(done.stdout))
    what, mend = ["", "", *done.stderr.strip().splitlines()][-2:]
    if done.returncode in _MACHINE:
        raise EnvironmentDown(what, mend)
    if done.returncode == ExitCode.PART:
        raise PartsMissing(what, mend)
    raise RuntimeError(f"lab compare ended with {done.returncode}: {done.stderr[-2000:]}")


def _whose(missing: Sequence[str], chosen: Mapping[str, Choice]) -> str:
    broken = [one for one in missing if one in chosen]
    solved = [one for one in missing if one not in chosen]
    said = [f"{len(solved)} still run on the solution: {', '.join(solved)}" if solved else ""]
    said += [f"broken on purpose: {', '.join(broken)}" if broken else ""]
    return "; ".join(filter(None, said))


def _bring_in(missing: Sequence[str], progress: Progress) -> str:
    """Say what brings each in: what has passed before has only to be chosen, the others are to be written."""
    passed = [one for one in missing if progress.has_passed(one)]
    to_pass = [one for one in missing if one not in passed]
    said = [f"Still to pass: {', '.join(to_pass)}. Begin: uv run lab open {to_pass[0]}" if to_pass else ""]
    said += [f"Passed, and not chosen: uv run lab use {one} mine" for one in passed]
    return ". ".join(filter(None, said))
