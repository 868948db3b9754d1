"""Units that are stopped, killed and started again: nothing that waited is lost, and the order goes on."""

import asyncio
import os
import signal
import subprocess
import sys
import time

import pytest

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


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "Ctrl-C"])
def test_a_unit_that_is_asked_to_end_ends_cleanly(kafka_address, tmp_path, how) -> None:
    prefix, port = new_prefix(), free_port()
    asyncio.run(ensure_topics(kafka_address, prefix))
    env = {
        **os.environ,
        "LAB_KAFKA": kafka_address,
        "LAB_PREFIX": prefix,
        "LAB_PORT": str(port),
        "LAB_DATABASE_URL": f"sqlite+aiosqlite:///{tmp_path / 'n.db'}",
    }
    with subprocess.Popen(
        [sys.executable, "-m", "lab.shop.unit", "notification"],
        cwd=shipped(), env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    ) as process:  # fmt: skip
        try:
            with RealShop(_Alone(port)) as shop:
                shop.await_unit("notification")
            process.send_signal(how)
            said, _ = process.communicate(timeout=30)
        finally:
            process.kill()
    assert process.returncode == 0, said
    assert "Traceback" not in said
    # It left its books closed: SQLite takes its write-ahead log away when the last connection is closed in peace.
    assert not (tmp_path / "n.db-wal").exists()


class _Alone:
    """Where the one unit of a test answers."""

    def __init__(self, port: int) -> None:
        self._port = port

    def url(self, _: str) -> str:
        return f"http://127.0.0.1:{self._port}"
