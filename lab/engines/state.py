"""What `lab up` left behind for the next command: which engine, which ports, since when (`engine.json`)."""

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from filelock import FileLock, Timeout

import lab.home
from lab.engines import boots
from lab.engines.base import EngineName
from lab.engines.programs import write_private
from lab.errors import Conflict

_LOCK_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class EngineState:
    """The engine of this home folder's data, and its ports, kept for as long as the data lives."""

    engine: EngineName
    ports: Mapping[str, int] = field(default_factory=dict)  # by unit: kafka, postgres, …
    started_at: float | None = None  # seconds since the epoch; None where it was brought down
    boot: str | None = None  # the id of the boot in which it was started

    def is_up(self) -> bool:
        """Say whether it was started and not brought down; a reboot since then counts as down."""
        return self.started_at is not None and boots.is_current(self.boot, self.started_at)


def read(home: Path | None = None) -> EngineState | None:
    """Return what is recorded; None where nothing is, or where it was cut short by a power cut."""
    try:
        row = json.loads(_file(home).read_text())
        ports = {str(unit): int(port) for unit, port in dict(row["ports"]).items()}
        started_at = None if row["started_at"] is None else float(row["started_at"])
        return EngineState(EngineName(row["engine"]), ports, started_at, row.get("boot"))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def record_up(engine: EngineName, ports: Mapping[str, int], home: Path | None = None) -> EngineState:
    """Record that this engine runs, on these ports."""
    state = EngineState(engine, dict(ports), time.time(), boots.current())
    _write(state, home)
    write_private(_last(home), engine)
    return state


def record_down(home: Path | None = None) -> None:
    """Record that nothing runs; the ports are kept."""
    state = read(home)
    if state is not None:
        _write(replace(state, started_at=None), home)


def forget(home: Path | None = None) -> None:
    """Forget what ran and its ports, once its data is deleted; `last_used` still knows the engine."""
    _file(home).unlink(missing_ok=True)


def last_used(home: Path | None = None) -> EngineName | None:
    """Return the engine that was last brought up in this home folder, also once its data is deleted."""
    if (state := read(home)) is not None:
        return state.engine
    try:
        return EngineName(_last(home).read_text().strip())
    except (OSError, ValueError):
        return None


def books() -> Path:
    """Return the folder of the shop's databases and of the notes about them; it may not exist yet.

    Each engine keeps its own Kafka, so each has its own books: those of the one that is in use, or was the last.
    """
    return lab.home.home() / "data" / (last_used() or EngineName.NATIVE)


def refuse_other_engine(name: EngineName, home: Path | None = None) -> None:
    """Raise Conflict where another engine than `name` is up in this home folder."""
    state = read(home)
    if state is not None and state.is_up() and state.engine is not name:
        raise Conflict(
            f"The {state.engine} engine is running here; {name} cannot run beside it.",
            f"Run `uv run lab down` first, or leave out `--engine {name}`.",
        )


@contextmanager
def lock(home: Path | None = None) -> Iterator[None]:
    """Hold the home folder's lock for an `up` or a `down`. Raises Conflict where another `lab` holds it."""
    folder = home or lab.home.home()
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(folder / "lab.lock").acquire(timeout=_LOCK_SECONDS):
            yield
    except Timeout:
        raise Conflict(
            "Another `lab up` or `lab down` is at work here.", "Wait until it has ended, then try again."
        ) from None


def _file(home: Path | None) -> Path:
    return (home or lab.home.home()) / "engine.json"


def _last(home: Path | None) -> Path:
    return (home or lab.home.home()) / "last_engine"


def _write(state: EngineState, home: Path | None) -> None:
    write_private(_file(home), json.dumps(asdict(state), indent=1))
