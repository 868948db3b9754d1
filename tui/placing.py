"""Places orders from the app, as a customer would: over HTTP, to the Order service."""

import asyncio
import random
import time
import uuid
from typing import TYPE_CHECKING

from textual.worker import Worker

from lab.errors import LabError
from lab.running import Running
from lab.shop.contracts import PRODUCTS
from lab.shop.scenario import scenario
from lab.shop.urls import ShopUrls
from tui.sheets.many import AskMany, Many

if TYPE_CHECKING:
    from tui.app import Orderlab


class Placing:
    """The app's customers."""

    def __init__(self, app: "Orderlab") -> None:
        self._app = app
        self._last = Many()
        self._at_work: Worker[None] | None = None

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
                self._last = many
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
            plan = scenario(1, random.randrange(1_000_000), await client.free(list(PRODUCTS)))  # noqa: S311  no secret
            accepted = await client.place(plan.orders[0].body(), key=str(uuid.uuid4()))
    except LabError as error:
        app.trouble(error)
    else:
        app.notify(f"{accepted.order_id} is in the book. f follows it.", timeout=4)


async def place_many(app: "Orderlab", shop: Running, many: Many) -> None:
    """Place a seeded scenario at a steady rate, and say at the end what will become of it. What goes wrong is said."""
    placed, began = 0, time.monotonic()
    from lab.shop.client import ShopClient  # noqa: PLC0415  it brings an HTTP client, which the first frame needs not

    try:
        async with ShopClient(ShopUrls(shop.service_port)) as client:
            plan = scenario(many.count, many.seed, await client.free(list(PRODUCTS)))
            for order in plan.orders:
                await asyncio.sleep(max(0.0, began + placed / many.rate - time.monotonic()))
                await client.place(order.body(), key=str(uuid.uuid4()))
                placed += 1
    except LabError as error:
        app.trouble(error)
        app.notify(f"{placed} of {many.count} orders were placed, then it stopped.", severity="warning")
    else:
        endings = ", ".join(f"{number} {ending}" for ending, number in plan.counts.items())
        app.notify(f"{placed} orders are placed. In the end (seed {many.seed}): {endings}.", timeout=8)
