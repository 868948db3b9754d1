"""`lab order place`, `list`, `show`: what a customer does, and what became of it."""

import asyncio
import time
from collections.abc import Awaitable, Sequence
from datetime import UTC, datetime
from typing import Any, Final, TypeVar

from lab.cli.flow import resolve
from lab.cli.output import run, show_table, tell
from lab.cli.say import as_json
from lab.cli.where import Where, where
from lab.errors import LabError, NotFound, NotRunning
from lab.shop.client import ShopClient
from lab.shop.contracts import (
    CUSTOMERS,
    ORDERS_INITIATING,
    PRODUCTS,
    TERMINAL,
    Accepted,
    OrderView,
    PaymentView,
    SagaView,
)
from lab.shop.overview import TELLING, OrderRow, overview
from lab.shop.scenario import PlannedOrder, scenario
from lab.shop.tap import snapshot
from lab.shop.wording import basket, clean, money, plural

T = TypeVar("T")
STILL_SECONDS: Final = 5
"""Longer than any step of the shop takes: an order that stands still so long waits for somebody."""


def place(orders: Sequence[PlannedOrder] | None, *, count: int, seed: int, rate: float | None, as_object: bool) -> None:
    """Place these orders, or a seeded scenario of so many; `rate` in orders a second."""
    run(_place(where(), orders, count, seed, rate, as_object=as_object), interrupted="Stopped; what is placed stays.")


async def _place(
    place: Where, orders: Sequence[PlannedOrder] | None, count: int, seed: int, rate: float | None, *, as_object: bool
) -> None:
    expected: dict[str, int] | None = None
    async with ShopClient(place.services()) as shop:
        if orders is None:
            plan = scenario(count, seed, await shop.free(list(PRODUCTS)))
            orders, expected = plan.orders, plan.counts
        began, placed = time.monotonic(), list[Accepted]()
        for number, order in enumerate(orders):
            if rate:
                await asyncio.sleep(max(0.0, began + number / rate - time.monotonic()))
            placed.append(await shop.place(order.body()))
            if not as_object:
                _say_placed(order, placed[-1], f"{place.services().url('order')}{placed[-1].status_url}")
    if as_object:
        as_json({"orders": [one.model_dump(mode="json") for one in placed], "expected": expected})
        return
    if expected:
        tell(f"\nIn the end (seed {seed}): {', '.join(f'{number} {ending}' for ending, number in expected.items())}.")
    last = placed[-1].order_id
    every = "uv run lab order list" if len(placed) > 1 else f"uv run lab order show {last}"
    tell(f"\nNow watch it:  uv run lab order follow {last}\nor look:       {every}")


def _say_placed(order: PlannedOrder, accepted: Accepted, url: str) -> None:
    customer = CUSTOMERS.get(order.customer_id)
    name = customer.name if customer else clean(order.customer_id, 24)
    total = money(accepted.total_cents, accepted.currency)
    tell(f"{clean(accepted.order_id)}  {basket(order.lines)} for {name}, {total}\n  {clean(url)}")


def show_all(limit: int, *, as_object: bool) -> None:
    """List the newest orders, the newest last."""
    here = where()
    rows = overview(run(snapshot(here.kafka, here.prefix, topics=TELLING)))
    if as_object:
        as_json({"total": len(rows), "orders": [_row(row) for row in rows[-limit:]]})
        return
    if not rows:
        raise NotFound("No order has been placed yet.", "Place one: uv run lab order place")
    show_table(
        ("placed", "order", "status", "customer", "what", "total"),
        [
            (
                f"{datetime.fromtimestamp(row.placed_ms / 1000):%H:%M:%S}",  # noqa: DTZ006  the reader's own clock
                clean(row.order_id, 40),
                row.status,
                clean(row.order.customer_name, 16),
                basket(row.order.lines),
                money(row.order.total_cents, row.order.currency),
            )
            for row in rows[-limit:]
        ],
    )
    if len(rows) > limit:
        tell(f"{plural(len(rows) - limit, 'older order')} not shown: uv run lab order list --limit {len(rows)}")


def _row(row: OrderRow) -> dict[str, Any]:
    return {
        "order_id": row.order_id,
        "status": str(row.status),
        "placed_ms": row.placed_ms,
        "customer_id": row.order.customer_id,
        "lines": [line.model_dump() for line in row.order.lines],
        "total_cents": row.order.total_cents,
        "currency": row.order.currency,
    }


def show(order: str, *, as_object: bool) -> None:
    """Show one order: what each service says of it."""
    run(_show(where(), order, as_object=as_object))


async def _show(place: Where, order: str, *, as_object: bool) -> None:
    order_id = await resolve(place, order)
    async with ShopClient(place.services()) as shop:
        found = await shop.order(order_id)
        saga, payment, told = await asyncio.gather(
            _or_error(shop.saga(order_id)), _or_error(shop.payment(order_id)), _or_error(shop.notifications(order_id))
        )
    if as_object:
        parts = {"saga": saga, "payment": payment, "notifications": told}
        as_json({"order": _data(found), **{name: _data(part) for name, part in parts.items()}})
        return
    _say_order(found)
    tell(f"  mediator      {saga.what if isinstance(saga, LabError) else _steps(saga.state, len(saga.log))}")
    tell(f"  payment       {payment.what if isinstance(payment, LabError) else _paid(payment)}")
    if isinstance(told, LabError):
        tell(f"  notification  {told.what}")
    else:
        texts = [f"{one.template}: {one.status}" + (f" ({clean(one.reason)})" if one.reason else "") for one in told]
        tell(f"  notification  {'; '.join(texts) or 'the customer has been told nothing yet'}")
    if found.status not in TERMINAL:
        tell(await _goes_on(place, order_id, saga))


async def _goes_on(place: Where, order_id: str, saga: SagaView | LabError) -> str:
    """Say what is known about the way of an order that has not ended, and no more."""
    if isinstance(saga, NotFound) and not await _on_kafka(place, order_id):
        return "Kafka has no message about it: nobody else knows of it."
    moves = "Watch it" if isinstance(saga, LabError) else _moves(saga, datetime.now(UTC))
    return f"{moves}: uv run lab order follow {clean(order_id)}"


async def _on_kafka(place: Where, order_id: str) -> bool:
    try:
        seen = await snapshot(place.kafka, place.prefix, topics=(ORDERS_INITIATING,))
    except NotRunning:
        return True  # who cannot look must not say that it is not there
    return any(one.order_id == order_id for one in seen)


def _moves(saga: SagaView, now: datetime) -> str:
    """`It goes on`, or for how long it has not."""
    still = int((now - _aware(saga.updated_at)).total_seconds())
    return f"It has not moved for {still} s" if still >= STILL_SECONDS else "It goes on"


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _say_order(order: OrderView) -> None:
    known = CUSTOMERS.get(order.customer_id)
    name = known.name if known else clean(order.customer_id, 24)
    why = f": {clean(order.reason)}" if order.reason else ""
    tell(f"{clean(order.order_id)} is {order.status}{why}")
    when = _aware(order.placed_at).astimezone().strftime("%H:%M:%S")
    tell(f"  order         {basket(order.lines)} for {name}, {money(order.total_cents, order.currency)}, placed {when}")


def _steps(state: str, steps: int) -> str:
    return f"{state}, after {plural(steps, 'message')}"


def _paid(payment: PaymentView) -> str:
    why = f" ({clean(payment.reason)})" if payment.reason else ""
    return f"{clean(payment.status, 24)} {money(payment.amount_cents, payment.currency)}{why}"


async def _or_error(asking: Awaitable[T]) -> T | LabError:
    """Let one silent service not hide what the others say."""
    try:
        return await asking
    except LabError as error:
        return error


def _data(part: Any) -> Any:
    if isinstance(part, LabError):
        return None if isinstance(part, NotFound) else {"error": part.what}
    if isinstance(part, tuple):
        return [_data(one) for one in part]
    return part.model_dump(mode="json")
