"""Reads the books: SQLite files or PostgreSQL, past every service, through the units' own table definitions."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import fields
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import asyncpg
from sqlalchemy import Table, func, make_url, select, text, type_coerce
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.pool import NullPool

from lab.chaos.verify import books as b
from lab.chaos.verify.sources import BANK
from lab.errors import NotFound, NotReady
from lab.shop.mediator.tables import SagaLog, SagaRow
from lab.shop.runtime.store import FAULTS
from lab.shop.runtime.tables import InboxRow, OutboxRow, RequestKey, TimerRow
from lab.shop.services.fulfilment.tables import ParcelRow
from lab.shop.services.inventory.tables import Reservation, Shelf
from lab.shop.services.notification.tables import NotificationRow
from lab.shop.services.order.tables import OrderRow
from lab.shop.services.payment.bank import Entry
from lab.shop.services.payment.tables import PaymentRow
from lab.shop.units import UNITS

BOOKS: Final[Mapping[str, tuple[str, type[DeclarativeBase], type[Any]]]] = {
    "orders": ("order", OrderRow, b.Order),
    "keys": ("order", RequestKey, b.Key),
    "sagas": ("mediator", SagaRow, b.Saga),
    "steps": ("mediator", SagaLog, b.Step),
    "timers": ("mediator", TimerRow, b.Timer),
    "payments": ("payment", PaymentRow, b.Payment),
    "charges": (BANK, Entry, b.Charge),
    "shelves": ("inventory", Shelf, b.Shelf),
    "reservations": ("inventory", Reservation, b.Reservation),
    "parcels": ("fulfilment", ParcelRow, b.Parcel),
    "letters": ("notification", NotificationRow, b.Letter),
}
"""Field of `Books` → whose database it is in, the table as its owner defines it, the row that it is read into."""

_UNITS: Final = tuple(unit.name for unit in UNITS)


async def read_books(databases: Mapping[str, str]) -> b.Books:
    """Read all books, every database at the same time. Nothing is written, and nobody waits for this.

    Raises NotFound where a unit has no database, and NotReady where it does not answer.
    """
    read = await asyncio.gather(*(_read(unit, databases[unit]) for unit in (*_UNITS, BANK)))
    found = {name: rows for unit in read for name, rows in unit.items()}
    inbox = {unit: frozenset(found.pop(f"inbox/{unit}")) for unit in _UNITS}
    outbox = {unit: found.pop(f"outbox/{unit}") for unit in _UNITS}
    return b.Books(**found, inbox=inbox, outbox=outbox)


async def _read(unit: str, url: str) -> dict[str, Any]:
    try:
        async with _reading(make_url(url)) as connection:
            found: dict[str, Any] = {
                name: await _rows(connection, table, kind)
                for name, (owner, table, kind) in BOOKS.items()
                if owner == unit
            }
            if unit == "mediator":
                found["now"] = await _now(connection)
            if unit != BANK:
                found[f"inbox/{unit}"] = (await connection.scalars(select(_table(InboxRow).c.message_id))).all()
                found[f"outbox/{unit}"] = (await connection.scalars(select(_table(OutboxRow).c.topic))).all()
    except (FileNotFoundError, asyncpg.InvalidCatalogNameError):
        if unit == BANK:
            return {}  # it opens its book when it is first asked
        raise NotFound(f"There is no database of {unit}.", "The shop makes it when it starts: uv run lab up") from None
    except FAULTS as error:
        raise NotReady(
            f"The database of {unit} cannot be read ({type(error).__name__}: {error}).", "Look: uv run lab status"
        ) from error
    return found


@asynccontextmanager
async def _reading(where: URL) -> AsyncIterator[AsyncConnection]:
    """Open one transaction that only reads, and sees one moment."""
    engine = _sqlite(where) if where.get_backend_name() == "sqlite" else _postgres(where)
    try:
        async with engine.connect() as connection:
            if where.get_backend_name() == "sqlite":
                await connection.execute(text("BEGIN"))
            yield connection
    finally:
        await engine.dispose()


def _sqlite(where: URL) -> AsyncEngine:
    """Open the file for reading. Not `immutable`: that would not look into what is written ahead of the file."""
    file = Path(where.database or "")
    if not file.is_file():
        raise FileNotFoundError(file)
    url = where.set(database=f"file:{quote(str(file))}", query={"mode": "ro", "uri": "true"})
    # the driver must not begin transactions of its own
    return create_async_engine(url, poolclass=NullPool, connect_args={"isolation_level": None})


def _postgres(where: URL) -> AsyncEngine:
    options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    return create_async_engine(where, poolclass=NullPool, hide_parameters=True, execution_options=options)


async def _rows(connection: AsyncConnection, model: type[DeclarativeBase], kind: type[Any]) -> Sequence[Any]:
    columns = [_table(model).c[one.name] for one in fields(kind)]
    return [kind(*row) for row in (await connection.execute(select(*columns))).all()]


async def _now(connection: AsyncConnection) -> datetime:
    clock = type_coerce(func.now(), _table(TimerRow).c.due_at.type)
    now: datetime = (await connection.execute(select(clock))).scalar_one()
    return now


def _table(model: type[DeclarativeBase]) -> Table:
    assert isinstance(model.__table__, Table)
    return model.__table__
