"""The whole stack: engine, topics, the shop's units. The one place where engines and shop meet.

`up` brings them up and returns when every unit answers and reads its messages. What is *alive* the engine is asked;
what is *remembered* (phase, database, ports) stands in `shop.json` (lab/running.py).
"""

import asyncio
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

import lab.home
from lab.chaos import crashes
from lab.chaos.begun import forget_begin, note_begin
from lab.engines import ports, state
from lab.engines.base import Endpoints, Engine, EngineName, HostUnit, Progress, Report, UnitState
from lab.errors import Conflict, LabError, MachineProblem, NotReady, NotRunning, WrongUsage
from lab.readiness import await_units
from lab.running import Database, Running, forget, is_running, last, other_kafka, put_away, record, recorded, running
from lab.shop.units import BY_NAME, UNITS

__all__ = [
    "Database", "Opened", "Running", "Wanted", "database_urls",
    "down", "engine_named", "is_running", "running", "up",
]  # fmt: skip

FIRST_PHASE: Final = 1
SERVICE_PORT: Final = 8001
_PORT_STEPS: Final = range(0, 1000, 100)
_LOCK_SECONDS: Final = 5.0
_ALIVE: Final = frozenset({UnitState.STARTING, UnitState.RUNNING, UnitState.PAUSED})
_PASSED_ON: Final = frozenset({"LAB_TRANSIT_SECONDS", "LAB_BANK_SECONDS"})


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a person asked for; None: whatever runs, else the default."""

    phase: int | None = None
    database: Database | None = None
    units: tuple[str, ...] = ()  # empty: all


@dataclass(frozen=True, slots=True)
class Opened:
    """What `up` found and did. `attached`: a shop was alive before; `started`: the units that this call started."""

    shop: Running
    attached: bool
    started: tuple[str, ...]
    not_running: tuple[str, ...]


def engine_named(name: EngineName) -> Engine:
    """Return the engine of that name."""
    if name is EngineName.DOCKER:
        from lab.engines.compose import DockerEngine  # noqa: PLC0415  only what is needed is imported

        return DockerEngine()
    from lab.engines.native import NativeEngine  # noqa: PLC0415

    return NativeEngine()


def alive(engine: Engine) -> frozenset[str]:
    """Return the names of the units that have a process now, whether or not they answer."""
    return frozenset(unit.name for unit in engine.status() if unit.state in _ALIVE)


def up(engine: Engine, wanted: Wanted, *, report: Report, timeout: float = 120.0) -> Opened:
    """Bring up engine, topics and units; return when all answer. What already runs is kept.

    Raises Conflict where another engine, phase or database runs, and MachineProblem or one below it where something
    does not start. Then, and on Ctrl-C, what was started here is stopped again, and what ran before goes on.
    """
    _refuse_impossible()
    with _lock():
        _refuse_other_engine(engine, report)
        before = alive(engine)
        shop = _plan(engine.name, wanted, before)
        names = tuple(unit.name for unit in UNITS if not wanted.units or unit.name in wanted.units)
        try:
            endpoints = engine.up(report=report, postgres=shop.database == "postgres", timeout=timeout)
            with FileLock(_port_lock()):  # until ours are bound, no other checkout chooses
                shop = _placed(shop, endpoints, before, report)
                record(shop)
                _make_topics(shop, report)
                for unit, point in crashes.named_by_environment():
                    crashes.ask(unit, point)
                note_begin(shop.phase)
                engine.launch(_host_units(shop, endpoints, names))
                _await_units(engine, shop, names, report, time.monotonic() + timeout)
        except BaseException:  # whatever it was, Ctrl-C among it
            _undo(engine, before, report)
            raise
    now = alive(engine)
    absent = tuple(unit.name for unit in UNITS if unit.name not in now)
    return Opened(shop, bool(before), tuple(sorted(now - before)), absent)


def down(engine: Engine, *, report: Report, volumes: bool = False) -> None:
    """Stop everything; with `volumes` delete the shop's data, too. The learner's workspace is never touched."""
    with _lock():
        _down(engine, report, volumes=volumes)


def data_folder() -> Path:
    """Return the folder of the SQLite databases: each engine's Kafka has its own."""
    return state.books()


def _down(engine: Engine, report: Report, *, volumes: bool) -> None:
    engine.down(report=report)
    put_away(for_good=volumes)
    crashes.withdraw_all()
    if volumes:
        for file in data_folder().glob("*.db*"):
            file.unlink()
        from lab.chaos.ledger import own_ledger  # noqa: PLC0415  pydantic takes a moment to import

        own_ledger().unlink(missing_ok=True)
        forget_begin()
        engine.down(report=report, volumes=True)


def _undo(engine: Engine, before: frozenset[str], report: Report) -> None:
    """Stop what was not alive before. The error that led here is the one to be told, so none from here passes."""
    with suppress(LabError):
        if not before:
            forget()  # what did not open is no shop that was
            _down(engine, report, volumes=False)
            return
        for unit in alive(engine) - before:
            engine.stop(unit)


@contextmanager
def _lock() -> Iterator[None]:
    folder = lab.home.home()
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(folder / "shop.lock").acquire(timeout=_LOCK_SECONDS):
            yield
    except Timeout:
        raise Conflict(
            "Another `lab` is starting or stopping this shop.", "Wait until it has, then try again."
        ) from None


def _port_lock() -> Path:
    folder = lab.home.cache()
    folder.mkdir(parents=True, exist_ok=True)
    return folder / "service-ports.lock"


def _refuse_impossible() -> None:
    """Look at what the environment asks for before anything is started."""
    ports.wanted("LAB_SERVICE_PORT", SERVICE_PORT)
    _default_database(None)
    crashes.named_by_environment()
    if (kafka := other_kafka()) is not None:
        raise WrongUsage(
            f"LAB_KAFKA names another Kafka ({kafka}), and `lab up` starts its own.",
            "Unset LAB_KAFKA. LAB_KAFKA_PORT chooses the port.",
        )


def _refuse_other_engine(engine: Engine, report: Report) -> None:
    """Raise Conflict where another engine's units live here; one that is recorded and dead is cleaned away."""
    known = state.read()
    if known is None or known.engine is engine.name or not known.is_up():
        return
    other = engine_named(known.engine)
    with suppress(MachineProblem):  # an engine that cannot be asked runs nothing for us
        if alive(other):
            state.refuse_other_engine(engine.name)
        other.down(report=report)
    state.record_down()
    forget()


def _plan(engine: EngineName, wanted: Wanted, before: frozenset[str]) -> Running:
    """Return the shop that is to be: what runs, else what is asked for, else what was, else the default."""
    known = recorded()
    if known is None:
        was = last()
        phase = wanted.phase or (was.phase if was else FIRST_PHASE)
        database = wanted.database or _default_database(was)
        return Running(engine, phase, database, "", 0, os.environ.get("LAB_PREFIX", ""))
    if before:
        for what, runs, asked in (
            ("phase", known.phase, wanted.phase),
            ("database", known.database, wanted.database),
        ):
            if asked is not None and asked != runs:
                raise Conflict(
                    f"The shop runs already, with {what} {runs}, and you asked for {asked}.",
                    "Run `uv run lab down` first; with `--volumes` it also empties the shop's books.",
                )
    return Running(
        engine,
        wanted.phase or known.phase,
        wanted.database or known.database,
        known.kafka,
        known.service_port,
        known.prefix,
    )


def _default_database(was: Running | None) -> Database:
    asked = os.environ.get("LAB_DATABASE") or (was.database if was else "sqlite")
    if asked not in {"sqlite", "postgres"}:
        raise WrongUsage(f"LAB_DATABASE is {asked!r}.", "Set it to sqlite or to postgres, or unset it.")
    return "postgres" if asked == "postgres" else "sqlite"


def _placed(shop: Running, endpoints: Endpoints, before: frozenset[str], report: Report) -> Running:
    """Return the shop with its addresses. Ports that our own units hold are kept, others must be free."""
    ours = shop.service_port if before & set(BY_NAME) else 0
    port = ours or _free_service_port(shop.service_port, report)
    return Running(shop.engine, shop.phase, shop.database, endpoints.kafka, port, shop.prefix)


def _free_service_port(last: int, report: Report) -> int:
    preferred, explicit = ports.wanted("LAB_SERVICE_PORT", last or SERVICE_PORT)
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
    from aiokafka.errors import KafkaError  # noqa: PLC0415  aiokafka takes a moment to import

    from lab.shop.runtime.topics import ensure_topics  # noqa: PLC0415

    report(Progress("topics", "making the topics that are absent"))
    try:
        made = asyncio.run(ensure_topics(shop.kafka, shop.prefix, phase=shop.phase))
    except KafkaError as error:
        raise NotReady(f"Kafka did not make the topics ({error}).", "Read: uv run lab logs kafka") from error
    report(Progress("topics", f"{made} made" if made else "all there", done=True))


def _host_units(shop: Running, endpoints: Endpoints, names: Sequence[str]) -> Sequence[HostUnit]:
    data_folder().mkdir(parents=True, exist_ok=True)
    common = {name: value for name, value in os.environ.items() if name in _PASSED_ON} | {
        "LAB_PHASE": str(shop.phase),
        "LAB_KAFKA": shop.kafka,
        "LAB_PREFIX": shop.prefix,
        "LAB_CHOICES": str(lab.home.choices()),  # in full: the units run in another folder
        "LAB_CRASHES": str(crashes.folder()),
        "LAB_BANK_URL": _database_url("bank", shop.database, endpoints),
    }
    return [
        HostUnit(
            name,
            "lab.shop.unit",
            (name,),
            {
                **common,
                "LAB_PORT": str(shop.service_port + BY_NAME[name].port_offset),
                "LAB_DATABASE_URL": _database_url(name, shop.database, endpoints),
            },
        )
        for name in names
    ]


def database_urls(shop: Running) -> dict[str, str]:
    """Return each unit's own database, and the bank's. Raises NotRunning where PostgreSQL has them and does not run."""
    endpoints = engine_named(shop.engine).endpoints() or Endpoints(shop.kafka)
    if shop.database == "postgres" and endpoints.postgres is None:
        raise NotRunning("PostgreSQL is not running, and the shop's books are in it.", "Start it: uv run lab up")
    return {name: _database_url(name, shop.database, endpoints) for name in (*BY_NAME, "bank")}


def _database_url(unit: str, database: Database, endpoints: Endpoints) -> str:
    """Return a unit's own database as SQLAlchemy spells it."""
    if database == "sqlite":
        return f"sqlite+aiosqlite:///{data_folder() / unit}.db"
    return f"{endpoints.postgres}/shop_{unit}".replace("postgresql://", "postgresql+asyncpg://", 1)


def _await_units(engine: Engine, shop: Running, names: Sequence[str], report: Report, deadline: float) -> None:
    await_units(engine, {name: shop.url(name) for name in names}, report=report, deadline=deadline)
