"""The runtime's own manners: what it says of errors, how it stops, how it waits."""

import asyncio
import sqlite3
from importlib import import_module

import asyncpg
import httpx
import pytest
import structlog
from aiokafka import TopicPartition
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, OperationalError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from lab.shop.contracts import OrderConfirm
from lab.shop.contracts.credit import Credit
from lab.shop.parts import Choice, Parts
from lab.shop.ports import Partition
from lab.shop.runtime import service as runtime
from lab.shop.runtime.bus import Listener, Pulse
from lab.shop.runtime.in_hand import InHand
from lab.shop.runtime.problems import install_problems
from lab.shop.runtime.service import Service
from lab.shop.runtime.settings import Settings
from lab.shop.runtime.steps import Replies
from lab.shop.runtime.store import no_answer, open_store
from lab.shop.units import BY_NAME
from tests.engines.conftest import free_port
from tests.shop.harness import open_shop, sqlite, until

pytestmark = pytest.mark.anyio


def sql_error(kind: type[DBAPIError], orig: Exception | None = None, **options: bool) -> DBAPIError:
    return kind("INSERT", {}, orig or Exception("why"), **options)


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (ConnectionRefusedError("no"), 503),
        (sql_error(OperationalError), 503),
        (sql_error(InterfaceError), 503),
        (sql_error(DBAPIError, connection_invalidated=True), 503),
        (PoolTimeout("full"), 503),
        (asyncpg.CannotConnectNowError("starting up"), 503),
        (sql_error(IntegrityError), 500),
        (sql_error(ProgrammingError), 500),
        (sql_error(DBAPIError), 500),
        (KeyError("a mistake"), 500),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else str(value),
)
async def test_only_a_database_that_does_not_answer_is_worth_another_try(error, status) -> None:
    app = FastAPI()
    install_problems(app, "payment", Parts(1))

    @app.get("/")
    async def fail() -> None:
        raise error

    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
        answer = await client.get("/")
    assert answer.status_code == status
    assert answer.headers.get("Retry-After") == ("2" if status == 503 else None)
    if status == 500:
        assert answer.json()["detail"] == "Its log says why: uv run lab logs payment"


async def test_a_column_that_is_missing_in_sqlite_is_no_silence_and_a_locked_file_is(tmp_path) -> None:
    store = await open_store(sqlite(tmp_path)("x"), ())
    async with store.reading() as session:
        with pytest.raises(OperationalError) as missing:
            await session.execute(text("SELECT nothing"))
    await store.close()
    assert not no_answer(missing.value)
    locked = sqlite3.OperationalError("database is locked")
    locked.sqlite_errorcode = sqlite3.SQLITE_BUSY
    assert no_answer(sql_error(OperationalError, locked))


@pytest.mark.parametrize(("state", "silent"), [("57P01", True), ("57P03", True), ("53300", True), ("23505", False)])
def test_a_postgresql_that_comes_or_goes_does_not_answer(state, silent) -> None:
    class Said(Exception):
        sqlstate = state

    assert no_answer(sql_error(DBAPIError, Said())) is silent


async def test_an_error_of_the_database_does_not_tell_what_was_written(tmp_path) -> None:
    store = await open_store(sqlite(tmp_path)("x"), ())
    async with store.writing() as session:
        with pytest.raises(OperationalError) as error:
            await session.execute(text("INSERT INTO nowhere VALUES (:card)"), {"card": "card-of-anna"})
    await store.close()
    assert "card-of-anna" not in str(error.value)


async def test_a_unit_waits_for_a_database_that_does_not_answer_yet() -> None:
    url = f"postgresql+asyncpg://lab@127.0.0.1:{free_port()}/lab_order"
    service = Service(import_module(BY_NAME["order"].blueprint).BLUEPRINT, Settings(database_url=url), Parts(1))
    with structlog.testing.capture_logs() as logs:
        starting = asyncio.create_task(service.__aenter__())
        await until(lambda: len(logs) >= 2, "it has said so twice")
        starting.cancel()
        await asyncio.gather(starting, return_exceptions=True)
    assert {entry["event"] for entry in logs} == {"the database does not answer, trying again in a second"}


async def test_a_chore_that_fails_is_tried_again_at_leisure() -> None:
    service = Service(import_module(BY_NAME["order"].blueprint).BLUEPRINT, Settings(), Parts(1))
    tried = []

    async def chore() -> int:
        tried.append(1)
        raise ConnectionError("no")

    with structlog.testing.capture_logs():
        task = asyncio.create_task(service._repeat("x", chore))
        await asyncio.sleep(1.2)
        assert len(tried) == 2
        service._end()
        await asyncio.wait_for(task, 0.2)  # it does not wait for its pause


async def test_partitions_that_were_taken_away_are_held_no_longer() -> None:
    async def let_go(*_: object) -> None:
        pass

    pulse = Pulse()
    listener = Listener("x.", pulse, InHand(), let_go)
    await listener.on_partitions_assigned([TopicPartition("x.a", 0), TopicPartition("x.a", 1)])
    await listener.on_partitions_revoked([TopicPartition("x.a", 0)])
    assert pulse.assigned == {Partition("a", 1)}
    await listener.on_partitions_revoked([TopicPartition("x.a", 1)])
    assert not pulse.assigned


@pytest.mark.parametrize(
    ("returned", "said"),
    [
        (None, "reserve_stock returned None; it must return a list (maybe an empty one)"),
        (OrderConfirm(order_id="o"), "reserve_stock returned one OrderConfirm by itself; it must return a list"),
        ([OrderConfirm(order_id="o"), "done"], "reserve_stock returned a list with str in it"),
    ],
    ids=["None", "no list", "a word"],
)
async def test_what_a_handler_must_not_return_is_told_with_its_name(returned, said) -> None:
    with pytest.raises(TypeError) as error:
        Replies(returned, Credit("mine"), "reserve_stock")
    assert str(error.value).startswith(said)


@pytest.mark.parametrize(
    ("body", "said"),
    [("    pass", "reserve_stock returned None"), ("    return [1 / 0]", "ZeroDivisionError")],
    ids=["nothing returned", "a mistake"],
)
async def test_a_mistake_in_a_handler_shows_its_traceback_in_the_log(kafka_address, tmp_path, body, said) -> None:
    mine = tmp_path / "mine.py"
    mine.write_text(f"async def reserve_stock(command, session):\n{body}\n\n\nasync def read_stock(*_):\n    pass\n")
    choices = {"reserve": Choice("mine", mine)}
    with structlog.testing.capture_logs() as logs:
        async with open_shop(kafka_address, sqlite(tmp_path), parts=lambda: Parts(1, choices)) as shop:
            await shop.place()
            await until(lambda: any("exc_info" in entry for entry in logs), "the log has a traceback")
    error = next(entry["exc_info"] for entry in logs if "exc_info" in entry)
    assert said in repr(error)
    if "ZeroDivision" in said:
        frames, trace = [], error.__traceback__
        while trace is not None:
            frames.append((trace.tb_frame.f_code.co_filename, trace.tb_lineno))
            trace = trace.tb_next
        assert (str(mine), 2) in frames


async def test_records_in_hand_when_a_unit_stops_are_handled_when_it_is_back(
    kafka_address, tmp_path, monkeypatch
) -> None:
    """Even when the last one takes longer than a stop may take, and is cancelled half-way."""
    monkeypatch.setattr(runtime, "STOP_SECONDS", 0.2)
    async with open_shop(kafka_address, sqlite(tmp_path), settings={"bank_seconds": 0.5}) as shop:
        orders = await asyncio.gather(*(shop.place() for _ in range(20)))

        async def one_is_paid() -> bool:
            states = (await shop.clients["mediator"].get("/sagas")).json()
            return states.get("AWAITING_INVENTORY", 0) == 0 and 10 <= states.get("AWAITING_PAYMENT", 0) < 20

        await until(one_is_paid, "Payment is at work")
        old = shop.services["payment"]
        await old.__aexit__(None, None, None)
        settings = old.settings.model_copy(update={"bank_seconds": 0.001})
        async with Service(old.blueprint, settings, Parts(1)):
            assert {await shop.ending(order_id) for order_id in orders} == {"delivered"}
