"""SQLite without a detour: aiosqlite takes every call to a thread and back, and most calls have nothing to wait for.

What may wait still goes there: BEGIN IMMEDIATE for another process's transaction, COMMIT for the disk. What lies
between works on memory that is ours alone, and takes less time than the way to the thread (docs/decisions/0020).
"""

import sqlite3
from collections.abc import Callable
from typing import Any, Final, TypeVar, cast

import aiosqlite

T = TypeVar("T")

_WAITS: Final = frozenset({"commit", "rollback", "close"})
_AT_ONCE: Final = ("SELECT", "INSERT", "UPDATE", "DELETE")
_ROWS: Final = 64


class NearConnection(aiosqlite.Connection):
    """A connection of aiosqlite that goes to its thread only where it may have to wait."""

    async def _execute(self, fn: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        if not self._running or not self._connection:
            raise ValueError("Connection closed")
        if fn.__name__ in _WAITS or (args and isinstance(args[0], str) and not args[0].startswith(_AT_ONCE)):
            return cast("T", await super()._execute(fn, *args, **kwargs))  # type: ignore[no-untyped-call]
        return fn(*args, **kwargs)


def connect(database: str) -> NearConnection:
    """Return a connection that is made when it is awaited."""

    def connector() -> sqlite3.Connection:
        return sqlite3.connect(database, check_same_thread=False)

    connection = NearConnection(connector, _ROWS)
    connection._thread.daemon = True  # noqa: SLF001  as SQLAlchemy does: a process that ends waits for no database
    return connection
