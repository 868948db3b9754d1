"""The containers of one home folder: what stands behind the docker engine's `up`, `down` and the seven verbs."""

import contextlib
import secrets
import signal
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from lab.engines import containers, images, ports, readiness, state
from lab.engines.base import Endpoints, EngineName, Progress, Report
from lab.engines.containers import Container
from lab.engines.docker_cli import Docker, DockerCli
from lab.engines.programs import write_private
from lab.engines.project import KAFKA, KAFKA_PORT, POSTGRES, POSTGRES_PORT, POSTGRES_USER, Project, compose_file
from lab.errors import LabError, NotReady, PortTaken

PREFERRED: Mapping[str, tuple[str, int]] = {
    KAFKA: ("LAB_KAFKA_PORT", KAFKA_PORT),
    POSTGRES: ("LAB_POSTGRES_PORT", POSTGRES_PORT),
}
"""Each container's port: the environment variable that asks for another, and the default."""

ASKING: Mapping[str, tuple[str, str]] = {
    KAFKA: ("Kafka", "to store a message and return it"),
    POSTGRES: ("PostgreSQL", "a question"),
}
LOOK_SECONDS = 5.0  # for what a screen waits for
WORK_SECONDS = 90.0  # for what stops or starts a container
GRACE_SECONDS = 30  # to end cleanly; the compose files say the same
_SHORT_GRACE = 1  # what is only starting does not hear SIGTERM, and has nothing to lose
_PORT_TRIES = 5  # another program may take the port between our choice and docker's


class Stack:
    """Starts and removes the containers of one home folder. All raise only LabErrors."""

    def __init__(self, home: Path) -> None:
        self.home = home

    def cli(self, project: Project | None = None) -> DockerCli:
        """Return the docker command with what the compose files take from the environment."""
        return DockerCli(self.home / "logs" / "docker.log", (project or Project(self.home)).env)

    def found(self, timeout: float = 15.0) -> Mapping[str, Container]:
        """Return the containers that exist, by unit, broker first."""
        return containers.containers(self.cli(), Project(self.home).name, timeout=timeout)

    def compose(self, project: Project, *words: str) -> None:
        """Run one docker compose command on this stack."""
        self.cli(project).run(*project.arguments, *words, timeout=WORK_SECONDS)

    def project(self, found: Mapping[str, Container] | None = None) -> Project:
        """Return the project with the ports of these containers, else with those recorded, else the defaults."""
        known = dict(self._recorded()) | {unit: one.port for unit, one in (found or {}).items() if one.port}
        return Project(self.home, known.get(KAFKA, KAFKA_PORT), known.get(POSTGRES))

    def endpoints(self, project: Project) -> Endpoints:
        """Return where this project answers, from this machine."""
        kafka = f"{ports.HOST}:{project.kafka_port}"
        return Endpoints(kafka, None if project.postgres_port is None else self._url(project))

    # ── up ───────────────────────────────────────────────────────────────────────────────────────────────────────

    def up(self, docker: Docker, report: Report, *, postgres: bool, timeout: float) -> Project:
        """Bring up what does not run and prove that it answers; on any failure take back what was started here.

        The timeout (seconds) counts from when the images are here.
        """
        before, volumes = self.found(), self._volumes()
        units = [KAFKA, *([POSTGRES] if postgres or _up(before, POSTGRES) else [])]
        try:
            self._fetch([unit for unit in units if not _up(before, unit)], docker, report)
            deadline = time.monotonic() + timeout
            project = self._begin(units)
            self.prove(project, units, deadline, report)
        except BaseException:
            with _undisturbed(), contextlib.suppress(LabError):
                self._take_back(before, volumes)
            raise
        return project

    def prove(self, project: Project, units: Sequence[str], deadline: float, report: Report) -> None:
        """Return when a client got an answer from each unit. Raises NotReady, at once where its container ended."""
        for unit in units:
            name, question = ASKING[unit]
            report(Progress(unit, f"asking {name} {question}"))
            self._ask(project, unit, deadline)
            report(Progress(unit, f"{name} answers", done=True))

    def _ask(self, project: Project, unit: str, deadline: float) -> None:
        def alive() -> None:
            one = self.found().get(unit)
            if one is None or not one.up:
                said = containers.last_line(self.cli(), one.id) if one else "none"
                mend = f"See what else it says: uv run lab logs {unit}   and what the machine lacks: uv run lab doctor"
                raise NotReady(f"{ASKING[unit][0]} ended while it was starting. Its last words: {said}", mend)

        if unit == KAFKA:
            readiness.await_kafka(project.kafka_port, deadline=deadline, alive=alive)
        elif project.postgres_port is not None:
            readiness.await_postgres(self._url(project), project.postgres_port, deadline=deadline, alive=alive)

    def _fetch(self, units: Sequence[str], docker: Docker, report: Report) -> None:
        for unit in units:
            image = images.image_in(compose_file(unit))
            if images.present(self.cli(), image):
                report(Progress(images.STAGE, f"{image} is here", done=True))
            else:
                images.pull(
                    self.cli(), Project(self.home).arguments, unit, image, version=docker.compose, report=report
                )

    def _begin(self, units: Sequence[str]) -> Project:
        """Start what does not run; where docker finds a chosen port taken, choose again."""
        taken: set[int] = set()
        while True:
            now = self.found()
            project = self._chosen(units, now, taken)
            for unit in units:
                if _up(now, unit):
                    self.wake(now[unit])
            try:
                absent = [unit for unit in units if not _up(now, unit)]
                if absent:
                    self.compose(project, "up", "-d", "--no-deps", *absent)
            except PortTaken:
                if len(taken) >= _PORT_TRIES:
                    raise
                taken |= {project.kafka_port, project.postgres_port or project.kafka_port}
            else:
                return project

    def _chosen(self, units: Sequence[str], now: Mapping[str, Container], taken: set[int]) -> Project:
        recorded, chosen = self._recorded(), dict[str, int]()
        for unit in units:
            variable, default = PREFERRED[unit]
            port = now[unit].port if _up(now, unit) else None
            if port is None:
                preferred, explicit = ports.wanted(variable, recorded.get(unit, default))
                if preferred in taken:
                    preferred = max(taken) + 1
                    if explicit:
                        raise PortTaken(f"Docker cannot publish port {preferred}.", f"Set {variable} to another port.")
                port = ports.choose(preferred, explicit=explicit, variable=variable)
            chosen[unit] = port
        project = Project(self.home, chosen[KAFKA], chosen.get(POSTGRES))
        if POSTGRES in units and not project.password_file.exists():
            write_private(project.password_file, secrets.token_hex(24))
        return project

    # ── down ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def down(self, *, volumes: bool, patience: int = GRACE_SECONDS) -> None:
        """Remove containers and network; with `volumes` also the data. Removing nothing is not an error.

        A container that does not end within `patience` seconds is killed.
        """
        for one in self.found(LOOK_SECONDS).values():
            self.wake(one)
        words = ["--remove-orphans", "--timeout", str(patience), *(["--volumes"] if volumes else [])]
        self.compose(Project(self.home), "down", *words)

    def wake(self, one: Container) -> None:
        """Let a paused container go on; docker refuses to stop or kill one that is frozen."""
        if one.status == "paused":
            self.cli().run("container", "unpause", one.id)

    def until_down(self, unit: str) -> None:
        """Return when the container's process is gone. Raises NotReady after 10 s."""
        deadline = time.monotonic() + 10
        while _up(self.found(), unit):
            if time.monotonic() > deadline:
                raise NotReady(f"{unit} did not end within 10 s of SIGKILL.", "Run: uv run lab down")
            time.sleep(0.05)

    def _take_back(self, before: Mapping[str, Container], volumes: set[str]) -> None:
        if not before:
            self.down(volumes=not volumes, patience=_SHORT_GRACE)
            return
        for unit in self.found():
            if unit not in before:
                self.compose(Project(self.home), "stop", "--timeout", str(_SHORT_GRACE), unit)
                self.compose(Project(self.home), "rm", "--force", "--volumes", unit)
            elif not before[unit].up:
                self.compose(Project(self.home), "stop", "--timeout", str(_SHORT_GRACE), unit)
        fresh = self._volumes() - volumes
        if fresh:
            self.cli().run("volume", "rm", *sorted(fresh))

    def _volumes(self) -> set[str]:
        label = f"label=com.docker.compose.project={Project(self.home).name}"
        return set(self.cli().run("volume", "ls", "--quiet", "--filter", label).split())

    def _recorded(self) -> Mapping[str, int]:
        last = state.read(self.home)
        return last.ports if last is not None and last.engine is EngineName.DOCKER else {}

    def _url(self, project: Project) -> str:
        with contextlib.suppress(FileNotFoundError):
            password = project.password_file.read_text().strip()
            return f"postgresql://{POSTGRES_USER}:{password}@{ports.HOST}:{project.postgres_port}"
        return f"postgresql://{POSTGRES_USER}@{ports.HOST}:{project.postgres_port}"


def _up(found: Mapping[str, Container], unit: str) -> bool:
    return unit in found and found[unit].up


@contextlib.contextmanager
def _undisturbed() -> Iterator[None]:
    """Let a second Ctrl-C wait until what was begun is taken back."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
