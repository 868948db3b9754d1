"""Units that are stopped, killed and started again: nothing that waited is lost, and the order goes on."""

import asyncio
import contextlib
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from aiokafka.errors import KafkaError

from lab.bundle import shipped
from lab.shop.runtime.topics import ensure_topics
from tests.engines.conftest import free_port
from tests.shop.harness import new_prefix
from tests.shop.real_shop import RealShop, until


@pytest.fixture
def shop(stack, native):
    """The running shop with no order on its way; all its units run again afterwards."""
    with RealShop(stack) as shop:
        shop.await_quiet()
        yield shop
        for unit in ("order", "payment", "inventory", "notification", "analytics", "mediator", "fulfilment"):
            native.start(unit)
            shop.await_unit(unit)
        shop.await_quiet()


def start(native, shop: RealShop, unit: str) -> None:
    begun = time.monotonic()
    native.start(unit)
    shop.await_unit(unit)
    print(f"{unit} was back after {time.monotonic() - begun:.1f} s")  # noqa: T201  to be read with -rP


WAITS_IN = {
    "mediator": None,
    "inventory": "AWAITING_INVENTORY",
    "payment": "AWAITING_PAYMENT",
    "fulfilment": "AWAITING_SHIPPING",
}


@pytest.mark.parametrize(("unit", "state"), WAITS_IN.items(), ids=list(WAITS_IN))
def test_an_order_that_waited_for_a_killed_unit_goes_on_when_it_is_back(shop, native, unit, state) -> None:
    native.kill(unit)
    order_id = shop.place()
    if state is not None:
        shop.await_saga(order_id, state)
    assert shop.status(order_id) not in {"delivered", "rejected", "cancelled"}
    start(native, shop, unit)
    assert shop.ending(order_id) == "delivered"


def test_a_killed_order_service_confirms_what_waited_for_it(shop, native) -> None:
    native.stop("payment")
    order_id = shop.place()
    shop.await_saga(order_id, "AWAITING_PAYMENT")
    native.kill("order")
    start(native, shop, "payment")
    shop.await_saga(order_id, "CONFIRMING")
    start(native, shop, "order")
    assert shop.ending(order_id) == "delivered"


def test_orders_wait_for_a_stopped_payment_and_none_is_lost(shop, native) -> None:
    native.stop("payment")
    orders = [shop.place() for _ in range(6)]
    declined = shop.place(card="card-refused")
    for order_id in (*orders, declined):
        shop.await_saga(order_id, "AWAITING_PAYMENT")
    start(native, shop, "payment")
    assert [shop.ending(order_id) for order_id in orders] == ["delivered"] * 6
    assert shop.ending(declined) == "rejected"
    paid = [shop.get("payment", f"/payments/{order_id}") for order_id in orders]
    assert [(one["status"], one["amount_cents"]) for one in paid] == [("captured", 1250)] * 6


def test_nobody_waits_for_notification_and_the_customer_is_told_when_it_is_back(shop, native) -> None:
    native.kill("notification")
    order_id = shop.place()
    assert shop.ending(order_id) == "delivered"
    start(native, shop, "notification")
    until(
        lambda: (
            shop.get("notification", f"/notifications/{order_id}")
            == [{"order_id": order_id, "template": "confirmed", "status": "sent", "reason": ""}]
        ),
        "the customer is told",
    )


def test_a_paused_payment_goes_on_where_it_was(shop, native) -> None:
    native.pause("payment")
    order_id = shop.place()
    shop.await_saga(order_id, "AWAITING_PAYMENT")
    native.resume("payment")
    assert shop.ending(order_id) == "delivered"


def test_a_payment_that_is_stopped_in_the_middle_of_its_work_loses_none_of_it(shop, native) -> None:
    orders = [shop.place() for _ in range(60)]
    native.stop("payment")
    start(native, shop, "payment")
    native.restart("payment")
    shop.await_unit("payment")
    assert {shop.ending(order_id) for order_id in orders} == {"delivered"}


@pytest.mark.parametrize("gone", ["paused", "killed"])
def test_an_order_that_kafka_does_not_take_is_answered_and_the_unit_still_ends(
    native, kafka_address, tmp_path, gone
) -> None:
    with alone("order", kafka_address, tmp_path) as (process, port):
        body = {"customer_id": "cus-anna", "lines": [{"sku": "mug", "quantity": 1}]}
        native.pause("kafka") if gone == "paused" else native.kill("kafka")
        try:
            begun = time.monotonic()
            answer = httpx.post(f"http://127.0.0.1:{port}/orders", json=body, timeout=20, trust_env=False)
            waited = time.monotonic() - begun
            process.send_signal(signal.SIGTERM)
            said, _ = process.communicate(timeout=20)
        finally:
            native.resume("kafka") if gone == "paused" else native.start("kafka")
            asyncio.run(_kafka_answers(kafka_address))
    assert answer.status_code == 503, answer.text
    assert answer.headers["Retry-After"] == "2"
    assert "The order is in the book; Kafka has not taken the news." in answer.json()["detail"]
    assert waited < 7
    assert process.returncode == 0, said
    assert "Traceback" not in said
    with contextlib.closing(sqlite3.connect(tmp_path / "order.db")) as book:
        assert book.execute("SELECT status FROM orders").fetchall() == [("placed",)]


async def _kafka_answers(kafka: str) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with contextlib.suppress(KafkaError, OSError):
            await asyncio.wait_for(ensure_topics(kafka, new_prefix()), 10)
            return
        await asyncio.sleep(0.2)
    raise AssertionError("Kafka does not come back")


@contextlib.contextmanager
def alone(unit: str, kafka: str, folder: Path) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """Run one unit as a process of its own; yield it, working, and its port."""
    prefix, port = new_prefix(), free_port()
    asyncio.run(ensure_topics(kafka, prefix))
    env = {
        **os.environ,
        "LAB_KAFKA": kafka,
        "LAB_PREFIX": prefix,
        "LAB_PORT": str(port),
        "LAB_DATABASE_URL": f"sqlite+aiosqlite:///{folder / unit}.db",
    }
    with subprocess.Popen(
        [sys.executable, "-m", "lab.shop.unit", unit],
        cwd=shipped(), env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    ) as process:  # fmt: skip
        try:
            with RealShop(_Alone(port)) as shop:
                shop.await_unit(unit)
            yield process, port
        finally:
            process.kill()


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "Ctrl-C"])
def test_a_unit_that_is_asked_to_end_ends_cleanly(kafka_address, tmp_path, how) -> None:
    with alone("notification", kafka_address, tmp_path) as (process, _):
        process.send_signal(how)
        said, _ = process.communicate(timeout=30)
    assert process.returncode == 0, said
    assert "Traceback" not in said
    # It left its books closed: SQLite takes its write-ahead log away when the last connection is closed in peace.
    assert not (tmp_path / "notification.db-wal").exists()


class _Alone:
    """Where the one unit of a test answers."""

    def __init__(self, port: int) -> None:
        self._port = port

    def url(self, _: str) -> str:
        return f"http://127.0.0.1:{self._port}"
