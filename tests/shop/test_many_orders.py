"""Many orders at once through the real processes, and the books of all services held against each other.

The truth is read from the databases' own files, not from what the services say of themselves.
"""

import asyncio
import json
import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

import lab.phase
import lab.stack
from lab.shop.client import ShopClient
from lab.shop.contracts import ENDED, PRODUCTS, State
from lab.shop.parts import Parts
from lab.shop.ports import On
from lab.shop.urls import ShopUrls
from tests.shop.real_shop import RealShop, until

ORDERS = 200
KEPT = ("confirmed", "shipped", "delivered")


def rows(folder: Path, unit: str, query: str) -> list[dict[str, Any]]:
    """What a unit's own database holds; the file cannot be written from here."""
    with closing(sqlite3.connect(f"file:{folder / unit}.db?mode=ro", uri=True)) as database:
        database.row_factory = sqlite3.Row
        return [dict(row) for row in database.execute(query)]


@pytest.mark.slow
@pytest.mark.timeout(300)  # where others use the machine it takes more than a minute
def test_two_hundred_orders_all_end_and_all_books_agree(stack) -> None:
    with RealShop(stack) as shop:
        shop.await_quiet()
    outcome = asyncio.run(_run(stack))
    assert outcome.unfinished == ()
    assert outcome.adds_up
    assert sum(outcome.ended.values()) == ORDERS
    assert dict(outcome.ended) == {ending: count for ending, count in outcome.planned.counts.items() if count}

    folder = lab.stack.data_folder()
    with RealShop(stack) as shop:
        shop.await_quiet()
        until(lambda: _has_settled(folder), "the last answers are written down")
    assert len(rows(folder, "order", "SELECT * FROM orders")) >= ORDERS
    _every_order_and_its_saga_are_at_the_same_end(folder)
    _every_saga_log_is_a_path_of_the_table(folder)
    _the_stock_adds_up(folder)
    _the_money_adds_up(folder)
    _the_report_is_that_of_the_order_book(stack, folder)


async def _run(stack) -> lab.phase.Outcome:
    async with ShopClient(ShopUrls(stack.service_port)) as client:
        return await lab.phase.run(client, ORDERS, 20, progress=lambda ended, of: None)


def _has_settled(folder: Path) -> bool:
    """Nothing is on its way any more: the answers that nobody waits for have come, too."""
    reserved = rows(folder, "inventory", "SELECT * FROM shelf WHERE reserved > 0")
    facts = "SELECT * FROM order_fact WHERE created AND (delivered OR rejected OR cancelled)"
    facts_ended = len(rows(folder, "analytics", facts))
    return not reserved and facts_ended == len(rows(folder, "order", "SELECT order_id FROM orders"))


def _every_order_and_its_saga_are_at_the_same_end(folder: Path) -> None:
    orders = {row["order_id"]: row["status"] for row in rows(folder, "order", "SELECT * FROM orders")}
    sagas = {row["order_id"]: row["state"] for row in rows(folder, "mediator", "SELECT * FROM saga")}
    ends = {"delivered": "COMPLETED", "rejected": "REJECTED", "cancelled": "CANCELLED"}
    assert {order_id: ends.get(status, status) for order_id, status in orders.items()} == sagas


def _every_saga_log_is_a_path_of_the_table(folder: Path) -> None:
    table, _ = Parts(1).table()
    log = rows(folder, "mediator", "SELECT * FROM saga_log ORDER BY order_id, number")
    assert not [entry for entry in log if entry["number"] == 0 or entry["kind"] == "unexpected"]
    for saga in rows(folder, "mediator", "SELECT * FROM saga"):
        steps = [entry for entry in log if entry["order_id"] == saga["order_id"]]
        assert [step["number"] for step in steps] == list(range(1, saga["steps"] + 1))
        state, heard = State.NEW, set()
        for step in steps:
            on = On(step["name"], step["outcome"])
            row = table.get((state, on))
            assert step["from_state"] == state
            if step["kind"] == "move":
                assert row is not None
                assert row.to == step["to_state"]
            else:
                assert on in heard or row is not None
                assert step["to_state"] == state
            state = State(step["to_state"])
            heard.add(on)
        assert state == saga["state"]
        assert state in ENDED


def _the_stock_adds_up(folder: Path) -> None:
    sold: Counter[str] = Counter()
    for order in rows(folder, "order", "SELECT * FROM orders WHERE status = 'delivered'"):
        for line in json.loads(order["lines"]):
            sold[line["sku"]] += line["quantity"]
    shelves = {row["sku"]: row for row in rows(folder, "inventory", "SELECT * FROM shelf")}
    assert set(shelves) == set(PRODUCTS)
    for sku, shelf in shelves.items():
        assert shelf["available"] + shelf["reserved"] + shelf["committed"] == PRODUCTS[sku].first_delivery, sku
        assert (shelf["reserved"], shelf["committed"]) == (0, sold[sku]), sku
    booked: Counter[str] = Counter()
    for reservation in rows(folder, "inventory", "SELECT * FROM reservation"):
        assert reservation["status"] in {"committed", "released", "refused"}
        booked[reservation["sku"]] += reservation["quantity"] * (reservation["status"] == "committed")
    assert +booked == +sold


def _the_money_adds_up(folder: Path) -> None:
    orders = {row["order_id"]: row for row in rows(folder, "order", "SELECT * FROM orders")}
    bank = {row["key"]: row for row in rows(folder, "bank", "SELECT * FROM entry")}
    payments = rows(folder, "payment", "SELECT * FROM payment")
    assert {payment["bank_key"] for payment in payments} == set(bank)
    for payment in payments:
        order, entry = orders[payment["order_id"]], bank[payment["bank_key"]]
        assert payment["amount_cents"] == order["total_cents"]
        taken = 0 if payment["status"] == "declined" else payment["amount_cents"]
        given_back = taken if payment["status"] == "refunded" else 0
        assert (entry["approved"], entry["amount_cents"], entry["refunded_cents"]) == (taken > 0, taken, given_back)
        assert (payment["status"] == "captured") is (order["status"] in KEPT)
    earned = sum(entry["amount_cents"] - entry["refunded_cents"] for entry in bank.values())
    assert earned == sum(order["total_cents"] for order in orders.values() if order["status"] in KEPT)


def _the_report_is_that_of_the_order_book(stack, folder: Path) -> None:
    orders = rows(folder, "order", "SELECT * FROM orders")
    counts = Counter(order["status"] for order in orders)
    book = {
        "orders": len(orders),
        "confirmed": counts["delivered"] + counts["cancelled"],
        "delivered": counts["delivered"],
        "rejected": counts["rejected"],
        "cancelled": counts["cancelled"],
        "revenue_cents": sum(order["total_cents"] for order in orders if order["status"] == "delivered"),
    }
    with RealShop(stack) as shop:
        assert shop.get("analytics", "/report") == book
