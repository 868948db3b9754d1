"""Which engine runs the stack, and why, in one sentence for people.

| asked for | what the machine has | the choice |
|---|---|---|
| docker or native | anything | that one; `up` says what is missing |
| auto | a stack runs already | its engine |
| auto | native was used here last | native again; whoever wants Docker now says so |
| auto | Docker answers, compose v2 is there | docker |
| auto | Docker does not answer | asked about; where nobody can answer: native, said aloud |
| auto | no Docker, or no compose v2 | native |
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from lab.engines import state
from lab.engines.base import EngineName
from lab.engines.docker_cli import Docker, DockerIs, probe, problem
from lab.errors import MachineProblem

Asked = Literal["auto", "docker", "native"]
Ask = Callable[[str], bool]
PLATFORMS = ("linux", "darwin")
QUESTION = (
    "Docker is installed, but its engine does not answer. "
    "Go on without Docker (the same Kafka, as an ordinary program)?"
)
WSL2 = """\
Orderlab runs on Linux, on macOS, and on Windows inside WSL2. On Windows:
  1. In PowerShell as administrator: wsl --install     then restart the computer
  2. Open "Ubuntu" from the start menu
  3. There: sudo apt update && sudo apt install -y git pipx && pipx install uv
  4. Clone Orderlab inside Ubuntu (not under /mnt/c), then: uv run lab"""


@dataclass(frozen=True, slots=True)
class Choice:
    """The engine, and the reason as a sentence to show."""

    engine: EngineName
    reason: str


def choose(
    asked: Asked = "auto",
    *,
    ask: Ask | None = None,
    home: Path | None = None,
    platform: str = sys.platform,
) -> Choice:
    """Choose the engine within 3 seconds, whatever Docker does.

    `ask` puts a yes/no question to the person, None where nobody can answer; a stack that is up in `home` keeps its
    engine, and so does a folder that was last used with native. Raises MachineProblem on a system the lab does not run
    on, and DockerSilent where the person would rather start Docker than go on without it.
    """
    if not platform.startswith(PLATFORMS):
        raise MachineProblem(f"Orderlab does not run on this system ({platform}).", WSL2)
    if asked != "auto":
        return Choice(EngineName(asked), f"{asked.capitalize()}, because you asked for it.")
    running = state.read(home)
    if running is not None and running.is_up():
        return Choice(running.engine, f"{running.engine.capitalize()}, because the stack that runs here uses it.")
    # Docker needs no memory: it comes first anyway, and one that is silent is asked about, whatever was last time.
    if state.last_used(home) is EngineName.NATIVE:
        return Choice(EngineName.NATIVE, "Native, as last time (choose with --engine).")
    return _by(probe(), ask)


def _by(docker: Docker, ask: Ask | None) -> Choice:
    match docker.state:
        case DockerIs.READY:
            return Choice(EngineName.DOCKER, f"Docker {docker.engine} answers, with compose {docker.compose}.")
        case DockerIs.ABSENT:
            return Choice(EngineName.NATIVE, "Docker is not installed: Kafka runs as an ordinary program.")
        case DockerIs.WITHOUT_COMPOSE:
            return Choice(
                EngineName.NATIVE,
                "Docker is installed without `docker compose` (version 2): Kafka runs as an ordinary program.",
            )
        case DockerIs.SILENT:
            return _asked(docker, ask)


def _asked(docker: Docker, ask: Ask | None) -> Choice:
    if ask is None:
        return Choice(
            EngineName.NATIVE,
            "Docker is installed but its engine does not answer, and nobody is here to ask: "
            "Kafka runs as an ordinary program.",
        )
    if ask(QUESTION):
        return Choice(EngineName.NATIVE, "Docker does not answer, and you chose to go on without it.")
    raise problem(docker) or MachineProblem("Docker does not answer.", "Start Docker, then try again.")
