"""Asks the warm process for verdicts. The first answer costs two seconds of imports; every later one only the check."""

import json
import os
import select
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, Self

import lab.home
from lab.bundle import shipped
from lab.course.catalog import Exercise, Kind, Need, course_root
from lab.course.verdict import Outcome, Verdict
from lab.errors import MachineProblem

SECONDS: Final = {None: 20.0, Need.KAFKA: 40.0, Need.POSTGRES: 60.0, Need.DOCKER: 180.0}
"""What a whole check may take, by what it needs: it only ends what would never end."""
CAPSTONE_SECONDS: Final = 150.0
"""The same for a capstone, through which many orders go."""
_READY_SECONDS: Final = 60.0
_END_SECONDS: Final = 12.0  # more than a command takes that a check has started, to put right what it stopped
_NOT_FOR_PYTEST: Final = frozenset({"PYTEST_ADDOPTS", "PYTEST_PLUGINS"})


class Checker:
    """Use as a context manager, by one thread at a time. Another may call `close`, which gives up a check."""

    def __init__(self, env: dict[str, str] | None = None) -> None:
        self._env = env or {}
        self._process: subprocess.Popen[str] | None = None
        self._stamp = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def start(self) -> None:
        """Start the warm process unless it runs; return when it is ready. Raises MachineProblem.

        It is started anew when the lab's own files have changed meanwhile (an update of the course).
        """
        if self._process is not None and (self._process.poll() is not None or self._stamp != _stamp()):
            self.close()
        if self._process is not None:
            return
        self._stamp = _stamp()
        log = lab.home.home() / "logs" / "checker.log"
        try:
            log.parent.mkdir(parents=True, exist_ok=True)
            with log.open("wb") as said:
                self._process = subprocess.Popen(
                    [sys.executable, "-m", "lab.course.warm"],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=said,
                    encoding="utf-8",
                    cwd=shipped(),
                    env=self._environment(),
                )
        except OSError as error:
            raise MachineProblem(
                f"The checker cannot write {log}: {error.strerror}.", "Make room, or set LAB_HOME to a folder of yours."
            ) from error
        if not self._read(_READY_SECONDS).get("ready"):
            self.close()
            last = (log.read_text(errors="replace").strip().splitlines() or ["nothing"])[-1]
            raise MachineProblem(f"The checker did not start: {last}", f"All that it said: {log}")

    def _environment(self) -> dict[str, str]:
        """Return what the warm process is told: nothing that would make pytest another one, and UTF-8 everywhere."""
        ours = {name: value for name, value in os.environ.items() if name not in _NOT_FOR_PYTEST}
        return {**ours, "PYTHONIOENCODING": "utf-8", **self._env}

    def check(self, exercise: Exercise, answer: Path | None = None, **env: str) -> Verdict:
        """Judge a file; None: the learner's own, or the starter where there is none. Raises LabError."""
        self.start()
        assert self._process is not None and self._process.stdin is not None  # noqa: PT018
        least = CAPSTONE_SECONDS if exercise.kind is Kind.CAPSTONE else SECONDS[None]
        seconds = max(least, *(SECONDS.get(need, 0.0) for need in exercise.needs), 0.0)
        asked = {"exercise": exercise.id, "answer": str(answer) if answer else None, "env": env, "seconds": seconds}
        try:
            self._process.stdin.write(json.dumps(asked) + "\n")
            self._process.stdin.flush()
            said = self._read()
        except BrokenPipeError:
            said = {}
        except BaseException:  # Ctrl-C among it: the answer to this question must not become the next one's
            self.close()
            raise
        if self._process is None:  # whoever closed it meanwhile does not wait for this verdict
            raise MachineProblem("The check was given up: the checker was closed.", "Check once more.")
        if said.get("exercise") != exercise.id:
            self.close()
            return _lost(exercise)
        return Verdict.model_validate(said)

    def close(self) -> None:
        """End the warm process."""
        process, self._process = self._process, None
        if process is None:
            return
        process.terminate()  # it ends the check that runs, with all that it started
        try:
            process.wait(timeout=_END_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        with suppress(OSError):
            if process.stdin is not None:
                process.stdin.close()
        if process.stdout is not None:
            process.stdout.close()

    def _read(self, seconds: float | None = None) -> dict[str, Any]:
        """Return the next line's object; an empty one when the process has ended, or says nothing for so long."""
        assert self._process is not None and self._process.stdout is not None  # noqa: PT018
        if seconds is not None and not select.select([self._process.stdout], [], [], seconds)[0]:
            return {}
        try:
            return dict(json.loads(self._process.stdout.readline() or "{}"))
        except ValueError:  # it was killed in the middle of a line
            return {}


def _stamp() -> float:
    """Return when the lab's own files were changed last."""
    folders = [Path(__file__).resolve().parent.parent, course_root() / "exercises"]
    files = [file for folder in folders for file in folder.rglob("*") if file.suffix in {".py", ".toml"}]
    return max(file.lstat().st_mtime for file in files if not file.name.startswith("."))  # no editor's lock


def _lost(exercise: Exercise) -> Verdict:
    return Verdict(
        exercise=exercise.id,
        outcome=Outcome.LAB_BUG,
        what="the checker's process ended in the middle of a check",
        mend="Check once more: a new one is started. If it happens again: uv run lab doctor",
    )
