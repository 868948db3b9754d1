"""A database of a check's own: SQLite in a file, or one in PostgreSQL where the exercise needs it."""

import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any, Self

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import create_async_engine

from lab.course.catalog import Exercise, Need
from lab.course.kit.faults import EnvironmentDown
from lab.course.kit.postgres import postgres_url
from lab.engines.throwaway import MEND
from lab.shop.ports import Sessions
from lab.shop.runtime.store import FAULTS, Store, open_store

Opener = Callable[[sa.MetaData], AbstractAsyncContextManager[Sessions]]


class Databases:
    """The databases of one attempt. Use as an async context manager.

    In PostgreSQL a database takes a tenth of a second to make. So one that was closed serves again, emptied.
    """

    def __init__(self) -> None:
        self._stack = AsyncExitStack()
        self._idle: dict[int, list[Store]] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    def opener(self, exercise: Exercise, folder: Path) -> Opener:
        """Return what opens an empty database with these tables. Raises EnvironmentDown where there is no server."""
        if Need.POSTGRES not in exercise.needs:
            return lambda tables: _in_a_file(tables, folder)
        server = postgres_url()
        return lambda tables: self._in_postgres(tables, server)

    @asynccontextmanager
    async def _in_postgres(self, tables: sa.MetaData, server: str) -> AsyncIterator[Sessions]:
        idle = self._idle.setdefault(id(tables), [])
        store = idle.pop() if idle else await self._made(tables, server)
        async with store.sessions.begin() as session:
            for table in reversed(tables.sorted_tables):
                await session.execute(sa.delete(table))
        yield store.sessions
        idle.append(store)

    async def _made(self, tables: sa.MetaData, server: str) -> Store:
        name = f"check_{secrets.token_hex(4)}"
        try:
            url = sa.make_url(server).set(database=name).render_as_string(hide_password=False)
            store = await open_store(url, (tables,))
        except FAULTS as error:
            raise EnvironmentDown(f"PostgreSQL for checks does not answer ({type(error).__name__}).", MEND) from error
        self._stack.push_async_callback(_drop, server, name)
        self._stack.push_async_callback(store.close)
        return store


@asynccontextmanager
async def _in_a_file(tables: sa.MetaData, folder: Path) -> AsyncIterator[Sessions]:
    store = await open_store(f"sqlite+aiosqlite:///{folder / secrets.token_hex(4)}.db", (tables,), one_writer=False)
    try:
        yield store.sessions
    finally:
        await store.close()


async def _drop(server: str, name: str) -> None:
    engine: Any = create_async_engine(server, isolation_level="AUTOCOMMIT")
    try:
        async with engine.connect() as connection:
            await connection.execute(sa.text(f'DROP DATABASE "{name}" WITH (FORCE)'))
    except FAULTS:
        pass  # the server has ended meanwhile, and the database with it
    finally:
        await engine.dispose()
