"""The kit's race: what looks first and takes afterwards is caught every time, what is right never."""

import asyncio
from collections import Counter
from datetime import UTC, datetime

import pytest

from lab.course.kit import postgres
from lab.course.kit.database import Databases
from lab.course.kit.faults import EndedTransaction
from lab.course.kit.race import Race
from lab.shop.contracts import InventoryCheck, Item, Message
from lab.shop.services.inventory.tables import Base, Shelf

BUYERS, PIECES, TIMES = 20, 5, 5


@pytest.fixture(autouse=True, scope="module")
def no_server_is_left():
    """This process's own PostgreSQL ends with these tests: it would else live as long as the whole run."""
    yield
    postgres._own.close()


BEFORE = """\
import asyncio
from sqlalchemy import select, text, update
from lab.shop.contracts import InventoryChecked
from lab.shop.services.inventory.tables import Shelf

lock = asyncio.Lock()

async def buy(command, session):
    got = {body}
    return [InventoryChecked(order_id=command.order_id, outcome="reserved" if got else "out_of_stock", lines=())]

async def look(session, **how):
    return await session.scalar(select(Shelf).where(Shelf.sku == "mug").with_for_update(**how))

async def look_then_take(session, seen):
    enough = seen.available >= 1
    if enough:
        seen.available -= 1
    return enough

async def take(session):
    wanted = update(Shelf).where(Shelf.sku == "mug", Shelf.available >= 1)
    return await session.scalar(wanted.values(available=Shelf.available - 1).returning(Shelf.sku))
"""
IN_ONE_STEP = "await take(session)"
WITH_THE_ROW_HELD = "await look_then_take(session, await look(session))"
BY_TURNS = (  # a lock of PostgreSQL's own, which no row has: whoever has it stops at the line, all others wait behind
    "await session.execute(text('SELECT pg_advisory_xact_lock(7)')) and "
    "await look_then_take(session, await session.get(Shelf, 'mug'))"
)
LOOKS_FIRST = "await look_then_take(session, await session.get(Shelf, 'mug'))"
UNDER_A_LOCK = f"await lock.acquire() and {LOOKS_FIRST}"
ENDS_IT = "await take(session) and await session.commit()"


@pytest.fixture
def run(course, tmp_path):
    """Let all buyers in at once; return how they ended, and how many pieces are left."""

    async def once(databases, file):
        async with databases.opener(course.find("reserve"), tmp_path)(Base.metadata) as sessions:
            async with sessions.begin() as session:
                session.add(Shelf(sku="mug", available=PIECES))
            ends = await Race(file, "reserve")(sessions, "buy", [command(i) for i in range(BUYERS)], table="shelf")
            async with sessions() as session:
                return Counter(map(how, ends)), (await session.get_one(Shelf, "mug")).available

    async def all_of_them(file):
        async with Databases() as databases:
            return [await once(databases, file) for _ in range(TIMES)]

    def do(body):
        file = tmp_path / "answer.py"
        file.write_text(BEFORE.format(body=body))
        return asyncio.run(all_of_them(file))

    return do


def command(number):
    body = InventoryCheck(order_id=f"ord-{number}", lines=(Item(sku="mug", quantity=1),))
    return Message(id=f"msg-{number}", body=body, source="/test", time=datetime.now(UTC), correlation_id="c")


def how(end):
    return type(end) if isinstance(end, Exception) else end[0].outcome


@pytest.mark.parametrize("right", [IN_ONE_STEP, WITH_THE_ROW_HELD, BY_TURNS], ids=["one step", "row held", "turns"])
def test_what_is_right_sells_each_piece_once(run, right):
    assert run(right) == [({"reserved": PIECES, "out_of_stock": BUYERS - PIECES}, 0)] * TIMES


@pytest.mark.parametrize("wrong", [LOOKS_FIRST, UNDER_A_LOCK], ids=["looks first", "a lock of one process"])
def test_whoever_looks_first_sells_to_everybody_every_time(run, wrong):
    assert run(wrong) == [({"reserved": BUYERS}, PIECES - 1)] * TIMES


def test_an_error_of_one_is_told_and_holds_nobody_up(run):
    assert run(ENDS_IT)[0][0] == {EndedTransaction: PIECES, "out_of_stock": BUYERS - PIECES}
