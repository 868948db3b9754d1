"""The whole gate, over all exercises or some of them, into one result."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from lab.course.audit import record
from lab.course.audit.breach import Breach
from lab.course.audit.rules import breaches, facts_of
from lab.course.audit.trials import Trials, Tried, unexplained
from lab.course.catalog import Course, Exercise, Kind
from lab.course.checker import Checker

FULL_RUNS: Final = 20
SCORE_AT_LEAST: Final = 0.95


class Shop(Protocol):
    """A running shop of the audit's own."""

    def prepare(self, exercise: Exercise) -> None:
        """Bring the shop where the exercise's check wants it: for a capstone, every part is the learner's. LabError."""

    def env(self, exercise: Exercise) -> Mapping[str, str]:
        """Return what the exercise's check must be told of the machine."""

    def runs(self, exercise: Exercise) -> str:
        """Put the solution into the shop as if it were the learner's, and one order through it. "" or what is wrong."""


@dataclass
class Result:
    """What the audit has found. Shares are from 0 to 1."""

    exercises: int = 0
    starters_red: int = 0
    solutions_green: int = 0
    wrong_answers: int = 0
    wrong_caught: int = 0
    mutants: int = 0
    killed: int = 0
    survivors: dict[str, dict[str, str]] = field(default_factory=dict)
    breaches: list[Breach] = field(default_factory=list)
    seconds: float = 0.0
    full: bool = False

    @property
    def mutation_score(self) -> float:
        """The share of mutants that the checks have killed; 1 where none was tried."""
        return round(self.killed / self.mutants, 4) if self.mutants else 1.0

    @property
    def holds(self) -> bool:
        """Say whether the course may reach a learner."""
        return not self.breaches and self.mutation_score >= SCORE_AT_LEAST

    def as_object(self) -> dict[str, Any]:
        """The result for programs."""
        return {
            "holds": self.holds,
            "exercises": self.exercises,
            "starters_red": self.starters_red,
            "solutions_green": self.solutions_green,
            "wrong_answers": self.wrong_answers,
            "wrong_caught": self.wrong_caught,
            "mutants": self.mutants,
            "mutation_score": self.mutation_score,
            "survivors": self.survivors,
            "breaches": [
                {"exercise": one.exercise, "rule": one.rule, "what": one.what, "mend": one.mend}
                for one in self.breaches
            ],
            "full": self.full,
            "seconds": round(self.seconds, 1),
        }


class Auditor:
    """Runs the gate. `ports`: what each exercise fills in the shop; `report` hears how far it has come."""

    def __init__(
        self,
        course: Course,
        checker: Checker,
        *,
        ports: Mapping[str, tuple[str, ...]],
        shop: Shop | None,
        report: Callable[[str, str], None],
    ) -> None:
        self._course, self._checker, self._shop, self._report = course, checker, shop, report
        self._facts = facts_of(course, ports)

    def read(self, chosen: Sequence[Exercise]) -> list[Breach]:
        """Hold the exercises against the rules that need nothing to run."""
        return [breach for one in chosen for breach in breaches(one, self._facts)]

    def run(self, chosen: Sequence[Exercise], *, full: bool) -> Result:
        """Audit these exercises; `full`: everything, also of those that have not changed since the last full audit."""
        began = time.monotonic()
        result = Result(full=full, breaches=self.read(chosen))
        known = dict(record.read())
        for one in chosen:
            row = known.get(one.id)
            in_full = full or row is None or row.digest != record.digest_of(one)
            tried = self._try(one, result, in_full=in_full, full=full)
            if full and not any(breach.exercise == one.id for breach in result.breaches):
                known[one.id] = record.Audited(record.digest_of(one), tried.mutants, tried.killed, tried.solution_runs)
            elif full:
                known.pop(one.id, None)
            elif not in_full and row is not None:  # what the full audit of these very files has found
                result.mutants += row.mutants
                result.killed += row.killed
        if full:
            record.write({one.id: known[one.id] for one in self._course if one.id in known})
        result.seconds = time.monotonic() - began
        return result

    def _try(self, one: Exercise, result: Result, *, in_full: bool, full: bool) -> Tried:
        if self._shop is not None and one.kind is Kind.CAPSTONE:
            self._report(one.id, "every part of the shop as if it were the learner's")
            self._shop.prepare(one)
        env = self._shop.env(one) if self._shop else {}
        trials = Trials(self._checker, one, env, lambda what: self._report(one.id, what))
        tried = trials.run(solution_times=FULL_RUNS if full else 2, with_mutants=in_full)
        result.exercises += 1
        result.starters_red += tried.starter_red
        result.solutions_green += tried.solution_green == tried.solution_runs
        result.wrong_answers += tried.wrong_answers
        result.wrong_caught += tried.wrong_caught
        result.mutants += tried.mutants
        result.killed += tried.killed
        result.breaches += tried.breaches
        if tried.survivors:
            result.survivors[one.id] = dict(tried.survivors)
        if in_full:
            result.breaches += unexplained(one, tried.survivors, record.reasons(one))
        if one.kind is Kind.PART and self._shop is not None:
            self._report(one.id, "one order through the shop")
            if what := self._shop.runs(one):
                result.breaches.append(Breach(one.id, "shop", what, "Its ports must be called by the running shop."))
        return tried
