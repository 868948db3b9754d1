"""The native engine: Kafka and PostgreSQL as child processes, for a machine without Docker."""

import shlex
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import lab.home
from lab.engines import bringing_up, deleting, kafka, ports, postgres, state, tuning
from lab.engines.base import Endpoints, EngineName, HostUnit, Progress, Report, UnitStatus
from lab.engines.processes import Processes, is_running, program_of
from lab.errors import NotReady

_HIDDEN = frozenset({tuning.UNIT})
_RECOVERY_SECONDS = 60.0  # a broker that was killed reads its logs before it answers
_VERBS = {"stop": "-TERM", "kill": "-KILL", "pause": "-STOP", "resume": "-CONT"}


class NativeEngine:
    """See `lab.engines.base.Engine`. Attaches to whatever runs in the home folder."""

    def __init__(self, home: Path | None = None) -> None:
        self._home = (home or lab.home.home()).resolve()
        self._processes = Processes(self._home)

    @property
    def name(self) -> EngineName:
        """Which engine this is."""
        return EngineName.NATIVE

    def up(self, *, report: Report, postgres: bool = False, timeout: float = 120.0) -> Endpoints:
        """Bring up the broker (and PostgreSQL where asked); return when a real client's round trip succeeds.

        The timeout counts from when the jars are here; each file has its own for fetching.
        """
        with state.lock(self._home):
            state.refuse_other_engine(self.name, self._home)
            bringing_up.BringUp(self._home, self._processes, report, timeout).run(postgres=postgres)
        found = self.endpoints()
        if found is None:
            raise NotReady(
                "Kafka ended right after it had answered.",
                "Read `uv run lab logs kafka`, then run `uv run lab up` again.",
            )
        return found

    def down(self, *, report: Report, volumes: bool = False) -> None:
        """Stop everything, host units first; with `volumes` also delete data, logs and, last, the ports record.

        What runs is known from the records of each process, not from engine.json. Idempotent: a deletion that was
        interrupted is finished by the next one.
        """
        with state.lock(self._home):
            report(Progress("stop", "stopping all units"))
            self._processes.shutdown()
            state.record_down(self._home)
            if volumes:
                postgres.Server(self._home, 0).delete()
                for folder in ("kafka", "postgres", "logs", "run"):
                    deleting.tree(self._home / folder)
                state.forget(self._home)
            report(Progress("stop", "stopped; data deleted" if volumes else "stopped; data kept", done=True))

    def launch(self, units: Sequence[HostUnit]) -> None:
        """Run these host processes, adding to those that run."""
        self._processes.launch([program_of(unit) for unit in units])

    def status(self) -> Sequence[UnitStatus]:
        """All units of this home folder, broker first."""
        return [status for status in self._processes.status() if status.name not in _HIDDEN]

    def start(self, unit: str) -> None:
        """Start a unit; for the broker and PostgreSQL return when they answer."""
        self._processes.start(unit)
        recorded = state.read(self._home)
        if recorded is not None and unit in recorded.ports:
            deadline = time.monotonic() + _RECOVERY_SECONDS
            bringing_up.await_unit(self._home, self._processes, unit, recorded.ports[unit], deadline)

    def stop(self, unit: str) -> None:
        """Ask the unit to end, and wait until it has."""
        self._processes.stop(unit)

    def restart(self, unit: str) -> None:
        """Stop, then start."""
        self._processes.stop(unit)
        self.start(unit)

    def kill(self, unit: str) -> None:
        """End the unit at once (SIGKILL); it stays down until started."""
        self._processes.kill(unit)

    def pause(self, unit: str) -> None:
        """Freeze the unit (SIGSTOP)."""
        self._processes.pause(unit)

    def resume(self, unit: str) -> None:
        """Let a paused unit go on (SIGCONT)."""
        self._processes.resume(unit)

    def logs(self, unit: str, *, lines: int = 100, follow: bool = False) -> Iterator[str]:
        """The unit's last lines; with `follow` it goes on until the caller stops."""
        return self._processes.logs(unit, lines=lines, follow=follow)

    def endpoints(self) -> Endpoints | None:
        """Where the running stack answers; None when it is down."""
        recorded = state.read(self._home)
        if recorded is None or recorded.engine is not self.name:
            return None
        alive = {status.name for status in self._processes.status() if is_running(status)}
        if kafka.UNIT not in alive:
            return None
        url = None
        if postgres.UNIT in alive:
            url = postgres.Server(self._home, recorded.ports[postgres.UNIT]).url()
        return Endpoints(f"{ports.HOST}:{recorded.ports[kafka.UNIT]}", url)

    def plain_command(self, verb: str, unit: str | None = None) -> str:
        """The command a person would type for this, without the lab."""
        if verb in _VERBS:
            pid = next((str(status.pid) for status in self.status() if status.name == unit and status.pid), "PID")
            return f"kill {_VERBS[verb]} {pid}  # {unit}"
        if verb == "logs":
            return f"tail -n 100 -f {shlex.quote(str(self._home / 'logs' / f'{unit}.log'))}"
        if verb == "down":
            return "kill -TERM PID  # of each unit, the broker last"
        if unit in {None, kafka.UNIT}:
            config = shlex.quote(str(self._home / "kafka" / "server.properties"))
            return f"java {' '.join(kafka.JVM[:3])} -cp 'kafka/libs/*' kafka.Kafka {config}"
        return f"# {verb} {unit}: supervisord runs its command line"
