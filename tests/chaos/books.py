"""What the shop's own books say when everything is over: read from the databases' files, past every service."""

import json
import sqlite3
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lab.shop.contracts import ENDED, TERMINAL
from lab.shop.scenario import first_delivery


def rows(folder: Path, book: str, statement: str) -> list[dict[str, Any]]:
    """The rows of one question to one book."""
    with closing(sqlite3.connect(f"file:{folder / book}.db?mode=ro", uri=True)) as connection:
        connection.row_factory = sqlite3.Row
        return [dict(row) for row in connection.execute(statement)]


@dataclass(frozen=True)
class Books:
    """All books of one shop, side by side, keyed by order id."""

    orders: dict[str, dict[str, Any]]
    sagas: dict[str, str]
    payments: dict[str, dict[str, Any]]
    bank: dict[str, dict[str, Any]]
    shelves: dict[str, dict[str, int]]
    reservations: list[dict[str, Any]]
    steps: dict[str, list[int]]

    @classmethod
    def read(cls, folder: Path) -> "Books":
        """Read everything."""
        steps: dict[str, list[int]] = {}
        log = "SELECT order_id, number FROM saga_log WHERE number > 0 ORDER BY order_id, number"
        for row in rows(folder, "mediator", log):
            steps.setdefault(row["order_id"], []).append(row["number"])
        return cls(
            {row["order_id"]: row for row in rows(folder, "order", "SELECT * FROM orders")},
            {row["order_id"]: row["state"] for row in rows(folder, "mediator", "SELECT * FROM saga")},
            {row["order_id"]: row for row in rows(folder, "payment", "SELECT * FROM payment")},
            {row["key"]: row for row in rows(folder, "bank", "SELECT * FROM entry")},
            {row["sku"]: row for row in rows(folder, "inventory", "SELECT * FROM shelf")},
            rows(folder, "inventory", "SELECT * FROM reservation"),
            steps,
        )

    def unfinished(self, promised: Sequence[str]) -> list[str]:
        """Orders that a customer was promised, and that have not come to their end, in either book."""
        return [
            one
            for one in promised
            if self.orders.get(one, {}).get("status") not in TERMINAL or self.sagas.get(one) not in ENDED
        ]

    def faults(self) -> list[str]:
        """Say what does not add up: money, stock, and whether the books agree with one another."""
        return [*self._money(), *self._stock(), *self._agreement()]

    def _money(self) -> list[str]:
        kept = {key: entry["amount_cents"] - entry["refunded_cents"] for key, entry in self.bank.items()}
        due = {one: order["total_cents"] for one, order in self.orders.items() if order["status"] == "delivered"}
        found = []
        if sum(kept.values()) != sum(due.values()):
            found.append(f"the bank keeps {sum(kept.values())} cents, and {sum(due.values())} are due")
        key_of = {payment["bank_key"]: one for one, payment in self.payments.items()}
        for key, cents in kept.items():
            if cents not in {0, due.get(key_of.get(key, ""), 0)}:
                found.append(f"the bank keeps {cents} cents for {key_of.get(key)}, whose order is due nothing like it")
        return found

    def _stock(self) -> list[str]:
        gone: Counter[str] = Counter()
        for order in self.orders.values():
            if order["status"] == "delivered":
                gone.update({line["sku"]: line["quantity"] for line in json.loads(order["lines"])})
        expected = {
            sku: {"sku": sku, "available": first - gone[sku], "reserved": 0, "committed": gone[sku]}
            for sku, first in first_delivery().items()
        }
        return [
            f"the shelf is {self.shelves[sku]}, not {row}" for sku, row in expected.items() if self.shelves[sku] != row
        ]

    def _agreement(self) -> list[str]:
        ends = {"delivered": "COMPLETED", "rejected": "REJECTED", "cancelled": "CANCELLED"}
        found = [
            f"{one} is {order['status']} to its customer and {self.sagas.get(one)} to the mediator"
            for one, order in self.orders.items()
            if self.sagas.get(one) != ends.get(order["status"])
        ]
        gaps = [one for one, numbers in self.steps.items() if numbers != list(range(1, len(numbers) + 1))]
        return [*found, *(f"the saga log of {one} has a gap" for one in gaps)]
