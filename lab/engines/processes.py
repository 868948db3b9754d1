"""The host processes of one home folder, run by one supervisord that preloads (docs/decisions/0003)."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from typing import Any

import psutil
from filelock import FileLock, Timeout

import lab.home
from lab.engines import logtail, records, unit_status
from lab.engines.base import UnitKind, UnitState, UnitStatus
from lab.engines.programs import Program, program_of, read_table, table_file, write_table
from lab.engines.supervisor_link import Link, unknown
from lab.errors import Conflict, NotFound, NotReady, NotRunning

__all__ = ["Processes", "Program", "program_of"]

_NOT_RUNNING, _ALREADY_STARTED, _SPAWN_ERROR = 70, 60, 50  # supervisor's faults
_AT_REST = frozenset({"STOPPED", "EXITED", "FATAL"})
_LOCK_SECONDS = 60.0


class Processes:
    """Starts, watches and stops programs; a second one on the same home folder attaches to the same supervisord.

    A program that ends by itself with another code than 0 is started again, after a pause where it does so often; not
    so one that says that it cannot work (`unit_status.HOPELESS`), and one that was stopped or killed.
    Raises NotFound for an unknown name and NotRunning where no supervisord runs.
    """

    def __init__(self, home: Path | None = None) -> None:
        self._home = (home or lab.home.home()).resolve()
        self._link = Link(self._home)

    def running(self) -> bool:
        """Say whether supervisord runs for this home folder."""
        return self._link.answers()

    def launch(self, programs: Sequence[Program]) -> None:
        """Run these programs beside those that run: a changed one is replaced, an equal one kept (or started).

        Returns when each is started, not when it answers. Orphans of a supervisord that was killed are ended first.
        """
        with self._guard():
            if not self._link.answers():
                self._link.end()
                table_file(self._home).unlink(missing_ok=True)
                self._link.begin()
            table, there = read_table(self._home), self._pids()
            changed = [one for one in programs if table.get(one.name) != one or one.name not in there]
            known = [program.name for program in changed if program.name in there]
            self._stop_all(known)
            write_table(self._home, (table | {program.name: program for program in programs}).values())
            self._link.call("supervisor.reloadConfig")
            for name in known:
                self._link.call("supervisor.removeProcessGroup", name)
            for program in changed:
                self._link.call("supervisor.addProcessGroup", program.name)
            for program in programs:
                self._start(program.name)

    def status(self) -> Sequence[UnitStatus]:
        """Return every program of the table, broker first; where supervisord is gone, what is left of them."""
        table = read_table(self._home)
        order = list(UnitKind)
        try:
            rows = {row["name"]: row for row in self._link.call("supervisor.getAllProcessInfo")} if table else {}
        except NotRunning:
            rows = {}
        found = records.read(self._home)
        programs = sorted(table.values(), key=lambda program: order.index(program.kind))
        return [
            unit_status.of(self._home, program, rows.get(program.name), found.get(program.name)) for program in programs
        ]

    def start(self, name: str) -> None:
        """Start a program that does not run; one that runs is left alone."""
        self._known(name)
        self._start(name)

    def stop(self, name: str) -> None:
        """Ask the program to end (its stop signal), and wait until it has; SIGKILL after its `stop_seconds`."""
        self._known(name)
        self._stop_all([name])

    def restart(self, name: str) -> None:
        """Stop, then start."""
        self.stop(name)
        self.start(name)

    def kill(self, name: str) -> None:
        """SIGKILL the program and all it started, as a power cut would; it stays down until started."""
        self._known(name)
        process, before = self._process(name), self._pids()
        children = records.children(process) if process else []
        self._link.call("lab.kill", name)
        for child in children:
            with suppress(psutil.Error):
                child.kill()
        records.await_end(children, 10)
        self._await_rest([name], 10, before)

    def pause(self, name: str) -> None:
        """Freeze the program and all it started (SIGSTOP). Raises NotRunning where it does not run."""
        self._signal_tree(name, resume=False)

    def resume(self, name: str) -> None:
        """Let a paused program go on (SIGCONT)."""
        self._signal_tree(name, resume=True)

    def logs(self, name: str, *, lines: int = 100, follow: bool = False) -> Iterator[str]:
        """Yield the program's last lines without line ends; with `follow`, also each new one until the caller stops."""
        path = self._home / "logs" / f"{name}.log"
        if name not in read_table(self._home) and not path.exists():
            raise unknown(name)
        return logtail.lines(path, count=lines, follow=follow)

    def shutdown(self) -> None:
        """Stop all in reverse kind order, end supervisord, end orphans. Idempotent; logs stay."""
        with self._guard():
            if self._link.answers():
                table = read_table(self._home)
                for kind in reversed(UnitKind):
                    with suppress(NotReady):  # what does not end is ended by force, with supervisord
                        self._stop_all([program.name for program in table.values() if program.kind is kind])
            self._link.end()
            table_file(self._home).unlink(missing_ok=True)

    def _guard(self) -> AbstractContextManager[object]:
        (self._home / "run").mkdir(parents=True, exist_ok=True)
        try:
            return FileLock(self._home / "run" / "processes.lock").acquire(timeout=_LOCK_SECONDS)
        except Timeout:
            raise Conflict(
                "Another `lab` command is starting or stopping units here.", "Wait until it has ended, then try again."
            ) from None

    def _known(self, name: str) -> Program:
        program = read_table(self._home).get(name)
        if program is None:
            raise unknown(name)
        return program

    def _process(self, name: str) -> psutil.Process | None:
        record = records.read(self._home).get(name)
        return record.process() if record else None

    def _start(self, name: str) -> None:
        if self._link.call("supervisor.getProcessInfo", name)["statename"] == "BACKOFF":
            self._stop_all([name])  # ends the pause
        # SPAWN_ERROR: it ended within this call; supervisord tries again, and the status says so
        self._link.call("supervisor.startProcess", name, False, ignore=(_ALREADY_STARTED, _SPAWN_ERROR))  # noqa: FBT003

    def _pids(self) -> Mapping[str, int]:
        """Return the pid of each program that supervisord knows; 0 of one that does not run."""
        return {row["name"]: row["pid"] for row in self._link.call("supervisor.getAllProcessInfo")}

    def _stop_all(self, names: Sequence[str]) -> None:
        before = self._pids() if names else {}
        for name in names:
            with suppress(NotFound):  # in our table, and interrupted before supervisord heard of it
                self._link.call("supervisor.stopProcess", name, False, ignore=(_NOT_RUNNING,))  # noqa: FBT003
            self._wake(name)
        if names:
            self._await_rest(names, max(self._known(name).stop_seconds for name in names) + 5, before)

    def _wake(self, name: str) -> None:
        """A paused program cannot end: let it go on, it finds the stop signal waiting."""
        process = self._process(name)
        for each in [process, *records.children(process)] if process else ():
            with suppress(psutil.Error):
                each.resume()

    def _signal_tree(self, name: str, *, resume: bool) -> None:
        self._known(name)
        process = self._process(name)
        if process is None:
            raise NotRunning(f"{name} is not running.", f"Start it with `uv run lab start {name}`.")
        for each in [process, *records.children(process)]:
            with suppress(psutil.NoSuchProcess):
                each.resume() if resume else each.suspend()
        unit_status.await_frozen(process, frozen=not resume)

    def _await_rest(self, names: Sequence[str], seconds: float, before: Mapping[str, int]) -> None:
        """Wait until these have ended. One that runs with another pid than `before` was started again by somebody."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            rows = self._link.call("supervisor.getAllProcessInfo")
            if all(_has_ended(row, before) for row in rows if row["name"] in names):
                return
            time.sleep(0.02)
        raise NotReady(
            f"{', '.join(names)} did not end within {seconds:.0f} s.",
            "Run `uv run lab down`; it ends everything by force.",
        )


def _has_ended(row: Mapping[str, Any], before: Mapping[str, int]) -> bool:
    return row["statename"] in _AT_REST or row["pid"] not in {0, before.get(row["name"])}


def is_running(status: UnitStatus) -> bool:
    """Say whether there is a process, be it paused."""
    return status.state in {UnitState.STARTING, UnitState.RUNNING, UnitState.PAUSED}
