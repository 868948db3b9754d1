"""What the containers of one compose project are doing, read from the engine and put in the lab's words.

| docker says | the lab says |
|---|---|
| created; exited with 0, 130 or 143 (it was asked to end) or with 137 (SIGKILL) | STOPPED, the note says which |
| out of memory; exited with anything else; dead | CRASHED, with the reason in the note |
| running, health check not yet passed | STARTING |
| running | RUNNING, with a note where the health check fails |
| paused | PAUSED |
"""

import contextlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import psutil

from lab.engines.base import UnitKind, UnitState, UnitStatus
from lab.engines.docker_cli import DockerCli
from lab.errors import LabError

KINDS: Mapping[str, UnitKind] = {"kafka": UnitKind.BROKER, "postgres": UnitKind.DATABASE}
STOPPED = (UnitState.STOPPED, "it was stopped")
ENDED: Mapping[int, tuple[UnitState, str]] = {
    0: STOPPED,
    130: STOPPED,  # 128 + SIGINT
    143: STOPPED,  # 128 + SIGTERM
    137: (UnitState.STOPPED, "it was killed (SIGKILL)"),
}
"""An exited container, by its exit code; any other code is a crash."""

ALIVE: Mapping[tuple[str, str], tuple[UnitState, str]] = {
    ("paused", ""): (UnitState.PAUSED, "frozen: it keeps its connections and does not answer"),
    ("running", ""): (UnitState.RUNNING, ""),
    ("running", "starting"): (UnitState.STARTING, "it has not answered its health check yet"),
    ("running", "unhealthy"): (UnitState.RUNNING, "it runs, and does not answer its health check"),
    ("restarting", ""): (UnitState.STARTING, "docker is starting it again"),
    ("created", ""): (UnitState.STOPPED, "it was made and never started"),
}
"""Any other container, by docker's status and the health check's (an empty one stands for all others)."""

NEVER = "0001"  # how docker writes "has not happened yet"


@dataclass(frozen=True, slots=True)
class Container:
    """One container of the project, as `docker inspect` saw it."""

    id: str
    unit: str
    status: str  # created, running, paused, restarting, removing, exited, dead
    health: str  # starting, healthy, unhealthy; empty without a health check
    exit_code: int
    out_of_memory: bool
    pid: int
    started_at: float | None  # seconds since the epoch
    restarts: int
    port: int | None  # on 127.0.0.1 of this machine

    @property
    def up(self) -> bool:
        """Whether its process exists, paused or not."""
        return self.status in {"running", "paused", "restarting"}


def containers(cli: DockerCli, project: str, *, timeout: float = 15.0) -> Mapping[str, Container]:
    """Return the project's containers by unit name, stopped ones too, broker first. Raises MachineProblem."""
    label = f"label=com.docker.compose.project={project}"
    ids = cli.run("container", "ls", "--all", "--quiet", "--filter", label, timeout=timeout).split()
    if not ids:
        return {}
    found = [_container(seen) for seen in json.loads(cli.run("container", "inspect", *ids, timeout=timeout))]
    rank = list(KINDS)
    found.sort(key=lambda one: (rank.index(one.unit) if one.unit in rank else len(rank), one.unit))
    return {one.unit: one for one in found}


def status_of(cli: DockerCli, container: Container) -> UnitStatus:
    """Put one container in the lab's words, with its memory and its last line. Never raises for what is missing."""
    state, note = _state(container)
    return UnitStatus(
        name=container.unit,
        kind=KINDS.get(container.unit, UnitKind.SERVICE),
        state=state,
        pid=container.pid or None,
        started_at=container.started_at if container.up else None,
        restarts=container.restarts,
        rss_bytes=memory(container.id, container.pid) if container.up else None,
        last_log_line=last_line(cli, container.id),
        note=note,
    )


def memory(container: str, pid: int) -> int | None:
    """Return the container's resident memory in bytes, or None where it cannot be had.

    Where the process is on this machine (Linux), the system tells at once; where it is in a virtual machine, the
    engine's socket does, within about a second. `docker stats` takes two and a half, since it also measures CPU.
    """
    with contextlib.suppress(OSError, psutil.Error):
        if container in Path(f"/proc/{pid}/cgroup").read_text():
            first = psutil.Process(pid)
            return sum(process.memory_info().rss for process in (first, *first.children(recursive=True)))
    return _memory_by_engine(container)


def _memory_by_engine(container: str) -> int | None:
    host = os.environ.get("DOCKER_HOST", "unix:///var/run/docker.sock")
    if not host.startswith("unix://"):
        return None
    import httpx  # noqa: PLC0415  it takes a moment, and every command of the lab comes by here

    path = f"http://docker/containers/{container}/stats?stream=false&one-shot=true"
    transport = httpx.HTTPTransport(uds=host.removeprefix("unix://"), verify=False)
    with contextlib.suppress(httpx.HTTPError, ValueError, KeyError), httpx.Client(transport=transport) as engine:
        detail: Mapping[str, int] = engine.get(path, timeout=3.0).json()["memory_stats"]["stats"]
        return detail.get("anon", detail.get("total_rss"))  # cgroup v2, v1
    return None


def _container(seen: Mapping[str, Any]) -> Container:
    state = seen["State"]
    started = str(state["StartedAt"])
    published: Mapping[str, Sequence[Mapping[str, str]] | None] = seen["HostConfig"].get("PortBindings") or {}
    return Container(
        id=seen["Id"],
        unit=seen["Config"]["Labels"].get("com.docker.compose.service", seen["Name"].lstrip("/")),
        status=state["Status"],
        health=(state.get("Health") or {}).get("Status", ""),
        exit_code=state["ExitCode"],
        out_of_memory=state["OOMKilled"],
        pid=state["Pid"],
        started_at=None if started.startswith(NEVER) else datetime.fromisoformat(started).timestamp(),
        restarts=seen.get("RestartCount", 0),
        port=next(
            (int(one["HostPort"]) for bound in published.values() for one in bound or () if one["HostPort"]), None
        ),
    )


def _state(container: Container) -> tuple[UnitState, str]:
    if container.out_of_memory:
        return UnitState.CRASHED, "it was killed because it ran out of memory"
    if container.status in {"exited", "dead"}:
        crashed = UnitState.CRASHED, f"it ended by itself with exit code {container.exit_code}"
        return ENDED.get(container.exit_code, crashed)
    known = ALIVE.get((container.status, container.health)) or ALIVE.get((container.status, ""))
    return known or (UnitState.STOPPED, f"docker calls it {container.status}")


def last_line(cli: DockerCli, container: str) -> str:
    """Return the last line the container wrote that is not empty, or nothing."""
    with contextlib.suppress(LabError):
        lines: Sequence[str] = [line for line in cli.follow("logs", "--tail", "1", container) if line.strip()]
        return lines[-1] if lines else ""
    return ""
