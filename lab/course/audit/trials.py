"""What only running shows. Each trial puts a file before the exercise's own check, or runs what the lesson runs."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from lab.course.audit.breach import Breach
from lab.course.audit.wrong import wrong_answers
from lab.course.catalog import Exercise
from lab.course.checker import Checker
from lab.course.lesson import read_lesson
from lab.course.mutants import mutants
from lab.course.pasting import apply_hint
from lab.course.verdict import Outcome, Verdict
from lab.errors import LabError

EXAMPLE_SECONDS: Final = 60
_HEALTHY: Final = {Outcome.PASS, Outcome.NOT_YET}


@dataclass(frozen=True, slots=True)
class Tried:
    """What the trials of one exercise have come to. `survivors`: mutants that passed, by id, with what they change."""

    starter_red: bool
    solution_runs: int
    solution_green: int
    wrong_answers: int
    wrong_caught: int
    mutants: int
    killed: int
    survivors: Mapping[str, str]
    breaches: tuple[Breach, ...]


class Trials:
    """Tries one exercise. `env`: what its checks and its example need to know of the machine."""

    def __init__(
        self, checker: Checker, exercise: Exercise, env: Mapping[str, str], report: Callable[[str], None]
    ) -> None:
        self._checker, self._one, self._env, self._report = checker, exercise, dict(env), report
        self._breaches: list[Breach] = []

    def run(self, *, solution_times: int, with_mutants: bool) -> Tried:
        """Try everything; `with_mutants` also the mutants, which takes the longest."""
        with tempfile.TemporaryDirectory(prefix="lab-audit-") as folder:
            here = Path(folder)
            starter = self._starter()
            green = sum(self._solution(number) for number in range(solution_times))
            answers = wrong_answers(self._one)
            caught = sum(self._wrong(answer.file, answer.finding) for answer in answers)
            self._hint(here)
            self._example()
            made, survivors = self._mutants(here) if with_mutants else (0, {})
        return Tried(
            starter_red=starter,
            solution_runs=solution_times,
            solution_green=green,
            wrong_answers=len(answers),
            wrong_caught=caught,
            mutants=made,
            killed=made - len(survivors),
            survivors=survivors,
            breaches=tuple(self._breaches),
        )

    def _check(self, file: Path) -> Verdict:
        return self._checker.check(self._one, file, **self._env)

    def _breach(self, rule: str, what: str, mend: str) -> None:
        self._breaches.append(Breach(self._one.id, rule, what, mend))

    def _starter(self) -> bool:
        self._report("starter")
        verdict = self._check(self._one.starter)
        red = verdict.outcome is Outcome.NOT_YET and verdict.finding is not None and verdict.finding.id == "not-started"
        if not red:
            self._breach("starter", f"the starter gives {_said(verdict)}", "It must fail with not-started.")
        return red

    def _solution(self, number: int) -> bool:
        self._report(f"solution, run {number + 1}")
        verdict = self._check(self._one.solution)
        if not verdict.passed:
            self._breach(
                "solution",
                f"run {number + 1} of the solution gives {_said(verdict)}",
                f"Repeat it: LAB_CHECK_SEED={verdict.seed}",
            )
        return verdict.passed

    def _wrong(self, file: Path, finding: str) -> bool:
        self._report(f"wrong answer {file.stem}")
        verdict = self._check(file)
        earned = verdict.finding.id if verdict.finding else ""
        caught = verdict.outcome is Outcome.NOT_YET and earned == finding
        if not caught:
            self._breach(
                "wrong answer", f"{file.name} must earn {finding!r} and gives {_said(verdict)}", "Sharpen the check."
            )
        return caught

    def _hint(self, folder: Path) -> None:
        self._report("hint 4")
        try:
            pasted = apply_hint(self._one.starter.read_text(encoding="utf-8"), read_lesson(self._one.lesson).pasted)
        except (LabError, OSError) as error:
            self._breach("hint 4", str(error), "Hint 4 is the lines that pass.")
            return
        file = folder / self._one.file
        file.write_text(pasted, encoding="utf-8")
        verdict = self._check(file)
        if not verdict.passed:
            self._breach("hint 4", f"pasting it gives {_said(verdict)}", "Hint 4 is the lines that pass.")

    def _example(self) -> None:
        self._report("worked example")
        try:
            code = read_lesson(self._one.lesson).example
        except LabError:
            return
        if code.language != "python":
            return
        try:
            done = subprocess.run(  # noqa: S603  the lesson's own code
                [sys.executable, "-c", code.code],
                capture_output=True,
                text=True,
                timeout=EXAMPLE_SECONDS,
                env={**os.environ, **self._env},
                check=False,
            )
        except subprocess.TimeoutExpired:
            self._breach("worked example", f"it still ran after {EXAMPLE_SECONDS} s", "It must come to an end.")
            return
        if done.returncode != 0:
            self._breach("worked example", f"it fails: {done.stderr.strip()[-300:]}", "It must run as it stands.")

    def _mutants(self, folder: Path) -> tuple[int, dict[str, str]]:
        suffix = self._one.solution.suffix
        found = mutants(self._one.solution.read_text(encoding="utf-8"), suffix)
        survivors = {}
        for number, mutant in enumerate(found, 1):
            self._report(f"mutant {number} of {len(found)}")
            file = folder / f"mutant{suffix}"
            file.write_text(mutant.source, encoding="utf-8")
            verdict = self._check(file)
            if verdict.passed:
                survivors[mutant.id] = mutant.description
            elif verdict.outcome not in _HEALTHY:
                self._breach(
                    "mutants", f"{mutant.description}: gives {_said(verdict)}", "A check must not break on it."
                )
        return len(found), survivors


def _said(verdict: Verdict) -> str:
    if verdict.finding is not None:
        return f"{verdict.outcome}: {verdict.finding.id} ({verdict.finding.saw[:120]})"
    return f"{verdict.outcome} {verdict.what[-300:]}".strip()


def unexplained(one: Exercise, survivors: Mapping[str, str], reasons: Mapping[str, str]) -> Iterator[Breach]:
    """Yield a breach for every survivor without a reason, and for every reason without a survivor."""
    for name, what in survivors.items():
        if name not in reasons:
            mend = "Let the check kill it, or say in tests/wrong_answers/…/survivors.toml why it is no mistake."
            yield Breach(one.id, "mutants", f"{name} passes: {what}", mend)
    for name in reasons:
        if name not in survivors:
            yield Breach(one.id, "mutants", f"survivors.toml explains {name}, which does not survive", "Take it out.")
