"""The whole stack: engine, topics, the shop's units. The one place where engines and shop meet.

`up` brings them up and returns when every unit answers and reads its messages; `running` tells later commands where
they are. What runs is recorded in `shop.json` in the home folder, beside the engine's own record.
"""

import asyncio
import json
import os
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final, Literal

import lab.home
from lab.engines import ports, state
from lab.engines.base import Endpoints, Engine, EngineName, HostUnit, Progress, Report
from lab.engines.programs import write_private
from lab.errors import Conflict, NotRunning
from lab.shop.units import BY_NAME, UNITS

Database = Literal["sqlite", "postgres"]

FIRST_PHASE: Final = 1
SERVICE_PORT: Final = 8001
_PORT_STEPS: Final = (0, 100, 200, 300, 400, 500, 600, 700, 800, 900)


@dataclass(frozen=True, slots=True)
class Running:
    """What runs, and where. Everything is on 127.0.0.1."""

    engine: EngineName
    phase: int
    database: Database
    kafka: str
    service_port: int
    prefix: str = ""

    def url(self, unit: str) -> str:
        """Return the base URL of a unit's HTTP."""
        return f"http://{ports.HOST}:{self.service_port + BY_NAME[unit].port_offset}"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a person asked for; None: whatever runs, else the default."""

    phase: int | None = None
    database: Database | None = None
    units: tuple[str, ...] = ()  # empty: all


def running() -> Running:
    """Return where the running stack is. Raises NotRunning; whether it still answers, only a request can tell."""
    try:
        row = json.loads(_file().read_text())
        found = Running(EngineName(row.pop("engine")), **row)
    except (OSError, ValueError, KeyError, TypeError):
        found = None
    recorded = state.read()
    if found is None or recorded is None or not recorded.is_up():
        raise NotRunning("The shop is not running.", "Start it: uv run lab up")
    kafka = os.environ.get("LAB_KAFKA")
    return found if kafka is None else Running(**{**asdict(found), "kafka": kafka})


def is_running() -> Running | None:
    """Return where the running stack is, or None."""
    with suppress(NotRunning):
        return running()
    return None


def up(engine: Engine, wanted: Wanted, *, report: Report, timeout: float = 120.0) -> Running:
    """Bring up engine, topics and units; return when all answer. What already runs is kept.

    Raises Conflict where another engine, phase or database runs, and MachineProblem or NotReady where something does
    not start; then nothing that was started here is left running. The same holds for Ctrl-C.
    """
    deadline = time.monotonic() + timeout
    state.refuse_other_engine(engine.name)
    before = is_running()
    _refuse_other_shop(before, wanted)
    database = before.database if before else wanted.database or _default_database()
    try:
        endpoints = engine.up(report=report, postgres=database == "postgres", timeout=timeout)
        shop = Running(
            engine.name,
            before.phase if before else wanted.phase or FIRST_PHASE,
            database,
            endpoints.kafka,
            _service_port(before, report),
            os.environ.get("LAB_PREFIX", ""),
        )
        _make_topics(shop, report)
        engine.launch(_host_units(shop, endpoints, wanted.units))
        write_private(_file(), json.dumps(asdict(shop), indent=1))
        _await_units(engine, shop, wanted.units, report, deadline)
    except BaseException:  # whatever it was, Ctrl-C among it: nothing begun here stays
        if before is None:
            down(engine, report=report)
        raise
    return shop


def down(engine: Engine, *, report: Report, volumes: bool = False) -> None:
    """Stop everything; with `volumes` delete the shop's data, too. The learner's workspace is never touched."""
    engine.down(report=report, volumes=volumes)
    _file().unlink(missing_ok=True)
    if volumes:
        for file in data_folder().glob("*.db*"):
            file.unlink()


def data_folder() -> Path:
    """Return the folder of the SQLite databases."""
    return lab.home.home() / "data"


def database_url(unit: str, database: Database, endpoints: Endpoints) -> str:
    """Return a unit's own database as SQLAlchemy spells it."""
    if database == "sqlite":
        return f"sqlite+aiosqlite:///{data_folder() / unit}.db"
    return f"{endpoints.postgres}/shop_{unit}".replace("postgresql://", "postgresql+asyncpg://", 1)


def _file() -> Path:
    return lab.home.home() / "shop.json"


def _default_database() -> Database:
    return "postgres" if os.environ.get("LAB_DATABASE") == "postgres" else "sqlite"


def _refuse_other_shop(before: Running | None, wanted: Wanted) -> None:
    for what, runs, asked in (
        ("phase", before and before.phase, wanted.phase),
        ("database", before and before.database, wanted.database),
    ):
        if before is not None and asked is not None and asked != runs:
            raise Conflict(
                f"The shop runs already, with {what} {runs}, and you asked for {asked}.",
                "Run `uv run lab down` first; with `--volumes` it also empties the shop's books.",
            )


def _service_port(before: Running | None, report: Report) -> int:
    if before is not None:
        return before.service_port
    preferred, explicit = ports.wanted("LAB_SERVICE_PORT", SERVICE_PORT)
    if explicit:
        for unit in UNITS:
            ports.choose(preferred + unit.port_offset, explicit=True, variable="LAB_SERVICE_PORT")
        return preferred
    for step in _PORT_STEPS:
        if all(ports.is_free(preferred + step + unit.port_offset) for unit in UNITS):
            if step:
                report(Progress("ports", f"ports from {preferred} are taken; the services are from {preferred + step}"))
            return preferred + step
    return ports.choose(preferred, explicit=True, variable="LAB_SERVICE_PORT")


def _make_topics(shop: Running, report: Report) -> None:
    from lab.shop.runtime.topics import ensure_topics  # noqa: PLC0415  aiokafka takes 0.3 s to import

    report(Progress("topics", "making the topics that are absent"))
    made = asyncio.run(ensure_topics(shop.kafka, shop.prefix))
    report(Progress("topics", f"{made} made" if made else "all there", done=True))


def _host_units(shop: Running, endpoints: Endpoints, names: Sequence[str]) -> Sequence[HostUnit]:
    data_folder().mkdir(parents=True, exist_ok=True)
    passed_on = {name: value for name, value in os.environ.items() if name in _PASSED_ON}
    return [
        HostUnit(
            unit.name,
            "lab.shop.unit",
            (unit.name,),
            {
                **passed_on,
                "LAB_PHASE": str(shop.phase),
                "LAB_KAFKA": shop.kafka,
                "LAB_PREFIX": shop.prefix,
                "LAB_PORT": str(shop.service_port + unit.port_offset),
                "LAB_DATABASE_URL": database_url(unit.name, shop.database, endpoints),
                "LAB_BANK_URL": database_url("bank", shop.database, endpoints),
            },
        )
        for unit in UNITS
        if not names or unit.name in names
    ]


_PASSED_ON: Final = frozenset({"LAB_TRANSIT_SECONDS", "LAB_BANK_SECONDS", "LAB_CHOICES"})


def _await_units(engine: Engine, shop: Running, names: Sequence[str], report: Report, deadline: float) -> None:
    from lab.readiness import await_units  # noqa: PLC0415  httpx takes a moment to import

    asked = [unit.name for unit in UNITS if not names or unit.name in names]
    await_units(engine, {name: shop.url(name) for name in asked}, report=report, deadline=deadline)
