"""supervisord as the lab runs it: `python -m lab.engines.supervising HOME CONFIG …`, started by `processes`.

It is the pinned `supervisor` with four additions, each at a public name of its own: the programs come from the lab's
table instead of an ini section, a preloaded program is forked without exec (`execve`), every start is recorded
(`spawn`), and a program that keeps ending is started again less and less often, or not at all (`finish`). One method is
added to its RPC: `lab.kill`.
"""

import signal
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from supervisor import poller, supervisord
from supervisor.datatypes import RestartWhenExitUnexpected, name_to_uid, signal_number
from supervisor.options import ProcessConfig, ProcessGroupConfig, ServerOptions, decode_wait_status
from supervisor.process import Subprocess
from supervisor.states import ProcessStates
from supervisor.xmlrpc import Faults, RPCError

from lab.engines import preload, records
from lab.engines.base import UnitKind
from lab.engines.programs import Program, read_table
from lab.engines.unit_status import HOPELESS

LOG_BYTES = 5 * 1024 * 1024
START_SECONDS = 1  # a program that ends sooner did not start
START_RETRIES = 5  # in a row; then it is given up
PAUSES = (0, 1, 2, 4, 8, 10)  # seconds before it is started again: the first time at once, the last one for all others
SETTLED_SECONDS = 60  # after which it counts as having ended for the first time
_WAIT_SECONDS = 0.2  # supervisor itself waits 1 s, and so takes 1 s to bring a unit back


class Unit(Subprocess):  # type: ignore[misc]  # supervisor has no types
    """A process whose every start is recorded with pid and start time, so that an orphan can be recognized."""

    restarts = 0
    _ends = 0  # in a row, by itself, never after SETTLED_SECONDS
    _quick_ends = 0  # in a row, within START_SECONDS

    def spawn(self) -> int | None:
        """Start it; the parent returns its pid, the child never returns."""
        options: Options = self.config.options
        if self.config.preloaded:
            options.warmth.complete()
        again = self.state == ProcessStates.BACKOFF
        if not again:  # a person wants it
            self._ends = self._quick_ends = 0
        pid: int | None = super().spawn()
        if pid:
            self.restarts = self.restarts + 1 if again else 0
            records.write(options.home, self.config.name, pid, self.config.kind, self.restarts)
            options.warmth.begin()
        return pid

    def finish(self, pid: int, status: int) -> None:
        """Decide what follows its end: nothing where it was asked for, a start after a pause, or none any more."""
        lasted = time.time() - self.laststart
        super().finish(pid, status)
        code, _ = decode_wait_status(status)
        if self.state == ProcessStates.EXITED and code not in self.config.exitcodes:
            self.change_state(ProcessStates.BACKOFF)  # supervisor itself would start it again at once, for ever
        if self.state != ProcessStates.BACKOFF:
            return
        self.exitstatus = code
        self._ends = 1 if lasted >= SETTLED_SECONDS else self._ends + 1
        self._quick_ends = self._quick_ends + 1 if lasted < START_SECONDS else 0
        if (self.config.kind is UnitKind.SERVICE and code in HOPELESS) or self._quick_ends > START_RETRIES:
            self.give_up()
            return
        self.backoff = PAUSES[min(self._ends, len(PAUSES)) - 1]
        self.delay = time.time() + self.backoff


class UnitConfig(ProcessConfig):  # type: ignore[misc]
    """One program of the lab's table, in supervisor's terms."""

    def __init__(self, options: "Options", program: Program) -> None:
        super().__init__(options, **_settings(options, program))
        self.kind = program.kind
        self.preloaded = program.preloaded

    def make_process(self, group: Any = None) -> Unit:
        """Make the process that `spawn` starts."""
        process = Unit(self)
        process.group = group
        return process


def _settings(options: "Options", program: Program) -> dict[str, Any]:
    import shlex  # noqa: PLC0415

    quiet = {
        f"{stream}_{setting}": value
        for stream in ("stdout", "stderr")
        for setting, value in (
            ("capture_maxbytes", 0),
            ("events_enabled", False),
            ("syslog", False),
            ("logfile_backups", 1),
            ("logfile_maxbytes", LOG_BYTES),
        )
    }
    return quiet | {
        "name": program.name,
        "command": shlex.join(program.command),
        "environment": dict(program.env),
        "uid": None if program.user is None else name_to_uid(program.user),
        "directory": None,
        "umask": None,
        "priority": list(UnitKind).index(program.kind),
        "autostart": False,
        "autorestart": RestartWhenExitUnexpected,
        "startsecs": START_SECONDS,
        "startretries": max(PAUSES),  # for supervisor `backoff` counts and is the pause; `finish` gives up
        "stdout_logfile": str(options.home / "logs" / f"{program.name}.log"),
        "stderr_logfile": None,
        "redirect_stderr": True,
        "stopsignal": signal_number(program.stop_signal),
        "stopwaitsecs": program.stop_seconds,
        "stopasgroup": program.stop_signal == "KILL",
        "killasgroup": True,
        "exitcodes": [0],
    }


class Options(ServerOptions):  # type: ignore[misc]
    """supervisord's options, with the lab's table of programs and a warm process to fork from."""

    def __init__(self, home: Path) -> None:
        super().__init__()
        self.home = home
        self.warmth = preload.Warmth()
        self.poller = Poller(self)

    def read_config(self, fp: Any) -> Any:
        """Read the ini file (socket and logs), then the programs from the table; also at `reloadConfig`."""
        section = super().read_config(fp)
        section.process_group_configs = [
            ProcessGroupConfig(self, config.name, config.priority, [config])
            for config in (UnitConfig(self, program) for program in read_table(self.home).values())
        ]
        return section

    def execve(self, filename: str, argv: Sequence[str], env: Mapping[str, str]) -> None:
        """In the forked child: become a preloaded service, or exec anything else."""
        program = read_table(self.home).get(env["SUPERVISOR_PROCESS_NAME"])
        if program is not None and program.preloaded:
            preload.become(argv, env)
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
        super().execve(filename, argv, env)


class Poller(poller.Poller):  # type: ignore[misc]
    """Imports a package whenever supervisord would wait, until all are there."""

    def poll(self, timeout: float) -> Any:
        """Wait a little, or not at all while there is something to import: a unit that ended is seen soon."""
        return super().poll(0 if self.options.warmth.step() else min(timeout, _WAIT_SECONDS))


class Calls:
    """The lab's own calls, beside supervisor's: `lab.kill`."""

    def __init__(self, server: Any) -> None:
        self._server = server

    def kill(self, name: str) -> bool:
        """Send SIGKILL to the unit's process group, at once and as the first signal; it is not started again."""
        group = self._server.process_groups.get(name)
        if group is None:
            raise RPCError(Faults.BAD_NAME, name)
        process = group.processes[name]
        process.administrative_stop = True
        if process.pid:
            for target in (-process.pid, process.pid):  # a child that was forked just now has no group of its own yet
                with suppress(ProcessLookupError):
                    self._server.options.kill(target, signal.SIGKILL)
        if process.get_state() in {ProcessStates.STARTING, ProcessStates.RUNNING, ProcessStates.BACKOFF}:
            process.kill(signal.SIGKILL)
        self._server.reap()
        return True


def calls(server: Any) -> Calls:
    """Make the calls; supervisor's `rpcinterface_factory` names this function."""
    return Calls(server)


def main(arguments: Sequence[str]) -> None:
    """Run supervisord for a home folder; the first argument is that folder, the rest are supervisord's own."""
    options = Options(Path(arguments[0]))
    options.realize(list(arguments[1:]), doc=supervisord.__doc__)
    options.first = True
    options.test = False
    supervisord.go(options)


if __name__ == "__main__":
    main(sys.argv[1:])
