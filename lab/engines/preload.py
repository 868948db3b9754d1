"""A warm process: it has the third-party imports and becomes a service by fork alone, without exec.

Importing a service's libraries costs about two seconds of CPU. supervisord pays that once; a fork of it then starts
a service in a few milliseconds. Only third-party packages are imported: never the shop, never a learner's file.
"""

import atexit
import gc
import importlib
import os
import runpy
import signal
import sys
import threading
import time
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NoReturn

PACKAGES = (
    "asyncio",
    "aiokafka",
    "fastapi",
    "uvicorn",
    "uvicorn.protocols.http.h11_impl",
    "sqlalchemy.ext.asyncio",
    "sqlalchemy.dialects.sqlite.aiosqlite",
    "sqlalchemy.dialects.postgresql.asyncpg",
    "aiosqlite",
    "asyncpg",
    "pydantic",
    "pydantic.v1",  # FastAPI asks for it at the first route
    "pydantic_settings",
    "structlog",
    "prometheus_client",
)
_HEAD_START = 0.2  # seconds


class Warmth:
    """What is imported so far. Imports run one by one, so that whoever serves requests in between stays awake."""

    def __init__(self, packages: Sequence[str] = PACKAGES) -> None:
        self._pending = list(packages)
        self._from = float("inf")

    def begin(self) -> None:
        """Let `step` import after a moment, so that programs launched together are not held up by it."""
        self._from = min(self._from, time.monotonic() + _HEAD_START)

    def step(self) -> bool:
        """Import one package if any is pending; return whether there is more to do."""
        if not self._pending or time.monotonic() < self._from:
            return False
        try:
            importlib.import_module(self._pending.pop(0))
        except ImportError as problem:  # the service that needs it will say so itself
            print(f"not preloaded: {problem}", file=sys.stderr)  # noqa: T201
        if not self._pending:
            gc.collect()
            gc.freeze()  # keeps these pages shared with every fork
        return bool(self._pending)

    def complete(self) -> None:
        """Import all that is pending. Raises RuntimeError if an import started a thread: forking would lose it."""
        self._from = 0.0
        while self.step():
            pass
        if threading.active_count() != 1:
            raise RuntimeError(f"an import started a thread: {threading.enumerate()}")


def become(argv: Sequence[str], env: Mapping[str, str]) -> NoReturn:
    """Turn this forked process into `python -m module args`, as close to a fresh interpreter as can be.

    The environment is replaced, signals are at their defaults, standard streams are new. It ends by `os._exit` with
    the code a fresh interpreter would end with. What is read only when an interpreter starts (PYTHONHASHSEED,
    PYTHONWARNINGS, PYTHONDEVMODE) has no effect here.
    """
    gc.freeze()  # sockets of the parent were closed by number; their objects must never be collected
    _reset_signals()
    os.environ.clear()
    os.environ.update(env)
    _reopen_streams()
    _forget_the_lab(env)
    os._exit(_run(argv))


def _reset_signals() -> None:
    signal.set_wakeup_fd(-1)
    kept = {signal.SIGKILL, signal.SIGSTOP, signal.SIGPIPE}  # Python itself ignores SIGPIPE
    for number in signal.valid_signals() - kept:
        if callable(signal.getsignal(number)) or number == signal.SIGCHLD:
            signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())


def _reopen_streams() -> None:
    global _kept  # noqa: PLW0603
    _kept = (sys.stdin, sys.stdout, sys.stderr)  # never flushed, never closed: their buffers belong to the parent
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stdout = open(1, "w", buffering=1, encoding="utf-8", errors="backslashreplace", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", buffering=1, encoding="utf-8", errors="backslashreplace", closefd=False)  # noqa: SIM115
    sys.__stdin__, sys.__stdout__, sys.__stderr__ = sys.stdin, sys.stdout, sys.stderr  # type: ignore[misc]


_kept: object = None


def _forget_the_lab(env: Mapping[str, str]) -> None:
    """Make the service import the lab's own code afresh, so that a changed file is seen at the next start."""
    for name in [name for name in sys.modules if name == "lab" or name.startswith("lab.")]:
        del sys.modules[name]
    extra = [entry for entry in env.get("PYTHONPATH", "").split(os.pathsep) if entry and entry not in sys.path]
    sys.path[:0] = [str(Path.cwd()), *extra]
    importlib.invalidate_caches()


def _run(argv: Sequence[str]) -> int:
    """Run `(interpreter, "-m", module, *args)`; return the exit code."""
    module, arguments = argv[2], argv[3:]
    sys.argv = [module, *arguments]
    code = 0
    try:
        try:
            runpy.run_module(module, run_name="__main__", alter_sys=True)
        finally:
            threading._shutdown()  # type: ignore[attr-defined]  # noqa: SLF001  # waits for threads, as an interpreter does
    except SystemExit as end:
        code = _code(end)
    except KeyboardInterrupt:
        code = 130
    except BaseException:  # noqa: BLE001  # the edge of a process
        traceback.print_exc()
        code = 1
    atexit._run_exitfuncs()  # noqa: SLF001
    sys.stdout.flush()
    sys.stderr.flush()
    return code


def _code(end: SystemExit) -> int:
    if end.code is None or isinstance(end.code, int):
        return (end.code or 0) & 0xFF
    print(end.code, file=sys.stderr)  # noqa: T201
    return 1
