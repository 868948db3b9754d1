"""The database under every service: one writer at a time on SQLite, databases made on demand on PostgreSQL."""

import asyncio
import sqlite3
from contextlib import closing

import asyncpg
import pytest
from sqlalchemy import select, text, update

from lab.shop.runtime.store import open_store
from lab.shop.services.inventory.tables import Base, Shelf
from tests.shop.harness import new_prefix, postgres, sqlite

pytestmark = pytest.mark.anyio

WRITERS = 12


@pytest.fixture(params=["sqlite", "postgres"])
def url(request, endpoints, tmp_path) -> str:
    databases = sqlite(tmp_path) if request.param == "sqlite" else postgres(endpoints.postgres, new_prefix())
    return databases("inventory")


@pytest.fixture
async def store(url):
    store = await open_store(url, (Base.metadata,))
    async with store.writing() as session:
        session.add(Shelf(sku="mug", available=0))
        await session.commit()
    yield store
    await store.close()


@pytest.fixture
async def lite(tmp_path):
    store = await open_store(sqlite(tmp_path)("inventory"), (Base.metadata,))
    async with store.writing() as session:
        session.add(Shelf(sku="mug", available=0))
        await session.commit()
    yield store
    await store.close()


async def available(store) -> int:
    async with store.reading() as session:
        return (await session.get_one(Shelf, "mug")).available


async def test_a_writer_s_transaction_is_the_only_one_from_its_first_statement(lite, tmp_path) -> None:
    async with lite.writing() as session:
        await session.execute(text("SELECT 1"))  # nothing is written yet, and still it has the pen
        with closing(sqlite3.connect(tmp_path / "inventory.db", timeout=0)) as other:
            with pytest.raises(sqlite3.OperationalError, match="database is locked"):
                other.execute("BEGIN IMMEDIATE")
            assert other.execute("SELECT available FROM shelf").fetchall() == [(0,)]


async def test_readers_do_not_wait_for_a_writer_and_see_what_was_before(lite) -> None:
    async with lite.writing() as writer:
        await writer.execute(update(Shelf).values(available=7))
        async with asyncio.timeout(5):
            assert await available(lite) == 0
            assert await lite.answers()
        await writer.commit()
    assert await available(lite) == 7


async def test_a_writer_does_not_wait_for_readers(lite) -> None:
    async with lite.reading() as reader:
        await reader.execute(select(Shelf))
        async with asyncio.timeout(5), lite.writing() as writer:
            await writer.execute(update(Shelf).values(available=7))
            await writer.commit()
        assert (await reader.get_one(Shelf, "mug")).available == 0
    assert await available(lite) == 7


async def test_reads_that_turn_into_writes_side_by_side_never_find_the_database_locked(lite) -> None:
    async def one_more() -> None:
        async with lite.writing() as session:
            shelf = await session.get_one(Shelf, "mug")
            await asyncio.sleep(0.005)  # the moment in which another one reads as well
            shelf.available += 1
            await session.commit()

    await asyncio.gather(*(one_more() for _ in range(WRITERS)))
    assert await available(lite) == WRITERS


async def test_what_is_not_committed_is_undone(store) -> None:
    async with store.writing() as session:
        await session.execute(update(Shelf).values(available=7))
    assert await available(store) == 0

    async def stumble() -> None:
        async with store.writing() as session:
            session.add(Shelf(sku="pen", available=1))
            await session.flush()
            raise RuntimeError("on the way")

    with pytest.raises(RuntimeError, match="on the way"):
        await stumble()
    async with store.reading() as session:
        assert (await session.scalars(select(Shelf.sku))).all() == ["mug"]


async def test_a_task_that_is_cancelled_in_its_transaction_leaves_nothing_behind(store) -> None:
    begun = asyncio.Event()

    async def never_ending() -> None:
        async with store.writing() as session:
            await session.execute(update(Shelf).values(available=7))
            begun.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(never_ending())
    await begun.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    async with asyncio.timeout(5), store.writing() as session:
        await session.execute(update(Shelf).values(available=Shelf.available + 1))
        await session.commit()
    assert await available(store) == 1


async def test_less_than_nothing_cannot_lie_on_a_shelf(store) -> None:
    async with store.writing() as session:
        with pytest.raises(Exception, match="available_not_negative"):
            await session.execute(update(Shelf).values(available=-1))


async def test_a_store_that_is_opened_again_keeps_what_it_has(store, url) -> None:
    again = await open_store(url, (Base.metadata,))
    async with again.writing() as session:
        await session.execute(update(Shelf).values(available=3))
        await session.commit()
    await again.close()
    assert await available(store) == 3


async def test_postgresql_makes_a_database_that_is_absent_also_for_several_at_once(endpoints) -> None:
    prefix = new_prefix()
    url = postgres(endpoints.postgres, prefix)("inventory")
    name = url.rpartition("/")[2]
    admin, stores = await asyncpg.connect(f"{endpoints.postgres}/postgres"), []
    try:
        assert not await admin.fetchval("SELECT count(*) FROM pg_database WHERE datname = $1", name)
        stores = await asyncio.gather(*(open_store(url, (Base.metadata,)) for _ in range(4)))
        assert await admin.fetchval("SELECT count(*) FROM pg_database WHERE datname = $1", name) == 1
        assert all([await store.answers() for store in stores])
        for store in stores:
            await store.close()
        await admin.execute(f'DROP DATABASE "{name}"')
        assert not await stores[0].answers()
    finally:
        for store in stores:
            await store.close()
        await admin.close()
