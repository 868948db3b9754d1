"""A unit's own database: SQLite through aiosqlite or PostgreSQL through asyncpg, behind one SQLAlchemy.

SQLite transactions that may write begin IMMEDIATE: they wait for the one writer at their start instead of failing in
the middle, when a read turns into a write. Journal mode WAL lets readers go on meanwhile.
"""

import sqlite3
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from types import MappingProxyType
from typing import Any, Final

import aiosqlite
import asyncpg
import msgspec
from sqlalchemy import Connection, MetaData, event, make_url, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

from lab.shop.ports import Sessions
from lab.shop.runtime.near_sqlite import connect

BUSY_TIMEOUT_MS = 10_000
_ONE_WRITER: Final = {"pool_size": 1, "max_overflow": 0, "pool_timeout": BUSY_TIMEOUT_MS / 1_000}
"""A unit's own writers stand in a line for one connection. SQLite would let each of them sleep and look again, up to a
tenth of a second too long."""
_HOW: Final[Mapping[str, Any]] = MappingProxyType(
    {
        "hide_parameters": True,  # errors reach logs, and parameters are cards and addresses
        "json_serializer": lambda value: msgspec.json.encode(value).decode(),
        "json_deserializer": msgspec.json.decode,
    }
)
_MAKING_TABLES = 7_301  # a lock of ours in each database: CREATE TABLE IF NOT EXISTS fails for the slower of two

FAULTS: Final = (SQLAlchemyError, OSError, asyncpg.PostgresError, asyncpg.InterfaceError)
"""All that a database can raise. asyncpg's own come while it connects, SQLAlchemy's after that."""

_COMING_OR_GOING: Final = (
    asyncpg.OperatorInterventionError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.TooManyConnectionsError,
)
_STATES_COMING_OR_GOING: Final = frozenset({"57P01", "57P02", "57P03", "53300"})
"""The same as SQLAlchemy tells them: PostgreSQL shuts down, crashes, starts up, is full."""


def no_answer(error: Exception) -> bool:
    """Say whether the database does not answer: another try may help. Else it has answered, and something is wrong."""
    if isinstance(error, DBAPIError):
        if getattr(error.orig, "sqlite_errorcode", None) == sqlite3.SQLITE_ERROR:
            return False  # SQLite calls a missing table or column an OperationalError, too
        passing = getattr(error.orig, "sqlstate", None) in _STATES_COMING_OR_GOING
        return passing or error.connection_invalidated or isinstance(error, OperationalError | InterfaceError)
    return isinstance(error, (OSError, PoolTimeout, *_COMING_OR_GOING))


class Store:
    """The database of one unit. Build it with `open_store`."""

    def __init__(self, writer: AsyncEngine, reader: AsyncEngine | None = None) -> None:
        class Noticed(Session):
            """A session whose commits are noticed."""

        reader = reader or writer
        self._engines = {writer, reader}
        self._listeners: list[Callable[[], None]] = []
        event.listen(Noticed, "after_commit", self._tell)
        self.sessions: Sessions = async_sessionmaker(writer, expire_on_commit=False, sync_session_class=Noticed)
        self._readers = async_sessionmaker(reader.execution_options(read_only=True), expire_on_commit=False)

    def on_commit(self, listener: Callable[[], None]) -> None:
        """Call this after every commit through this store. Other processes' commits are not heard of."""
        self._listeners.append(listener)

    def _tell(self, _: Session) -> None:
        for listener in self._listeners:
            listener()

    def writing(self) -> AsyncSession:
        """Open a session whose transaction may write; what is not committed when it closes is undone."""
        return self.sessions()

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """Open a session that only reads, so that it never waits for SQLite's one writer."""
        async with self._readers() as session:
            yield session

    async def answers(self) -> bool:
        """Say whether a round trip to the database succeeds."""
        try:
            async with self.reading() as session:
                await session.execute(text("SELECT 1"))
        except FAULTS:
            return False
        return True

    async def close(self) -> None:
        """Give all connections back."""
        for engine in self._engines:
            await engine.dispose()


async def open_store(url: str, tables: Sequence[MetaData], *, one_writer: bool = True) -> Store:
    """Connect, make the database and the tables where they are absent, and return the store.

    one_writer: on SQLite, writers stand in line for one connection; not where a session may be left open on purpose.
    """
    where = make_url(url)
    if where.get_backend_name() == "sqlite":
        in_memory = where.database in {None, "", ":memory:"}
        engine = _sqlite(where) if in_memory else _near_sqlite(where, **(_ONE_WRITER if one_writer else {}))
        reader = engine if in_memory else _near_sqlite(where)
    else:
        await _ensure_database(where)
        engine = create_async_engine(where, pool_size=10, max_overflow=10, pool_pre_ping=True, **_HOW)
        reader = engine
    try:
        async with engine.begin() as connection:
            # several may come at once; SQLite's BEGIN IMMEDIATE does the same
            if where.get_backend_name() == "postgresql":
                await connection.execute(text(f"SELECT pg_advisory_xact_lock({_MAKING_TABLES})"))
            for metadata in tables:
                await connection.run_sync(metadata.create_all)
    except BaseException:
        await engine.dispose()
        raise
    return Store(engine, reader)


def _near_sqlite(where: URL, **pool: Any) -> AsyncEngine:
    database = str(where.database)

    async def connected() -> aiosqlite.Connection:
        return await connect(database)

    return _sqlite(where, async_creator=connected, **pool)


def _sqlite(where: URL, **options: Any) -> AsyncEngine:
    engine = create_async_engine(where, **_HOW, **options)

    @event.listens_for(engine.sync_engine, "connect")
    def prepare(connection: Any, _: ConnectionPoolEntry) -> None:
        connection.isolation_level = None  # the driver must not begin transactions of its own
        cursor = connection.cursor()
        for pragma in ("journal_mode=WAL", "synchronous=FULL", f"busy_timeout={BUSY_TIMEOUT_MS}", "foreign_keys=ON"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def begin(connection: Connection) -> None:
        read_only = connection.get_execution_options().get("read_only", False)
        connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")

    return engine


async def _ensure_database(where: URL) -> None:
    admin = where.set(drivername="postgresql", database="postgres").render_as_string(hide_password=False)
    connection = await asyncpg.connect(admin)
    try:
        if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", where.database):
            # somebody else may be faster
            with suppress(asyncpg.DuplicateDatabaseError, asyncpg.UniqueViolationError):
                await connection.execute(f'CREATE DATABASE "{where.database}"')
    finally:
        await connection.close()
