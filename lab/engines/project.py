"""The compose project of one home folder: its name, its files, its ports, and the command lines made of them.

Two checkouts on one machine have two projects, since the name carries a hash of the home folder. All of this is pure:
nothing here runs a command.
"""

import hashlib
import os
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from lab import bundle

KAFKA, POSTGRES = "kafka", "postgres"
KAFKA_PORT, POSTGRES_PORT = 9092, 5433  # what the compose files say by themselves
POSTGRES_USER = "lab"

VERBS: Mapping[str, str] = {
    "up": "up -d --wait",
    "down": "down",
    "down --volumes": "down --volumes",
    "status": "ps --all",
    "start": "start",
    "stop": "stop",
    "restart": "restart",
    "kill": "kill",
    "pause": "pause",
    "resume": "unpause",
    "logs": "logs --tail 100",
}
"""The lab's verbs in compose's words."""


@dataclass(frozen=True, slots=True)
class Project:
    """The stack of one home folder, as docker compose is told about it."""

    home: Path
    kafka_port: int = KAFKA_PORT
    postgres_port: int | None = None  # None: PostgreSQL is not part of this stack

    @property
    def name(self) -> str:
        """The project's name, unique for the home folder; docker begins every name it makes with it."""
        return f"orderlab-{hashlib.sha256(str(self.home).encode()).hexdigest()[:8]}"

    @property
    def password_file(self) -> Path:
        """Where PostgreSQL's generated password stands, mode 0600."""
        return self.home / "postgres-password"

    @property
    def units(self) -> tuple[str, ...]:
        """The containers of this stack."""
        return (KAFKA,) if self.postgres_port is None else (KAFKA, POSTGRES)

    @property
    def env(self) -> Mapping[str, str]:
        """What the compose files take from the environment."""
        return {
            "LAB_KAFKA_PORT": str(self.kafka_port),
            "LAB_POSTGRES_PORT": str(self.postgres_port or POSTGRES_PORT),
            "LAB_POSTGRES_PASSWORD_FILE": str(self.password_file),
        }

    @property
    def arguments(self) -> tuple[str, ...]:
        """What follows `docker` in every command on this stack; names both files, for `down` must know all volumes."""
        files = [word for unit in (KAFKA, POSTGRES) for word in ("-f", str(compose_file(unit)))]
        return ("compose", "-p", self.name, *files)

    def shown(self, verb: str, unit: str | None = None) -> str:
        """Return the line a person would type for `verb` in the current folder, with what it needs to be the same."""
        files = [word for name in self.units for word in ("-f", _from_here(compose_file(name)))]
        words = ["docker", "compose", "-p", self.name, *files, *VERBS.get(verb, verb).split()]
        settings = [f"{name}={shlex.quote(value)}" for name, value in self._unusual().items()]
        return " ".join([*settings, shlex.join([*words, unit] if unit else words)])

    def _unusual(self) -> Mapping[str, str]:
        """The settings that differ from what the compose files say by themselves."""
        unusual = {}
        if self.kafka_port != KAFKA_PORT:
            unusual["LAB_KAFKA_PORT"] = str(self.kafka_port)
        if self.postgres_port is not None:
            if self.postgres_port != POSTGRES_PORT:
                unusual["LAB_POSTGRES_PORT"] = str(self.postgres_port)
            if self.password_file != bundle.shipped() / ".lab" / self.password_file.name:
                unusual["LAB_POSTGRES_PASSWORD_FILE"] = str(self.password_file)
        return unusual


def compose_file(unit: str) -> Path:
    """Return the compose file that holds this container."""
    return bundle.shipped() / "compose" / f"{unit}.yaml"


def _from_here(path: Path) -> str:
    return os.path.relpath(path)
