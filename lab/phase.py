"""`lab phase N`: seeded orders through the whole shop, told as they go, and a summary that adds up.

"Adds up" is worked out from what the services themselves answer: each order ended as planned, the money that was kept
is the total of the delivered orders, and the pieces that left the shelves are those of the delivered orders.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from lab.errors import NotFound
from lab.shop.client import ShopClient
from lab.shop.contracts import PRODUCTS, TERMINAL, OrderStatus, OrderView, PaymentView
from lab.shop.scenario import PlannedOrder, Scenario, scenario

AT_ONCE: Final = 8
"""Orders that are on their way to the order service at the same time."""
PATIENCE_SECONDS: Final = 30.0
"""After so long without any order ending, those that are left count as unfinished."""
_LOOK: Final = 0.1


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run went. Money in cents; `pieces_gone`: by how much the shelves' committed pieces grew."""

    planned: Scenario
    ended: Counter[OrderStatus]
    unfinished: tuple[str, ...]
    otherwise: tuple[str, ...]  # orders that ended in another way than planned
    taken_cents: int
    given_back_cents: int
    delivered_cents: int
    pieces_gone: int
    pieces_delivered: int
    seconds: float

    @property
    def adds_up(self) -> bool:
        """Say whether all ended as planned, and money and stock agree with it."""
        return (
            not self.unfinished
            and not self.otherwise
            and self.taken_cents - self.given_back_cents == self.delivered_cents
            and self.pieces_gone == self.pieces_delivered
        )


async def run(client: ShopClient, orders: int, seed: int, *, progress: Callable[[int, int], None]) -> Outcome:
    """Place the orders of a scenario, wait for their ends, and check what the services say.

    `progress` is told (ended, all). Other people's orders in the same shop would disturb the sums: run it alone.
    """
    planned = scenario(orders, seed, await client.free(tuple(PRODUCTS)))
    gone_before = await _pieces_gone(client)
    began = time.monotonic()
    placed = await _place_all(client, planned.orders)
    views = await _await_ends(client, list(placed), progress)
    seconds = time.monotonic() - began
    payments = [payment for order_id in placed if (payment := await _payment(client, order_id))]
    delivered = [view for view in views.values() if view.status is OrderStatus.DELIVERED]
    pieces_delivered = sum(line.quantity for view in delivered for line in view.lines)
    return Outcome(
        planned=planned,
        ended=Counter(view.status for view in views.values()),
        unfinished=tuple(order_id for order_id in placed if order_id not in views),
        otherwise=tuple(order_id for order_id, view in views.items() if view.status is not placed[order_id].ending),
        taken_cents=sum(p.amount_cents for p in payments if p.status in {"captured", "refunded"}),
        given_back_cents=sum(p.amount_cents for p in payments if p.status == "refunded"),
        delivered_cents=sum(view.total_cents for view in delivered),
        pieces_gone=await _settled(client, gone_before, pieces_delivered),
        pieces_delivered=pieces_delivered,
        seconds=seconds,
    )


async def _place_all(client: ShopClient, orders: Sequence[PlannedOrder]) -> dict[str, PlannedOrder]:
    gate = asyncio.Semaphore(AT_ONCE)

    async def place(order: PlannedOrder) -> str:
        async with gate:
            return (await client.place(order.body())).order_id

    ids = await asyncio.gather(*(place(order) for order in orders))
    return dict(zip(ids, orders, strict=True))


async def _await_ends(
    client: ShopClient, waiting: list[str], progress: Callable[[int, int], None]
) -> dict[str, OrderView]:
    ended: dict[str, OrderView] = {}
    total, moved_at = len(waiting), time.monotonic()
    while waiting and time.monotonic() - moved_at < PATIENCE_SECONDS:
        views = [await client.order(order_id) for order_id in waiting[:AT_ONCE]]
        now = {view.order_id: view for view in views if view.status in TERMINAL}
        ended |= now
        still = [order_id for order_id in waiting if order_id not in now]
        # Those that were looked at and are not at their end go to the back, so that one stuck order hides none.
        waiting = still[AT_ONCE - len(now) :] + still[: AT_ONCE - len(now)]
        if now:
            moved_at = time.monotonic()
        else:
            await asyncio.sleep(_LOOK)
        progress(len(ended), total)
    return ended


async def _payment(client: ShopClient, order_id: str) -> PaymentView | None:
    try:
        return await client.payment(order_id)
    except NotFound:
        return None


async def _pieces_gone(client: ShopClient) -> int:
    return sum([(await client.stock(sku)).committed for sku in PRODUCTS])


async def _settled(client: ShopClient, before: int, expected: int) -> int:
    """Return how many pieces have gone; the last bookings may still be on their way, so look for two seconds."""
    for _ in range(20):
        gone = await _pieces_gone(client) - before
        if gone == expected:
            break
        await asyncio.sleep(_LOOK)
    return gone
