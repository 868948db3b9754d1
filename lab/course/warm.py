"""The warm process: it holds pytest, the kit and all third-party packages, and forks for every check.

`python -m lab.course.warm` reads a JSON object a line from standard input ({"exercise", "answer", "env", "seconds"})
and answers each with a verdict, a JSON object a line. It has one thread and no connection: what is forked from it
starts clean. A check that does not end in time is killed with everything it started.
"""

import contextlib
import ctypes
import gc
import json
import os
import selectors
import signal
import sys
import threading
import time
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, NoReturn

import psutil
from pydantic import ValidationError

from lab.course.catalog import Exercise, Need, read_course
from lab.course.child import PLUGINS, go_on, run_check
from lab.course.findings import GENERAL
from lab.course.kit.broker import address, answers_now
from lab.course.kit.faults import EnvironmentDown
from lab.course.kit.postgres import VARIABLE, postgres_has_ended, postgres_url
from lab.course.verdict import Finding, Outcome, Verdict

KEPT_BYTES: Final = 32_768
"""So much of the beginning and so much of the end of a check's output is kept."""
_PIECE: Final = 65_536
_LAST_BREATH: Final = 0.5  # seconds
_LINGER: Final = 10.0  # seconds
_PR_SET_PDEATHSIG: Final = 1
_KAFKA_LOOKS_LIKE: Final = frozenset({"never-returned", "crashed", "left-the-program", "stops-while-loading"})
"""Findings that a Kafka which goes away in mid-check would earn the learner."""
_COMMANDS: Final = "lab.cli.main"
PUT_RIGHT_SECONDS: Final = 10.0
_running: set[int] = set()
"""The process of the check that runs now, if any."""


class HeadAndTail:
    """The beginning and the end of a stream of any length."""

    def __init__(self, size: int = KEPT_BYTES) -> None:
        self._size, self._head, self._tail, self.total = size, bytearray(), bytearray(), 0

    def feed(self, data: bytes) -> None:
        """Take in the next piece."""
        self.total += len(data)
        room = self._size - len(self._head)
        self._head += data[:room]
        self._tail += data[max(room, 0) :]
        del self._tail[: -self._size]

    def text(self) -> str:
        """Return what was kept, with a line that says how much was not."""
        lost = self.total - len(self._head) - len(self._tail)
        cut = f"\n… {lost:,} bytes left out …\n".encode() if lost else b""
        return (bytes(self._head) + cut + bytes(self._tail)).decode("utf-8", "replace")


def warm_up() -> None:
    """Do once what every check would do: import, collect, run a test. Raises RuntimeError if a thread was left."""
    import pytest  # noqa: PLC0415  here, where what it costs is paid

    file = Path(__file__).parent / "kit" / "warming_up.py"
    words = [str(file), "-c", os.devnull, "-q", "--no-header", "-p", "no:cacheprovider", "--import-mode=importlib"]
    for plugin in PLUGINS:
        words += ["-p", plugin]
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    with contextlib.redirect_stdout(sys.stderr):
        code = pytest.main(words)
    if code != 0:
        raise RuntimeError(f"the warm-up run ended with {code!r}")
    gc.collect()
    gc.freeze()  # these pages stay shared with every fork, and no collection walks through them again
    if threading.active_count() != 1:
        raise RuntimeError(f"an import started a thread: {threading.enumerate()}")


def judge(exercise: Exercise, answer: Path | None, env: dict[str, str], seconds: float) -> Verdict:
    """Fork, let the child check, return its verdict; after `seconds` end it and all that it started."""
    try:
        env = _with_postgres(exercise, env)
    except EnvironmentDown as error:
        return Verdict(exercise=exercise.id, outcome=Outcome.ENVIRONMENT, what=error.what, mend=error.mend)
    began = time.perf_counter()
    result_in, result_out = os.pipe()
    output_in, output_out = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(result_in)
        os.close(output_in)
        _child(exercise, answer, env, result_out, output_out)
    _running.add(pid)
    os.close(result_out)
    os.close(output_out)
    result, output, in_time = _listen(result_in, output_in, time.monotonic() + seconds)
    status = _end(pid, patience=0.0 if result or not in_time else _LAST_BREATH)
    spent = round(time.perf_counter() - began, 3)
    try:
        verdict = Verdict.model_validate_json(result).model_copy(update={"raw": output.text(), "seconds": spent})
    except ValidationError:  # nothing, or something that the learner's lines wrote there
        verdict = _without_result(exercise, status, output.text(), spent, in_time=in_time, limit=seconds)
    return _or_environment(verdict, exercise, env)


def _with_postgres(exercise: Exercise, env: dict[str, str]) -> dict[str, str]:
    """Return what the check is told, with the address of a PostgreSQL where it needs one. Raises EnvironmentDown."""
    if Need.POSTGRES not in exercise.needs or env.get(VARIABLE):
        return env
    return {**env, VARIABLE: postgres_url()}


def _end(pid: int, *, patience: float) -> int:
    """End the child and all that it started, whatever session that is in; return how the child itself ended.

    patience: seconds that it is given to end by itself, so that its own end is seen and not ours.
    """
    started: list[psutil.Process] = []
    with contextlib.suppress(psutil.Error):
        started = psutil.Process(pid).children(recursive=True)
    _let_put_right(started)
    deadline = time.monotonic() + patience
    done, status = os.waitpid(pid, os.WNOHANG)
    while not done and time.monotonic() < deadline:
        time.sleep(0.01)
        done, status = os.waitpid(pid, os.WNOHANG)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)
    for process in started:
        with contextlib.suppress(psutil.Error):
            process.kill()
    if not done:
        _, status = os.waitpid(pid, 0)
    _running.discard(pid)
    return status


def _let_put_right(started: Sequence[psutil.Process]) -> None:
    """Ask commands of the lab that a check has started to end, as Ctrl-C does: they put right what they stopped."""
    ours = []
    for process in started:
        with contextlib.suppress(psutil.Error):
            if _COMMANDS in process.cmdline():
                process.send_signal(signal.SIGINT)
                ours.append(process)
    psutil.wait_procs(ours, timeout=PUT_RIGHT_SECONDS)


def _or_environment(verdict: Verdict, exercise: Exercise, env: dict[str, str]) -> Verdict:
    """Return the verdict; where it may tell of Kafka's or PostgreSQL's end, ask, and blame nobody if it is away."""
    if Need.POSTGRES in exercise.needs and not verdict.passed and postgres_has_ended(env[VARIABLE]):
        what, mend = "PostgreSQL ended in the middle of the check.", "Check once more: a new one is started."
        return verdict.model_copy(update={"outcome": Outcome.ENVIRONMENT, "finding": None, "what": what, "mend": mend})
    suspicious = verdict.outcome is Outcome.LAB_BUG or (verdict.finding and verdict.finding.id in _KAFKA_LOOKS_LIKE)
    if Need.KAFKA not in exercise.needs or not suspicious:
        return verdict
    try:
        kafka = env.get("LAB_KAFKA") or address()
    except EnvironmentDown:
        return verdict
    if answers_now(kafka):
        return verdict
    change = {
        "outcome": Outcome.ENVIRONMENT,
        "finding": None,
        "what": f"Kafka at {kafka} stopped answering in the middle of the check.",
        "mend": "See what runs: uv run lab status. Then: uv run lab up (or, if it is paused: uv run lab resume kafka)",
    }
    return verdict.model_copy(update=change)


def _child(exercise: Exercise, answer: Path | None, env: dict[str, str], result: int, output: int) -> NoReturn:
    """Become the process of one check; never return into the warm one."""
    os.setsid()
    _die_with_the_parent()
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(output, 1)
    os.dup2(output, 2)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    os.environ.update(env)
    try:
        verdict = run_check(exercise, answer)
    except BaseException as error:  # noqa: BLE001  the edge of a process; what is said here becomes the report
        what = "".join(traceback.format_exception(error))
        verdict = Verdict(exercise=exercise.id, outcome=Outcome.LAB_BUG, what=what, mend=go_on(exercise))
    try:
        told = json.dumps(_speakable(verdict.model_dump(mode="json"))) + "\n"
        with contextlib.suppress(OSError, ValueError, AttributeError):  # the learner's lines may have closed it
            sys.stdout.flush()
        with os.fdopen(result, "wb") as file:
            file.write(told.encode())
        time.sleep(_LINGER)  # to be ended from outside, while it is still known what was started from here
    finally:
        os._exit(0)


def _speakable(value: Any) -> Any:
    """Return the value without half characters, which no file and no terminal takes."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {name: _speakable(one) for name, one in value.items()}
    return [_speakable(one) for one in value] if isinstance(value, list) else value


def _die_with_the_parent() -> None:
    """Ask the system (Linux can) to end this process when the warm one is killed and cannot do it."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _listen(result_in: int, output_in: int, deadline: float) -> tuple[bytes, HeadAndTail, bool]:
    """Read both pipes until the result's line is complete or time is up; then what of the output is there already.

    Whoever asked may go away meanwhile: then this process ends, and the check with it.
    """
    result, output, in_time = bytearray(), HeadAndTail(), True
    with selectors.DefaultSelector() as selector:
        for descriptor in (result_in, output_in, sys.stdin.fileno()):
            selector.register(descriptor, selectors.EVENT_READ)
        open_result = True
        while open_result:
            ready = selector.select(max(0.0, deadline - time.monotonic()))
            if not ready and time.monotonic() >= deadline:
                in_time = False
                break
            for key, _ in ready:
                data = os.read(key.fd, _PIECE)
                if key.fd == output_in:
                    output.feed(data)
                elif key.fd == result_in:
                    result += data
                    open_result = bool(data) and not data.endswith(b"\n")
                elif not data:
                    _stop()
                if not data:
                    selector.unregister(key.fd)
    os.set_blocking(output_in, False)
    with contextlib.suppress(BlockingIOError):
        while data := os.read(output_in, _PIECE):
            output.feed(data)
    os.close(result_in)
    os.close(output_in)
    return bytes(result), output, in_time


def _without_result(exercise: Exercise, status: int, raw: str, spent: float, *, in_time: bool, limit: float) -> Verdict:
    """Say what it means that a check ended without a word: the learner's lines ended the process, or never end."""
    if not in_time:
        name, saw = "never-returned", f"still running after {limit:.0f} s; it was ended, with all that it had started"
    elif os.WIFSIGNALED(status):
        name, saw = "left-the-program", f"the process was ended by signal {os.WTERMSIG(status)}"
    else:
        name, saw = "left-the-program", "the process ended before the check was over"
    words = GENERAL[name]
    finding = Finding(id=name, task=0, expected=words.expected, saw=saw, why=words.why, look=words.look)
    return Verdict(exercise=exercise.id, outcome=Outcome.NOT_YET, finding=finding, raw=raw, seconds=spent)


def _stop() -> NoReturn:
    """End the check that runs, with all that it started, and this process."""
    for pid in list(_running):
        _end(pid, patience=0.0)
    os._exit(0)


def serve() -> None:
    """Answer requests until standard input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for whoever asks; this process ends with its input
    signal.signal(signal.SIGTERM, lambda *_: _stop())
    warm_up()
    course = read_course()
    sys.stdout.write(json.dumps({"ready": True}) + "\n")
    sys.stdout.flush()
    for line in sys.stdin:
        asked: dict[str, Any] = json.loads(line)
        answer = Path(asked["answer"]) if asked.get("answer") else None
        verdict = judge(course.find(asked["exercise"]), answer, dict(asked.get("env") or {}), float(asked["seconds"]))
        sys.stdout.write(verdict.model_dump_json() + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    serve()
