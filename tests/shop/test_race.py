"""Fifty customers and ten pieces, on PostgreSQL, which lets writers work side by side: exactly ten get one."""

import asyncio
from collections import Counter
from datetime import UTC, datetime

import pytest
from sqlalchemy import make_url, select, text
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine

from lab.shop.contracts import InventoryCheck, InventoryChecked, InventoryCommit, InventoryRelease, Item, Message
from lab.shop.parts import Parts
from lab.shop.ports import RELEASE_STOCK, RESERVE_STOCK
from lab.shop.runtime.store import open_store
from lab.shop.services.inventory.many import commit_many, release_many
from lab.shop.services.inventory.tables import Base, Reservation, Shelf
from tests.shop.harness import new_prefix, open_shop, postgres, until

pytestmark = pytest.mark.anyio

BUYERS, PIECES = 50, 10
NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


def check(order_id: str) -> Message[InventoryCheck]:
    body = InventoryCheck(order_id=order_id, lines=(Item(sku="mug", quantity=1),))
    return Message(f"m-{order_id}", body, "/shop/mediator", NOON, "c")


@pytest.fixture
async def sessions(endpoints):
    """Sessions on a database with one shelf of ten pieces, and a connection for each buyer."""
    url = postgres(endpoints.postgres, new_prefix())("inventory")
    await (await open_store(url, (Base.metadata,))).close()
    engine = create_async_engine(make_url(url), pool_size=BUYERS)
    make = async_sessionmaker(engine, expire_on_commit=False)
    async with make() as session:
        session.add(Shelf(sku="mug", available=PIECES))
        await session.commit()
    yield make
    await engine.dispose()


async def all_at_once(sessions, reserve) -> Counter[str]:
    """Let every buyer ask in a transaction of their own, all begun before the first one asks."""
    gate = asyncio.Barrier(BUYERS)

    async def buy(number: int) -> str:
        async with sessions() as session:
            await session.execute(text("SELECT 1"))
            await gate.wait()
            (told,) = await reserve(check(f"ord-{number}"), session)
            await session.commit()
            return told.outcome

    return Counter(await asyncio.gather(*(buy(number) for number in range(BUYERS))))


async def shelf_and_reservations(sessions) -> tuple[tuple[int, int, int], int]:
    async with sessions() as session:
        shelf = await session.get_one(Shelf, "mug")
        reserved = (await session.scalars(select(Reservation).where(Reservation.status == "reserved"))).all()
        return (shelf.available, shelf.reserved, shelf.committed), sum(one.quantity for one in reserved)


async def test_of_fifty_buyers_in_fifty_sessions_exactly_ten_get_a_piece(sessions) -> None:
    outcomes = await all_at_once(sessions, Parts(1)[RESERVE_STOCK])
    assert outcomes == {"reserved": PIECES, "out_of_stock": BUYERS - PIECES}
    assert await shelf_and_reservations(sessions) == ((0, PIECES, 0), PIECES)


async def test_looking_first_and_taking_after_sells_more_than_there_is(sessions) -> None:
    """The mistake that the test above is there for: it has to show, or that test would prove nothing."""
    looked = asyncio.Barrier(BUYERS)

    async def look_then_take(command, session):
        shelf = await session.get_one(Shelf, "mug")
        enough = shelf.available >= 1
        await looked.wait()
        if not enough:
            return [InventoryChecked(order_id=command.order_id, outcome="out_of_stock", lines=())]
        shelf.available -= 1
        shelf.reserved += 1
        session.add(Reservation(order_id=command.order_id, sku="mug", quantity=1))
        return [InventoryChecked(order_id=command.order_id, outcome="reserved", lines=())]

    outcomes = await all_at_once(sessions, look_then_take)
    assert outcomes["reserved"] > PIECES
    shelf, promised = await shelf_and_reservations(sessions)
    assert promised > PIECES
    assert shelf[1] < promised  # and the shelf does not even know: updates were lost


@pytest.mark.parametrize("ending", ["refused", "released"])
async def test_a_check_that_is_repeated_gets_its_first_answer_and_sets_nothing_aside_though_stock_has_come_back(
    sessions, ending
) -> None:
    reserve, release = Parts(1)[RESERVE_STOCK], Parts(1)[RELEASE_STOCK]
    pieces = PIECES + 1 if ending == "refused" else 3
    asked = Message("m", InventoryCheck(order_id="o", lines=(Item(sku="mug", quantity=pieces),)), "/x", NOON, "c")
    given_up = Message("r", InventoryRelease(order_id="o"), "/x", NOON, "c")
    async with sessions() as session:
        (first,) = await reserve(asked, session)
        if ending == "released":
            await release(given_up, session)
        await session.commit()
    async with sessions() as session:
        (await session.get_one(Shelf, "mug")).available += 20
        await session.commit()
    async with sessions() as session:
        (again,) = await reserve(asked, session)
        await release(given_up, session)
        await session.commit()
    assert again.outcome == first.outcome == ("out_of_stock" if ending == "refused" else "reserved")
    assert await shelf_and_reservations(sessions) == ((PIECES + 20, 0, 0), 0)


async def test_of_fifty_orders_for_one_shelf_exactly_ten_are_delivered(kafka_address, endpoints) -> None:
    async with open_shop(kafka_address, postgres(endpoints.postgres, new_prefix())) as shop:
        store = shop.services["inventory"].context.store
        async with store.writing() as session:
            (await session.get_one(Shelf, "lamp")).available = PIECES
            await session.commit()

        lines = [{"sku": "lamp", "quantity": 1}]
        orders = await asyncio.gather(*(shop.place(lines=lines) for _ in range(BUYERS)))
        endings = Counter([await shop.ending(order_id) for order_id in orders])
        assert endings == {"delivered": PIECES, "rejected": BUYERS - PIECES}

        async def booked_out() -> bool:
            shelf = (await shop.clients["inventory"].get("/stock/lamp")).json()
            return shelf == {"sku": "lamp", "available": 0, "reserved": 0, "committed": PIECES}

        await until(booked_out, "ten pieces are booked out and none is set aside")


@pytest.mark.parametrize(("ending", "free", "sold"), [(commit_many, 9, 1), (release_many, 10, 0)])
async def test_what_is_set_aside_ends_once_also_when_two_sets_of_messages_end_it_at_once(
    sessions, ending, free, sold
) -> None:
    """A command that was put aside and one that was asked again meanwhile come by different ways, at any moment."""
    async with sessions() as session:
        await Parts(1)[RESERVE_STOCK](check("ord-1"), session)
        await session.commit()
    body = InventoryCommit if ending is commit_many else InventoryRelease

    async def second() -> None:
        async with sessions() as session:
            await ending([Message("m-2", body(order_id="ord-1"), "/shop/mediator", NOON, "c")], session)
            await session.commit()

    async with sessions() as session:
        await ending([Message("m-1", body(order_id="ord-1"), "/shop/mediator", NOON, "c")], session)
        other = asyncio.create_task(second())
        await asyncio.wait({other}, timeout=0.3)
        assert not other.done()  # it waits for the first
        await session.commit()
    await other
    assert await shelf_and_reservations(sessions) == ((free, 0, sold), 0)
