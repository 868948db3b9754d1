"""What runs, and where: the record that `lab up` leaves for every later command (`shop.json` in the home folder)."""

import json
import os
import re
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Final, Literal

import lab.home
from lab.engines import ports, state
from lab.engines.base import EngineName
from lab.engines.programs import write_private
from lab.errors import NotRunning, WrongUsage
from lab.shop.units import BY_NAME

Database = Literal["sqlite", "postgres"]
_HIGHEST_PORT: Final = 65535


@dataclass(frozen=True, slots=True)
class Running:
    """A shop that was brought up, and where it is. Everything is on 127.0.0.1."""

    engine: EngineName
    phase: int
    database: Database
    kafka: str
    service_port: int
    prefix: str = ""

    def url(self, unit: str) -> str:
        """Return the base URL of a unit's HTTP."""
        return f"http://{ports.HOST}:{self.service_port + BY_NAME[unit].port_offset}"


def recorded() -> Running | None:
    """Return what was brought up last and not taken down; whether it still lives is another question."""
    return _read(_file())


def _read(file: Path) -> Running | None:
    try:
        row = json.loads(file.read_text())
        return Running(EngineName(row.pop("engine")), **row)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def record(shop: Running) -> None:
    """Write it down, at once or not at all."""
    write_private(_file(), json.dumps(asdict(shop), indent=1))


def forget() -> None:
    """Nothing runs any more."""
    _file().unlink(missing_ok=True)


def put_away(*, for_good: bool) -> None:
    """Nothing runs any more; what it was is remembered for the next time, unless its books are gone, too: for good."""
    with suppress(FileNotFoundError):
        _file().replace(_before())
    if for_good:
        _before().unlink(missing_ok=True)


def last() -> Running | None:
    """Return the shop that was put away last, and whose books are still there."""
    return _read(_before())


def running() -> Running:
    """Return where the running shop is. Raises NotRunning; whether it still answers, only a request can tell.

    LAB_KAFKA, where it is set, names another Kafka to look at. Raises WrongUsage where it names none.
    """
    found, engine = recorded(), state.read()
    if found is None or engine is None or not engine.is_up():
        raise NotRunning("The shop is not running.", "Start it: uv run lab up")
    kafka = other_kafka()
    return found if kafka is None else replace(found, kafka=kafka)


def is_running() -> Running | None:
    """Return where the running shop is, or None."""
    with suppress(NotRunning):
        return running()
    return None


def other_kafka() -> str | None:
    """Return what LAB_KAFKA names, None where it is not set. Raises WrongUsage for what is no host:port."""
    asked = os.environ.get("LAB_KAFKA", "").strip()
    if not asked:
        return None
    if not re.fullmatch(r"[^\s:]+:[0-9]{1,5}", asked) or not 0 < int(asked.rpartition(":")[2]) <= _HIGHEST_PORT:
        raise WrongUsage(f"LAB_KAFKA is {asked!r}, which is no host:port.", "For example: LAB_KAFKA=127.0.0.1:9092")
    return asked


def _file() -> Path:
    return lab.home.home() / "shop.json"


def _before() -> Path:
    return lab.home.home() / "last_shop.json"
