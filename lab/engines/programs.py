"""The table of programs that supervisord runs: written by `processes`, read by `supervising` in another process."""

import json
import os
import re
import sys
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from lab.engines.base import HostUnit, UnitKind
from lab.errors import WrongUsage

_NAME = re.compile(r"[a-z][a-z0-9_-]{0,40}")


@dataclass(frozen=True, slots=True)
class Program:
    """One line of supervisord's table."""

    name: str
    command: tuple[str, ...]  # argv; where `preloaded`: (interpreter, "-m", module, *args)
    env: Mapping[str, str]  # added to supervisord's own environment
    kind: UnitKind
    preloaded: bool = False  # forked from the warm process instead of exec'ed
    user: str | None = None  # only when the lab runs as root
    stop_signal: str = "TERM"
    stop_seconds: int = 20  # after which it gets SIGKILL

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise WrongUsage(
                f"{self.name!r} cannot name a unit.", "Use lower-case letters, digits, - and _, at most 41."
            )


def program_of(unit: HostUnit) -> Program:
    """Return the program that runs a host unit with the lab's own interpreter, forked from the warm process."""
    command = (sys.executable, "-m", unit.module, *unit.args)
    return Program(unit.name, command, dict(unit.env), unit.kind, preloaded=True)


def table_file(home: Path) -> Path:
    """Return where the table of this home folder stands."""
    return home / "run" / "programs.json"


def read_table(home: Path) -> dict[str, Program]:
    """Return the programs by name; none where the table is absent or was cut short by a power cut."""
    try:
        rows = json.loads(table_file(home).read_text())
        return {row["name"]: _program(row) for row in rows}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def _program(row: dict[str, object]) -> Program:
    fields = {**row, "command": tuple(row["command"]), "kind": UnitKind(str(row["kind"]))}  # type: ignore[arg-type]
    return Program(**fields)  # type: ignore[arg-type]


def write_table(home: Path, programs: Iterable[Program]) -> None:
    """Write the table, mode 0600 (an environment may hold a password), whole or not at all."""
    write_private(table_file(home), json.dumps([asdict(program) for program in programs], indent=1))


def write_private(path: Path, text: str) -> None:
    """Write a file of mode 0600 whole or not at all; its folder is made where absent."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
    part.replace(path)
