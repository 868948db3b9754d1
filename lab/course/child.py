"""One check, run by pytest in this process: tests in, a verdict out. The warm process forks before it calls this."""

import os
import re
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import pytest

from lab.course.catalog import Exercise
from lab.course.kit.fixtures import base_seed
from lab.course.kit.hooks import finding_in, task_of, title_of
from lab.course.lesson import read_lesson
from lab.course.verdict import Finding, Outcome, Task, TaskState, Verdict
from lab.errors import LabError

_SENTENCE: Final = re.compile(r"(?<=\w\w[.:;?!])\s")
PLUGINS: Final = ("anyio", "pytest_timeout")
"""All that a check needs; loading whatever is installed would take seconds."""


def run_check(exercise: Exercise, answer: Path | None) -> Verdict:
    """Judge a file (None: the learner's) by the exercise's check. What pytest prints goes to standard output."""
    began = time.perf_counter()
    recorder = Recorder(exercise)
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    sys.dont_write_bytecode = True
    pytest.main(arguments(exercise, answer), plugins=[recorder])
    return recorder.verdict(time.perf_counter() - began)


def go_on(exercise: Exercise) -> str:
    """Say how a learner goes on when the check itself is broken."""
    return (
        f"Go on without this exercise: uv run lab use {exercise.id} solution, then uv run lab next. "
        "The report helps to mend it."
    )


def arguments(exercise: Exercise, answer: Path | None) -> list[str]:
    """Return pytest's command line. No project's settings count, only what stands here."""
    root = exercise.home.parent.parent
    words = [str(exercise.check), "-c", os.devnull, "--rootdir", str(root), "--confcutdir", str(root)]
    words += ["--import-mode=importlib", "-x", "-q", "-s", "--tb=short", "--no-header", "-p", "no:cacheprovider"]
    for plugin in PLUGINS:
        words += ["-p", plugin]
    return [*words, f"--answer={answer}"] if answer else words


def task_lines(exercise: Exercise) -> Mapping[int, str]:
    """Return the numbered lines of 'Your task', each cut to its first sentence; none where the lesson is damaged."""
    try:
        tasks = read_lesson(exercise.lesson).tasks
    except LabError:
        return {}
    return {
        number: _SENTENCE.split(text.replace("`", ""), maxsplit=1)[0].rstrip(".:;") for number, text in tasks.items()
    }


class Recorder:
    """A pytest plugin that keeps what a verdict needs."""

    def __init__(self, exercise: Exercise) -> None:
        self._exercise = exercise
        self._lines = task_lines(exercise)
        self._titles: dict[int, str] = {}
        self._task_of: dict[str, int] = {}
        self._states: dict[int, TaskState] = {}
        self._told: dict[str, None] = {}
        self._finding: Finding | None = None
        self._environment: list[str] = []
        self._trouble = ""
        self._left_out: set[int] = set()

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Note which tests there are."""
        for item in session.items:
            number = task_of(item)
            self._task_of[item.nodeid] = number
            self._titles.setdefault(number, self._lines.get(number) or title_of(item.name))
            self._states[number] = TaskState.NOT_RUN

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """A check that cannot be read is a bug of the lab."""
        if report.failed:
            self._trouble = report.longreprtext

    def pytest_internalerror(self, excrepr: object) -> None:
        """So is whatever goes wrong inside pytest."""
        self._trouble = str(excrepr)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note how one test went."""
        number = self._task_of.get(report.nodeid, 0)
        if report.when == "call" and report.passed and self._states[number] is not TaskState.FAILED:
            self._states[number] = TaskState.PASSED
        for name, value in report.user_properties:
            if name == "told":
                self._told[str(value)] = None
            elif name == "not_run":
                self._left_out.add(number)
                self._states[number] = TaskState.NOT_RUN  # never a silent green
            elif name == "environment":
                self._environment = list(value) if isinstance(value, list) else []
        if report.failed and not self._environment:
            self._states[number] = TaskState.FAILED
            self._finding = self._finding or finding_in(report)
            if self._finding is None:
                self._trouble = self._trouble or report.longreprtext

    def verdict(self, seconds: float) -> Verdict:
        """Return what it has come to."""
        tasks = tuple(
            Task(number=number, title=title, state=self._states[number])
            for number, title in sorted(self._titles.items())
            if number
        )
        plain = Verdict(
            exercise=self._exercise.id,
            outcome=Outcome.PASS,
            tasks=tasks,
            told=tuple(self._told),
            ran=not self._left_out,
            seed=base_seed(),
            seconds=round(seconds, 3),
        )
        return plain.model_copy(update=self._spoilt(tasks))

    def _spoilt(self, tasks: Sequence[Task]) -> Mapping[str, object]:
        """Return what differs from a pass; nothing where all is well."""
        if self._environment:
            what, mend = self._environment
            return {"outcome": Outcome.ENVIRONMENT, "what": what, "mend": mend}
        if self._finding:
            return {"outcome": Outcome.NOT_YET, "finding": self._finding}
        open_ = [task for task in tasks if task.state is not TaskState.PASSED and task.number not in self._left_out]
        if self._trouble or not tasks or open_:
            what = self._trouble or "the check has no tests, or did not run them all"
            return {"outcome": Outcome.LAB_BUG, "what": what, "mend": go_on(self._exercise)}
        return {}
