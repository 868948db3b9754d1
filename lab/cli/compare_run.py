"""Runs the comparison: both topologies on the running Kafka, what comes told as it comes, then what the books say."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import lab.home
from lab.chaos.site import Site
from lab.cli.choreography_run import Say, own_log
from lab.cli.compare import Only
from lab.cli.output import run as run_async
from lab.cli.say import aside
from lab.contrast.both import Both
from lab.contrast.columns import Columns
from lab.contrast.comparison import Comparison, Orders, routing_text, stuck_text
from lab.contrast.flow import Flow
from lab.contrast.routing import Routing, with_mediator, without_mediator
from lab.contrast.stuck import SILENCE_SECONDS, SILENT, Standing, Stuck, in_the_books, in_the_saga
from lab.errors import LabError
from lab.running import Running, recorded, running
from lab.shop.choreography.running import Choreography
from lab.shop.client import ShopClient
from lab.shop.contracts import CARD_OK, PRODUCTS, Item, State
from lab.shop.parts import Parts, read_choices
from lab.shop.scenario import Fate, PlannedOrder, scenario
from lab.shop.units import BY_NAME
from lab.shop.urls import ShopUrls
from lab.stack import engine_named

ONE_ORDER: Final = PlannedOrder("cus-anna", CARD_OK, (Item(sku="mug", quantity=1),))
_LOOK: Final = 0.1
_PATIENCE_SECONDS: Final = 20.0


@dataclass(frozen=True, slots=True)
class Wish:
    """What the command line asks for."""

    orders: int
    seed: int
    parts: frozenset[Only]
    messages: bool


def run(wish: Wish, say: Say) -> Comparison:
    """Compare, and say what comes. Raises NotRunning where no shop runs, unless only files are looked at."""
    found = Comparison()
    if wish.parts & {Only.ORDERS, Only.STUCK}:
        with own_log():
            found = run_async(_with_both(running(), wish, say), interrupted="Stopped. Everything of the shop runs.")
    if Only.STEP not in wish.parts:
        return found
    routing = _routing()
    say("")
    _all(say, routing_text(routing))
    return Comparison(found.orders, found.stuck, routing)


def _routing() -> tuple[Routing, Routing]:
    shop = recorded()
    return with_mediator(shop.phase if shop else 1, read_choices(lab.home.choices())), without_mediator()


async def _with_both(shop: Running, wish: Wish, say: Say) -> Comparison:
    async with Choreography(shop.kafka, shop.phase) as other, ShopClient(ShopUrls(shop.service_port)) as client:
        orders = await _orders(shop, wish, say, client, other) if Only.ORDERS in wish.parts else None
        if orders:
            _all(say, orders.text())
        stuck = None
        if Only.STUCK in wish.parts:
            say(f"\nOne more order in each, while {SILENT} is silent in both:")
            stuck = await _stuck(shop, client, other)
            _all(say, stuck_text(stuck))
        return Comparison(orders, stuck)


async def _orders(shop: Running, wish: Wish, say: Say, client: ShopClient, other: Choreography) -> Orders:
    for unit in BY_NAME:
        _site(shop).check(unit)
    plan = scenario(wish.orders, wish.seed, await client.free(tuple(PRODUCTS)))
    chosen = next((at for at, one in enumerate(plan.orders) if one.fate is Fate.DELIVERED), 0)
    columns = Columns(say, None if wish.messages else chosen)
    began = time.monotonic()
    async with _both(shop, other, columns) as both:
        await both.place(plan.orders, (client, other.client))
        await both.listen(lambda: both.over)
        flows = both.flows
        return Orders(plan, flows, time.monotonic() - began, await _asked(flows, chosen, client, other))


async def _asked(
    flows: tuple[Flow, Flow], chosen: int, client: ShopClient, other: Choreography
) -> tuple[str, str, str, Any]:
    one, its_twin = (list(flow.order_ids)[chosen] for flow in flows)
    return one, its_twin, str((await client.saga(one)).state), await other.kept(its_twin)


@asynccontextmanager
async def _both(shop: Running, other: Choreography, columns: Columns | None) -> AsyncIterator[Both]:
    both = Both(shop.kafka, (shop.prefix, other.prefix), lambda *_: None)
    if columns is not None:
        both.tell = partial(columns.hear, both.flows)
    async with both:
        yield both


async def _stuck(shop: Running, client: ShopClient, other: Choreography) -> Stuck:
    site = _site(shop)
    site.check(SILENT)
    async with _both(shop, other, None) as both:
        with site.put_right(SILENT):
            site.plain(site.engine.plain_command("stop", SILENT))
            site.engine.stop(SILENT)  # not in a thread: Ctrl-C would start it again before it has stopped
            await other.stop(SILENT)
            await both.place([ONE_ORDER], (client, other.client))
            one, its_twin = (next(iter(flow.order_ids)) for flow in both.flows)
            await both.listen(lambda: all(flow.per_order for flow in both.flows))
            await _until_it_stands(client, one)
            await asyncio.sleep(SILENCE_SECONDS)
            with_mediator = await _books(shop, client, one)
            without = in_the_books(await other.kept(its_twin))
        await asyncio.gather(site.await_units(SILENT), other.start(SILENT))
        await both.listen(lambda: both.over)
        ended = (both.flows[0].ended.get(one, "unfinished"), both.flows[1].ended.get(its_twin, "unfinished"))
    return Stuck(with_mediator, without, ended)


async def _until_it_stands(client: ShopClient, order_id: str) -> None:
    """Wait until the saga can go no further without Fulfilment."""
    until = time.monotonic() + _PATIENCE_SECONDS
    while (await client.saga(order_id)).state is not State.AWAITING_SHIPPING:
        if time.monotonic() > until:
            raise LabError(
                f"Order {order_id} did not come as far as its shipping.", f"See: uv run lab order show {order_id}"
            )
        await asyncio.sleep(_LOOK)


async def _books(shop: Running, client: ShopClient, order_id: str) -> tuple[Standing, ...]:
    rows = Parts(shop.phase, read_choices(lab.home.choices())).table()[0]
    order, payment = await client.order(order_id), await client.payment(order_id)
    others = (Standing("order.orders", str(order.status)), Standing("payment.payment", payment.status))
    letters = (Standing("notification.notification", one.status) for one in await client.notifications(order_id))
    return (in_the_saga(await client.saga(order_id), rows), *others, *letters)


def _site(shop: Running) -> Site:
    def plain(command: str) -> None:
        aside().print(f"The plain command: {command}", style="dim", markup=False, soft_wrap=True)

    return Site(engine_named(shop.engine), ShopUrls(shop.service_port), shop.kafka, shop.prefix, lambda _: None, plain)


def _all(say: Say, lines: Iterator[str]) -> None:
    for line in lines:
        say(line)
