"""The `docker` command as the lab uses it: always bounded in time, never a raw error on the screen.

`probe` answers within its timeout even where an engine accepts connections and never answers. `DockerCli.run` turns
what docker refuses into the lab's own errors by the table REFUSALS; the raw output is kept in `logs/docker.log`.
"""

import contextlib
import os
import re
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from lab.errors import DiskFull, DockerSilent, DownloadFailed, MachineProblem, NoDocker, NotRunning, PortTaken

PROBE_SECONDS = 3.0
NATIVE_MEND = "Or go on without Docker: uv run lab up --engine native"


class DockerIs(StrEnum):
    """What became of asking Docker."""

    ABSENT = "absent"
    WITHOUT_COMPOSE = "without compose"
    SILENT = "silent"
    READY = "ready"


@dataclass(frozen=True, slots=True)
class Docker:
    """What this machine has of Docker; versions are empty where unknown."""

    state: DockerIs
    engine: str = ""
    compose: str = ""
    detail: str = ""  # docker's own words, for the log


PROBLEMS: Mapping[DockerIs, tuple[type[MachineProblem], str, str]] = {
    DockerIs.ABSENT: (
        NoDocker,
        "Docker is not installed on this machine.",
        f"Install Docker Desktop or Docker Engine, then try again. {NATIVE_MEND}",
    ),
    DockerIs.WITHOUT_COMPOSE: (
        NoDocker,
        "Docker is installed, but `docker compose` (version 2) is missing.",
        f"Install the package docker-compose-plugin (or docker-compose-v2), then try again. {NATIVE_MEND}",
    ),
    DockerIs.SILENT: (
        DockerSilent,
        "Docker is installed, but its engine does not answer.",
        f"Start Docker (Docker Desktop, or: sudo systemctl start docker), then try again. {NATIVE_MEND}",
    ),
}


@dataclass(frozen=True, slots=True)
class Refusal:
    """Words in docker's output, and what they mean for a person."""

    words: str
    error: type[MachineProblem | NotRunning]
    what: str
    mend: str


REFUSALS: Sequence[Refusal] = (
    Refusal(
        r"permission denied.*(docker\.sock|daemon socket)",
        DockerSilent,
        "Docker's engine runs, but this user may not talk to it.",
        f"Run: sudo usermod -aG docker $USER   then log out and in again. {NATIVE_MEND}",
    ),
    Refusal(
        r"cannot connect to the docker daemon|is the docker daemon running|error during connect"
        r"|failed to connect to the docker api",
        *PROBLEMS[DockerIs.SILENT],
    ),
    Refusal(
        r"port is already allocated|address already in use|ports are not available|bind for .* failed",
        PortTaken,
        "Docker could not publish a port: another program listens on it.",
        "Run: uv run lab doctor --fix   It names the program and chooses another port.",
    ),
    Refusal(
        r"no space left on device|not enough space|disk quota exceeded",
        DiskFull,
        "Docker has no room left on its disk.",
        "Run: docker system df   to see what takes the room, and: docker image prune   to free some.",
    ),
    Refusal(
        r"no such host|i/o timeout|tls handshake|network is unreachable|toomanyrequests|rate limit|manifest unknown"
        r"|manifest for .* not found|pull access denied|failed to resolve|client\.timeout|proxyconnect"
        r"|connection refused|unexpected eof|certificate",
        DownloadFailed,
        "An image could not be fetched.",
        f"Look at the network (or a proxy), then try again. {NATIVE_MEND}",
    ),
    Refusal(
        r"is not running|no such container|no container found|has no container to start",
        NotRunning,
        "That container is not running.",
        "Start it with: uv run lab up",
    ),
)


def problem(docker: Docker) -> MachineProblem | None:
    """Return why Docker cannot be used, as an error to raise; None where it can."""
    if docker.state is DockerIs.READY:
        return None
    error, what, mend = PROBLEMS[docker.state]
    if docker.state is DockerIs.SILENT and (known := _refusal(docker.detail)) and known.error is DockerSilent:
        what, mend = known.what, known.mend
    return error(what, mend)


def probe(timeout: float = PROBE_SECONDS) -> Docker:
    """Ask what there is of Docker; the answer comes within `timeout` seconds whatever the engine does."""
    program = shutil.which("docker")
    if program is None:
        return Docker(DockerIs.ABSENT)
    deadline = time.monotonic() + timeout
    with (
        _spawn((program, "version", "--format", "{{.Server.Version}}")) as engine,
        _spawn((program, "compose", "version", "--short")) as compose,
    ):
        compose_version, _ = _answer(compose, deadline)
        engine_version, detail = _answer(engine, deadline)
    if not re.match(r"v?([2-9]|\d\d)", compose_version):
        return Docker(DockerIs.WITHOUT_COMPOSE, engine_version, compose_version, detail)
    if not engine_version:
        return Docker(DockerIs.SILENT, "", compose_version, detail)
    return Docker(DockerIs.READY, engine_version, compose_version.removeprefix("v"))


@dataclass(frozen=True, slots=True)
class DockerCli:
    """Runs `docker …`; what it prints goes to `log`, what it refuses is raised as one of the lab's errors."""

    log: Path
    env: Mapping[str, str]

    def run(self, *args: str, timeout: float = 30.0) -> str:
        """Return what the command prints; raise MachineProblem (or NotRunning) when it fails or takes too long."""
        with self._start(args, subprocess.PIPE) as child:
            try:
                out, err = child.communicate(timeout=timeout)
            except subprocess.TimeoutExpired:
                self._note(args, f"no answer within {timeout:g} s")
                raise problem_of_silence() from None
        if child.returncode != 0:
            self._note(args, out + err)
            raise self._refused(args, err or out)
        return out

    def watch(self, *args: str, timeout: float, line: Callable[[str], None]) -> None:
        """Run the command and hand over every line while it works; raises as `run` does."""
        seen: list[str] = []
        with self._start(args, subprocess.STDOUT) as child:
            alarm = threading.Timer(timeout, end, (child,))
            alarm.daemon = True
            alarm.start()
            try:
                for text in _lines(child):
                    seen.append(text)
                    line(text)
                child.wait()
            finally:
                alarm.cancel()
        self._note(args, "\n".join(seen))
        if child.returncode != 0:
            raise self._refused(args, "\n".join(seen))

    def follow(self, *args: str) -> Iterator[str]:
        """Yield the command's lines until it ends or the caller stops; the command ends with the iterator."""
        with self._start(args, subprocess.STDOUT) as child:
            yield from _lines(child)

    @contextlib.contextmanager
    def _start(self, args: Sequence[str], stderr: int) -> Iterator["subprocess.Popen[str]"]:
        program = shutil.which("docker")
        if program is None:
            raise _problem(DockerIs.ABSENT)
        with _spawn((program, *args), {**os.environ, **self.env}, stderr) as child:
            yield child

    def _refused(self, args: Sequence[str], output: str) -> MachineProblem | NotRunning:
        known = _refusal(output)
        if known is not None:
            return known.error(known.what, known.mend)
        return MachineProblem(
            f"Docker refused `docker {args[-1] if args else ''}`: {_last_line(output)}",
            f"The whole answer is in {self.log}. Run: uv run lab doctor",
        )

    def _note(self, args: Sequence[str], output: str) -> None:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        stamp = time.strftime("%Y-%m-%d %H:%M:%S")
        with contextlib.suppress(OSError), self.log.open("a") as log:
            log.write(f"{stamp} docker {' '.join(args)}\n{output.rstrip()}\n")


def end(child: "subprocess.Popen[str]") -> None:
    """End a command and whatever it started (compose is a child of docker): SIGTERM, after 2 s SIGKILL."""
    if child.poll() is not None:
        return
    for sign, patience in ((signal.SIGTERM, 2.0), (signal.SIGKILL, 5.0)):  # the second also for what outlives docker
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, sign)
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(patience)


def problem_of_silence() -> MachineProblem:
    """Return the error for an engine that took a request and did not answer in time."""
    return _problem(DockerIs.SILENT)


def _problem(state: DockerIs) -> MachineProblem:
    error, what, mend = PROBLEMS[state]
    return error(what, mend)


@contextlib.contextmanager
def _spawn(
    command: Sequence[str], env: Mapping[str, str] | None = None, stderr: int = subprocess.PIPE
) -> Iterator["subprocess.Popen[str]"]:
    """Start a command in a session of its own, so that Ctrl-C reaches the lab alone; it ends with the block."""
    child = subprocess.Popen(  # noqa: S603 - the program is docker, the arguments are ours
        command,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=stderr,
        text=True,
        errors="replace",
        start_new_session=True,
    )
    try:
        yield child
    finally:
        end(child)
        for pipe in (child.stdout, child.stderr):
            if pipe is not None:
                pipe.close()


def _answer(child: "subprocess.Popen[str]", deadline: float) -> tuple[str, str]:
    """Return what the command says and what it complains of; nothing where it fails or is late."""
    try:
        out, err = child.communicate(timeout=max(0.05, deadline - time.monotonic()))
    except subprocess.TimeoutExpired:
        return "", "no answer in time"
    return (out.strip() if child.returncode == 0 else ""), err


def _lines(child: "subprocess.Popen[str]") -> Iterator[str]:
    if child.stdout is not None:
        for text in child.stdout:
            yield text.rstrip("\n")


def _refusal(output: str) -> Refusal | None:
    return next((known for known in REFUSALS if re.search(known.words, output, re.IGNORECASE)), None)


def _last_line(output: str) -> str:
    return next((text.strip() for text in reversed(output.splitlines()) if text.strip()), "it gave no reason")
