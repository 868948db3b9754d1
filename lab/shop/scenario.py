"""Seeded customers: orders whose endings are known before they are placed, whatever happens at the same time.

The promise holds because the orders of one scenario cannot get in each other's way: together they never ask for more
than lies on the shelves, and those that are to find an empty shelf ask for more than was ever on it.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from lab.errors import WrongUsage
from lab.shop.contracts import CARD_OK, CARD_REFUSED, PIECES_AT_MOST, PRODUCTS, Item, OrderStatus

EVERY_ENDING_FROM: Final = 10
"""From so many orders up each kind of story comes at least once; fewer are all delivered."""


class Fate(StrEnum):
    """What is to become of an order, and why."""

    DELIVERED = "delivered"
    DELIVERED_UNTOLD = "delivered, though the customer's letter box is full"
    OUT_OF_STOCK = "out of stock"
    CARD_REFUSED = "card refused"
    NO_CARRIER = "no carrier goes there"


ENDING_OF: Final[Mapping[Fate, OrderStatus]] = {
    Fate.DELIVERED: OrderStatus.DELIVERED,
    Fate.DELIVERED_UNTOLD: OrderStatus.DELIVERED,
    Fate.OUT_OF_STOCK: OrderStatus.REJECTED,
    Fate.CARD_REFUSED: OrderStatus.REJECTED,
    Fate.NO_CARRIER: OrderStatus.CANCELLED,
}

SHARES: Final[Mapping[Fate, float]] = {
    Fate.OUT_OF_STOCK: 0.12,
    Fate.CARD_REFUSED: 0.08,
    Fate.NO_CARRIER: 0.08,
    Fate.DELIVERED_UNTOLD: 0.04,
}
"""Of all orders; the others are delivered."""

REACHABLE: Final = ("cus-anna", "cus-bea", "cus-carl", "cus-dina")
FULL_LETTER_BOX: Final = "cus-gus"
NO_CARRIER: Final = "cus-finn"
_FEW: Final = "poster"  # two were ever delivered
_PIECES_OF_ONE: Final = 3
_PRODUCTS_IN_ONE: Final = 2


@dataclass(frozen=True, slots=True)
class PlannedOrder:
    """One order of a scenario, and what will become of it."""

    customer_id: str
    card: str
    lines: tuple[Item, ...]
    fate: Fate = Fate.DELIVERED

    @property
    def ending(self) -> OrderStatus:
        """Return the status it will end in: delivered, rejected or cancelled."""
        return ENDING_OF[self.fate]

    def body(self) -> dict[str, Any]:
        """Return the JSON of its POST /orders."""
        lines = [line.model_dump() for line in self.lines]
        return {"customer_id": self.customer_id, "card": self.card, "lines": lines}


@dataclass(frozen=True, slots=True)
class Scenario:
    """A row of orders that follows from seed and shelves alone."""

    seed: int
    orders: tuple[PlannedOrder, ...]

    def count(self, ending: OrderStatus) -> int:
        """Return how many orders will end like this."""
        return sum(order.ending is ending for order in self.orders)

    @property
    def counts(self) -> dict[str, int]:
        """Return `{"delivered": …, "rejected": …, "cancelled": …}`."""
        return {str(ending): self.count(ending) for ending in _ENDINGS}


_ENDINGS: Final = (OrderStatus.DELIVERED, OrderStatus.REJECTED, OrderStatus.CANCELLED)


def first_delivery() -> dict[str, int]:
    """Return the shelves as they are when the shop opens."""
    return {sku: product.first_delivery for sku, product in PRODUCTS.items()}


def scenario(orders: int, seed: int, stock: Mapping[str, int]) -> Scenario:
    """Plan so many orders. Pure: the same arguments give the same scenario.

    stock: the pieces free on each shelf now. Raises WrongUsage when they are too few for so many orders.
    """
    if orders < 1:
        raise WrongUsage(f"A scenario of {orders} orders has nothing to show.", "Ask for one order at least.")
    rng = random.Random(f"orderlab {seed}")  # noqa: S311  repeatable is the point
    fates = _fates(orders)
    rng.shuffle(fates)
    shelves = _Shelves({sku: free for sku, free in stock.items() if sku in PRODUCTS and sku != _FEW})
    shelves.keep_for(sum(fate is not Fate.OUT_OF_STOCK for fate in fates))
    return Scenario(seed, tuple(_plan(fate, shelves, stock, rng) for fate in fates))


def _fates(orders: int) -> list[Fate]:
    if orders < EVERY_ENDING_FROM:
        return [Fate.DELIVERED] * orders
    special = [fate for fate, share in SHARES.items() for _ in range(max(1, round(orders * share)))]
    return special + [Fate.DELIVERED] * (orders - len(special))


class _Shelves:
    """The pieces that the scenario may still ask for; one is kept back for each order that is still to come."""

    def __init__(self, free: dict[str, int]) -> None:
        self._free, self._kept = free, 0

    def keep_for(self, orders: int) -> None:
        self._kept = orders
        free = sum(self._free.values())
        if free < orders:
            raise WrongUsage(
                f"The shelves are too empty: {free} pieces are left, and {orders} orders need one each.",
                "Ask for fewer orders; or `uv run lab down --volumes` gives you full shelves again.",
            )

    def take(self, rng: random.Random) -> tuple[Item, ...]:
        """Fill one basket."""
        self._kept -= 1
        lines: list[Item] = []
        for _ in range(rng.randint(1, _PRODUCTS_IN_ONE)):
            spare = sum(self._free.values()) - self._kept
            skus = sorted(sku for sku, free in self._free.items() if free and sku not in {line.sku for line in lines})
            if not spare or not skus:
                break
            sku = rng.choice(skus)
            quantity = rng.randint(1, min(_PIECES_OF_ONE, self._free[sku], spare))
            self._free[sku] -= quantity
            lines.append(Item(sku=sku, quantity=quantity))
        return tuple(lines)


def _plan(fate: Fate, shelves: _Shelves, stock: Mapping[str, int], rng: random.Random) -> PlannedOrder:
    if fate is Fate.OUT_OF_STOCK:
        ever = max(stock.get(_FEW, 0), PRODUCTS[_FEW].first_delivery)
        if ever >= PIECES_AT_MOST:
            raise WrongUsage(
                f"There are {ever} posters, so nobody can ask for too many: one order takes {PIECES_AT_MOST} at most.",
                "`uv run lab down --volumes` gives you the first shelves again.",
            )
        lines = (Item(sku=_FEW, quantity=rng.randint(ever + 1, min(PIECES_AT_MOST, ever + 10))),)
        return PlannedOrder(rng.choice(REACHABLE), CARD_OK, lines, fate)
    customer = {Fate.DELIVERED_UNTOLD: FULL_LETTER_BOX, Fate.NO_CARRIER: NO_CARRIER}.get(fate) or rng.choice(REACHABLE)
    card = CARD_REFUSED if fate is Fate.CARD_REFUSED else CARD_OK
    return PlannedOrder(customer, card, shelves.take(rng), fate)
