"""Docker, for checks that really start what the learner has written: compose projects of an attempt's own.

A project's name says when it was begun. It is removed with the test; what a killed check has left behind, the next
one removes. Docker itself in trouble is no fault of the learner's: EnvironmentDown.
"""

import asyncio
import contextlib
import re
import secrets
import socket
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, TypeVar

import yaml

import lab.home
from lab.course.kit.faults import EnvironmentDown
from lab.engines.docker_cli import DockerCli, probe, problem
from lab.errors import LabError, MachineProblem

T = TypeVar("T")

PREFIX: Final = "orderlab-check-"
STALE_SECONDS: Final = 600
_LABEL: Final = "com.docker.compose.project"
_WORK_SECONDS: Final = 60.0
_ANSWER_SECONDS: Final = 60.0
_LOOK_SECONDS: Final = 1.5


class DockerHere:
    """What this machine has of Docker. `why_not` says why it cannot be used; it is empty where it can."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._projects: list[Project] = []
        trouble = problem(probe())
        self.why_not = "" if trouble is None else trouble.what

    async def missing(self, *images: str) -> str:
        """Return what is missing for these images to be started here, or nothing. None is fetched: it takes minutes."""
        if self.why_not:
            return self.why_not
        for image in images:
            try:
                await asyncio.to_thread(_cli().run, "image", "inspect", "--format", "{{.Id}}", image)
            except LabError:
                return f"The image is not here yet: docker pull {image}"
        return ""

    @staticmethod
    def free_port() -> int:
        """Return a port of this machine on which nobody listens."""
        with socket.socket() as one:
            one.bind(("127.0.0.1", 0))
            return int(one.getsockname()[1])

    def project(self, table: Mapping[str, Any]) -> "Project":
        """Return a compose project of this file, not started yet. Whatever it starts is removed with the test."""
        name = f"{PREFIX}{int(time.time()):x}-{secrets.token_hex(3)}"
        file = self._folder / f"{name}.yaml"
        file.write_text(yaml.safe_dump(dict(table), sort_keys=False), encoding="utf-8")
        self._projects.append(Project(name, file))
        return self._projects[-1]

    def close(self) -> None:
        """Remove everything that was started. Never raises."""
        for project in self._projects:
            remove(project.name)

    def sweep(self) -> None:
        """Remove what killed checks have left behind."""
        for name in _projects():
            if _is_stale(name):
                remove(name)


class Project:
    """One compose project. Its methods wait in a thread, so the event loop goes on."""

    def __init__(self, name: str, file: Path) -> None:
        self.name, self._file = name, file

    async def up(self, *options: str) -> str:
        """Start it, with `--force-recreate` in new containers; return Docker's refusal of the file, or nothing."""
        try:
            await self._compose("up", "--detach", *options)
        except MachineProblem as error:
            if type(error) is not MachineProblem:
                raise EnvironmentDown(error.what, error.mend) from error
            return error.what
        return ""

    async def answer(self, ask: Callable[[], Awaitable[T]], *patiently: type[Exception]) -> T | str:
        """Ask until no such error comes; return the answer, or, as text, why there is none: how the container ended."""
        begun = looked = time.monotonic()
        while True:
            try:
                return await ask()
            except patiently as error:
                now = time.monotonic()
                if now - looked > _LOOK_SECONDS:  # not each time: what asks docker takes the time from Kafka's start
                    if words := await self.ended():
                        return words
                    looked = now
                if now - begun > _ANSWER_SECONDS:
                    return f"no answer within {_ANSWER_SECONDS:.0f} s: {error}"
                await asyncio.sleep(0.2)

    async def ended(self) -> str:
        """Return the last words of a container that has ended; nothing while all are running."""
        if not await self._compose("ps", "--all", "--quiet", "--status", "exited"):
            return ""
        lines = (await self._compose("logs", "--no-color", "--no-log-prefix", "--tail", "60")).splitlines()
        telling = [line for line in lines if "Exception" in line or "Error" in line]
        return next(iter([*telling, *lines[-1:]]), "it ended without a word")

    async def _compose(self, *words: str) -> str:
        command = ("compose", "-p", self.name, "-f", str(self._file), *words)
        return await asyncio.to_thread(_cli().run, *command, timeout=_WORK_SECONDS)


@contextmanager
def docker_here(folder: Path) -> Iterator[DockerHere]:
    """Yield what there is of Docker; afterwards remove what was started."""
    here = DockerHere(folder)
    if not here.why_not:
        here.sweep()
    try:
        yield here
    finally:
        here.close()


def remove(name: str) -> None:
    """Remove a project's containers, networks and volumes, those without a name as well. Never raises."""
    with contextlib.suppress(LabError):
        nameless = _nameless(name)
        _cli().run("compose", "-p", name, "down", "--volumes", "--timeout", "0", timeout=_WORK_SECONDS)
        named = _cli().run("volume", "ls", "--quiet", "--filter", f"label={_LABEL}={name}").split()
        left = [*named, *(nameless & set(_cli().run("volume", "ls", "--quiet").split()))]
        if left:
            _cli().run("volume", "rm", "--force", *left)


def _nameless(name: str) -> frozenset[str]:
    """Return the volumes whose names Docker made up. A container made anew hands them on, and `down` forgets them."""
    ids = _cli().run("container", "ls", "--all", "--quiet", "--filter", f"label={_LABEL}={name}").split()
    mounts = _cli().run("container", "inspect", "--format", "{{range .Mounts}}{{.Name}} {{end}}", *ids) if ids else ""
    return frozenset(volume for volume in mounts.split() if re.fullmatch("[0-9a-f]{64}", volume))


def _projects() -> frozenset[str]:
    """Return the names of all compose projects of which something is left."""
    found: set[str] = set()
    for kind in (("container", "ls", "--all"), ("volume", "ls"), ("network", "ls")):
        shown = _cli().run(*kind, "--filter", f"label={_LABEL}", "--format", f'{{{{.Label "{_LABEL}"}}}}')
        found.update(shown.split())
    return frozenset(found)


def _is_stale(name: str) -> bool:
    if not name.startswith(PREFIX):
        return False
    try:
        return time.time() - int(name.removeprefix(PREFIX).split("-")[0], 16) > STALE_SECONDS
    except ValueError:
        return False


def _cli() -> DockerCli:
    return DockerCli(lab.home.home() / "logs" / "docker.log", {})
