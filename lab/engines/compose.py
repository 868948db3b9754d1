"""The docker engine: Kafka and PostgreSQL in containers, started by docker compose; host processes beside them.

What `up` does, in this sequence: Docker asked → images fetched → ports chosen → containers started → a client's round
trip. Whatever was not running before and was started here is taken back when a step fails or the person interrupts.
"""

import shlex
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import lab.home
from lab.engines import state
from lab.engines.base import Endpoints, EngineName, HostUnit, Progress, Report, UnitKind, UnitState, UnitStatus
from lab.engines.containers import Container, status_of
from lab.engines.docker_cli import probe, problem
from lab.engines.processes import Processes, program_of
from lab.engines.project import KAFKA, POSTGRES, POSTGRES_PORT
from lab.engines.stack import LOOK_SECONDS, WORK_SECONDS, Stack
from lab.errors import MachineProblem, NotRunning

SIGNALS = {"stop": "-TERM", "kill": "-KILL", "pause": "-STOP", "resume": "-CONT"}
"""What the verbs send to a process on this machine."""


class DockerEngine:
    """Runs the stack of one home folder with docker compose. Several in one home folder see the same stack."""

    def __init__(self, home: Path | None = None) -> None:
        self._home = (home or lab.home.home()).resolve()
        self._hosts = Processes(self._home)
        self._stack = Stack(self._home)

    @property
    def name(self) -> EngineName:
        """Which engine this is."""
        return EngineName.DOCKER

    def up(self, *, report: Report, postgres: bool = False, timeout: float = 120.0) -> Endpoints:
        """Bring up Kafka (and PostgreSQL); return when a client's round trip succeeds.

        The timeout counts from when the images are here; fetching has 30 minutes of its own.
        """
        with state.lock(self._home):
            state.refuse_other_engine(self.name, self._home)
            docker = probe()
            if (why := problem(docker)) is not None:
                raise why
            report(Progress("docker", f"Docker {docker.engine} answers, compose {docker.compose}", done=True))
            project = self._stack.up(docker, report, postgres=postgres, timeout=timeout)
            ports = {KAFKA: project.kafka_port}
            if project.postgres_port is not None:
                ports[POSTGRES] = project.postgres_port
            state.record_up(self.name, ports, self._home)
            return self._stack.endpoints(project)

    def down(self, *, report: Report, volumes: bool = False) -> None:
        """Stop host units, then remove containers and network; with `volumes` also all data, the record of it last.

        Without a record (engine.json is absent or was cut short) a Docker that cannot be asked is no error.
        """
        with state.lock(self._home):
            report(Progress("services", "stopping the processes on this machine"))
            self._hosts.shutdown()
            report(Progress("services", "the processes on this machine have ended", done=True))
            last = state.read(self._home)
            ours = last is not None and last.engine is self.name
            theirs = last is not None and not ours
            report(Progress("containers", "removing the containers"))
            try:
                self._stack.down(volumes=volumes)
            except MachineProblem:
                if ours:
                    raise
                report(Progress("containers", "Docker does not answer; nothing here is known to run in it", done=True))
                return
            report(Progress("containers", "the containers are gone", done=True))
            if volumes and not theirs:
                self._stack.project().password_file.unlink(missing_ok=True)
                state.forget(self._home)
            elif ours:
                state.record_down(self._home)

    def launch(self, units: Sequence[HostUnit]) -> None:
        """Run these processes on this machine, adding to those that run."""
        self._hosts.launch([program_of(unit) for unit in units])

    def status(self) -> Sequence[UnitStatus]:
        """Return containers, broker first, then host units. A Docker that does not answer is told in Kafka's note."""
        try:
            cli, found = self._stack.cli(), self._stack.found(LOOK_SECONDS)
            inside = [status_of(cli, one) for one in found.values()]
        except MachineProblem as error:
            inside = [UnitStatus(KAFKA, UnitKind.BROKER, UnitState.STOPPED, note=error.what)]
        return [*inside, *self._hosts.status()]

    def endpoints(self) -> Endpoints | None:
        """Return where the stack answers; None when Kafka's container does not run or Docker does not answer."""
        try:
            up = {unit: one for unit, one in self._stack.found(LOOK_SECONDS).items() if one.up}
        except MachineProblem:
            return None
        if KAFKA not in up:
            return None
        project = self._stack.project(up)
        return self._stack.endpoints(project if POSTGRES in up else replace(project, postgres_port=None))

    def plain_command(self, verb: str, unit: str | None = None) -> str:
        """Return the exact docker compose line for `verb`; for a host unit the signal, or where its log is."""
        if unit is not None and unit not in (KAFKA, POSTGRES):
            return self._plain_for_host(verb, unit)
        project = self._stack.project()
        if unit == POSTGRES and project.postgres_port is None:
            project = replace(project, postgres_port=POSTGRES_PORT)
        return project.shown(verb, unit)

    def start(self, unit: str) -> None:
        """Start a unit that is stopped or crashed; a container is asked as a client until it answers, for 90 s."""
        one = self._container(unit)
        if one is None:
            self._hosts.start(unit)
        elif not one.up:
            project = self._stack.project({unit: one})
            self._stack.compose(project, "start", unit)
            self._stack.prove(project, [unit], time.monotonic() + WORK_SECONDS, lambda _: None)

    def stop(self, unit: str) -> None:
        """Ask the unit to end (SIGTERM), and wait until it has."""
        one = self._container(unit)
        if one is None:
            self._hosts.stop(unit)
        elif one.up:
            self._stack.wake(one)
            self._stack.compose(self._stack.project(), "stop", unit)

    def restart(self, unit: str) -> None:
        """Stop, then start."""
        self.stop(unit)
        self.start(unit)

    def kill(self, unit: str) -> None:
        """End the unit at once (SIGKILL); it stays down until started."""
        one = self._container(unit)
        if one is None:
            self._hosts.kill(unit)
        elif one.up:
            self._stack.wake(one)
            self._stack.compose(self._stack.project(), "kill", unit)
            self._stack.until_down(unit)

    def pause(self, unit: str) -> None:
        """Freeze the unit. Raises NotRunning where it does not run."""
        one = self._container(unit)
        if one is None:
            self._hosts.pause(unit)
        elif _running(one).status != "paused":
            self._stack.compose(self._stack.project(), "pause", unit)

    def resume(self, unit: str) -> None:
        """Let a paused unit go on. Raises NotRunning where it does not run."""
        one = self._container(unit)
        if one is None:
            self._hosts.resume(unit)
        else:
            self._stack.wake(_running(one))

    def logs(self, unit: str, *, lines: int = 100, follow: bool = False) -> Iterator[str]:
        """Yield the unit's last lines; with `follow` go on until the caller stops or the container ends."""
        one = self._container(unit)
        if one is None:
            return self._hosts.logs(unit, lines=lines, follow=follow)
        return self._stack.cli().follow("logs", "--tail", str(lines), *(["--follow"] if follow else []), one.id)

    def _plain_for_host(self, verb: str, unit: str) -> str:
        if verb == "logs":
            return f"tail -n 100 -f {shlex.quote(str(self._home / 'logs' / f'{unit}.log'))}"
        pid = next((str(one.pid) for one in self._hosts.status() if one.name == unit and one.pid), "PID")
        if verb in SIGNALS:
            return f"kill {SIGNALS[verb]} {pid}  # {unit}"
        return f"# {verb} {unit}: supervisord runs it; `uv run lab status` shows its pid"

    def _container(self, unit: str) -> Container | None:
        """Return the unit's container; None for a host unit. Raises NotRunning where it has none yet."""
        if unit not in (KAFKA, POSTGRES):
            return None
        one = self._stack.found().get(unit)
        if one is None:
            raise NotRunning(f"{unit} has not been started here.", "Start it with: uv run lab up")
        return one


def _running(one: Container) -> Container:
    if not one.up:
        raise NotRunning(f"{one.unit} is not running.", f"Start it with: uv run lab start {one.unit}")
    return one
