"""Starting supervisord and talking to it over its Unix socket: its RPC, with the lab's errors."""

import hashlib
import http.client
import os
import subprocess
import sys
import xmlrpc.client
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import lab.home
from lab import bundle
from lab.engines import interrupts, records
from lab.errors import NotFound, NotReady, NotRunning

_INI = """\
; Written by the lab for one home folder. The programs stand in its run/programs.json.
[supervisord]
minfds=256
minprocs=16
[unix_http_server]
file=%(here)s/supervisor.sock
chmod=0600
[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface
[rpcinterface:lab]
supervisor.rpcinterface_factory=lab.engines.supervising:calls
"""
_BAD_NAME = 10  # supervisor's fault for a name it does not know
_START_TIMEOUT = 30.0  # seconds


class Link:
    """One supervisord, of one home folder: begin it, call it, end it."""

    def __init__(self, home: Path) -> None:
        self.home = home

    def folder(self) -> Path:
        """Return the short folder of the socket; it is made where absent."""
        if self.home == lab.home.home():
            return lab.home.runtime()
        name = hashlib.sha256(str(self.home).encode()).hexdigest()[:10]
        folder = lab.home.runtime().parent / f"orderlab-{os.getuid()}-{name}"
        folder.mkdir(mode=0o700, exist_ok=True)
        return folder

    def socket(self) -> Path:
        """Return where supervisord listens."""
        return self.folder() / "supervisor.sock"

    def answers(self) -> bool:
        """Say whether a supervisord answers for this home folder."""
        record = records.read(self.home).get(records.SUPERVISOR)
        if record is None or record.process() is None:
            return False
        try:
            return isinstance(self.call("supervisor.getPID"), int)
        except NotRunning:
            return False

    def begin(self) -> None:
        """Start supervisord, with no program yet; return when it answers. Stale sockets are in nobody's way.

        A Ctrl-C takes effect when its pid is recorded: from then on whoever cleans up can find it.
        """
        with interrupts.put_off():
            self._begin()

    def _begin(self) -> None:
        folder = self.folder()
        (self.home / "logs").mkdir(parents=True, exist_ok=True)
        (self.home / "run").mkdir(parents=True, exist_ok=True)
        self.socket().unlink(missing_ok=True)
        (folder / "supervisord.conf").write_text(_INI)
        done = subprocess.run(  # noqa: S603  # our own module
            self._command(folder),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=_environment(self.home),
            cwd=bundle.shipped(),
            timeout=_START_TIMEOUT,
            check=False,
            text=True,
            start_new_session=True,  # a Ctrl-C on the terminal is not meant for it
        )
        if done.returncode != 0:
            raise NotReady(
                f"supervisord, which runs the units, did not start: {done.stdout.strip() or 'no reason given'}",
                f"Read {self.home / 'logs' / 'supervisord.log'}, then run `uv run lab doctor`.",
            )
        records.write(self.home, records.SUPERVISOR, int(self.call("supervisor.getPID")), None)

    def _command(self, folder: Path) -> list[str]:
        logs = self.home / "logs" / "supervisord.log"
        files = ["-c", folder / "supervisord.conf", "-l", logs, "-j", folder / "supervisord.pid"]
        sizes = ["-y", "1MB", "-z", "1", "-m", "077", "-q", self.home / "run", "-k"]
        return [sys.executable, "-m", "lab.engines.supervising", str(self.home), *map(str, files), *map(str, sizes)]

    def call(self, method: str, *arguments: Any, ignore: tuple[int, ...] = ()) -> Any:
        """Call supervisord. Raises NotRunning where it does not answer, NotFound for an unknown unit."""
        from supervisor.xmlrpc import SupervisorTransport  # noqa: PLC0415  # 40 ms, only where needed

        transport = SupervisorTransport(None, None, f"unix://{self.socket()}")
        try:
            target: Callable[..., Any] = xmlrpc.client.ServerProxy("http://localhost", transport=transport)
            for part in method.split("."):
                target = getattr(target, part)
            return target(*arguments)
        except xmlrpc.client.Fault as fault:
            if fault.faultCode == _BAD_NAME:
                raise unknown(str(arguments[0])) from None
            if fault.faultCode in ignore:
                return None
            raise NotReady(
                f"supervisord refused {method}: {fault.faultString}.", "Run `uv run lab down`, then `uv run lab up`."
            ) from fault
        except (OSError, http.client.HTTPException, xmlrpc.client.ProtocolError) as problem:
            raise NotRunning("No units are running here.", "Start them with `uv run lab up`.") from problem
        finally:
            transport.close()

    def end(self) -> None:
        """Ask supervisord to end, wait until it has, then end whatever its records name. Idempotent."""
        record = records.read(self.home).get(records.SUPERVISOR)
        process = record.process() if record else None
        if process is not None:
            with suppress(NotRunning, NotReady):
                self.call("supervisor.shutdown")
                records.await_end([process], 10)
        records.sweep(self.home)
        for name in ("supervisor.sock", "supervisord.pid", "supervisord.conf"):
            (self.folder() / name).unlink(missing_ok=True)
        with suppress(OSError):
            self.folder().rmdir()


def unknown(name: str) -> NotFound:
    """Return the error for a unit nobody knows."""
    return NotFound(f"There is no unit {name!r} here.", "`uv run lab status` lists the units.")


def _environment(home: Path) -> dict[str, str]:
    """Return the environment that every unit inherits."""
    extra = {"LAB_HOME": str(home)}
    if sys.platform == "darwin":  # a fork that asks the system for proxies is otherwise aborted
        extra["OBJC_DISABLE_INITIALIZE_FORK_SAFETY"] = "YES"
    return {**os.environ, **extra}
