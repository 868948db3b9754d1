"""Places orders from the app, as a customer would: over HTTP, to the Order service."""

import asyncio
import random
import time
import uuid
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from textual.worker import Worker

from lab.errors import LabError
from lab.running import Running
from lab.shop.contracts import PRODUCTS
from lab.shop.scenario import first_delivery, scenario
from lab.shop.urls import ShopUrls
from tui.sheets.many import AskMany, Many

if TYPE_CHECKING:
    from lab.shop.client import ShopClient
    from tui.app import Orderlab

SHELVES_SECONDS: Final = 1.0
"""So long Inventory is waited for; what is not known of its shelves keeps nobody from ordering."""
JUST_NOW_SECONDS: Final = 20.0


class Placing:
    """The app's customers."""

    def __init__(self, app: "Orderlab") -> None:
        self._app = app
        self._last = Many()
        self._at_work: Worker[None] | None = None
        self._placed, self._placed_at = "", 0.0

    @property
    def just_placed(self) -> str:
        """Return the order that was placed a moment ago, one by itself; empty where none was."""
        return self._placed if time.monotonic() - self._placed_at < JUST_NOW_SECONDS else ""

    def accepted(self, order_id: str) -> None:
        """Note that an order was placed, and say so."""
        self._placed, self._placed_at = order_id, time.monotonic()
        on_shop = self._app.current_mode == "shop" and not self._app.order
        self._app.notify(f"{order_id} is in the book. {'f' if on_shop else '2, then f'} follows it.", timeout=4)

    def one(self) -> None:
        """Place one order."""
        if (shop := self._shop()) is not None:
            self._app.run_worker(place_one(self._app, shop), name="place", group="place")

    def many(self) -> None:
        """Ask how many, and place them; while some are being placed, stop that."""
        shop = self._shop()
        if shop is None:
            return
        if self._at_work is not None and self._at_work.is_running:
            self._at_work.cancel()
            self._app.notify("No more orders are placed; those that are placed go on.")
            return

        def begin(many: Many | None) -> None:
            if many is not None:
                self._last, self._placed = many, ""
                work = place_many(self._app, shop, many)
                self._at_work = self._app.run_worker(work, name="place many", group="place many")

        self._app.push_screen(AskMany(self._last), begin)

    def _shop(self) -> Running | None:
        shop = self._app.link.shop
        if shop is None:
            self._app.notify("The shop is closed, so nobody takes an order. 1 opens Start.", severity="warning")
        return shop


async def place_one(app: "Orderlab", shop: Running) -> None:
    """Place one order whose customer gets what they ask for. What goes wrong is said."""
    from lab.shop.client import ShopClient  # noqa: PLC0415  it brings an HTTP client, which the first frame needs not

    try:
        async with ShopClient(ShopUrls(shop.service_port)) as client:
            shelves = await _shelves(client) or first_delivery()
            plan = scenario(1, random.randrange(1_000_000), shelves)  # noqa: S311  no secret
            accepted = await client.place(plan.orders[0].body(), key=str(uuid.uuid4()))
    except LabError as error:
        app.trouble(error)
    else:
        app.placing.accepted(accepted.order_id)


async def place_many(app: "Orderlab", shop: Running, many: Many) -> None:
    """Place a seeded scenario at a steady rate, and say at the end what will become of it. What goes wrong is said."""
    placed, began = 0, time.monotonic()
    from lab.shop.client import ShopClient  # noqa: PLC0415  it brings an HTTP client, which the first frame needs not

    try:
        async with ShopClient(ShopUrls(shop.service_port)) as client:
            shelves = await _shelves(client)
            plan = scenario(many.count, many.seed, shelves or first_delivery())
            for order in plan.orders:
                await asyncio.sleep(max(0.0, began + placed / many.rate - time.monotonic()))
                await client.place(order.body(), key=str(uuid.uuid4()))
                placed += 1
    except LabError as error:
        app.trouble(error)
        app.notify(f"{placed} of {many.count} orders were placed, then it stopped.", severity="warning")
    else:
        endings = ", ".join(f"{number} {ending}" for ending, number in plan.counts.items())
        if shelves is None:
            endings += "; if the shelves are full, for Inventory did not say what is on them"
        app.notify(f"{placed} orders are placed. In the end (seed {many.seed}): {endings}.", timeout=8)


async def _shelves(client: "ShopClient") -> Mapping[str, int] | None:
    """Return the pieces that are free; None where Inventory does not answer."""
    try:
        async with asyncio.timeout(SHELVES_SECONDS):
            return await client.free(list(PRODUCTS))
    except (LabError, TimeoutError):
        return None
