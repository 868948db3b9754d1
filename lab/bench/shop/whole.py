"""The shop itself: every unit of phase 2 in this one process, on SQLite, each with its own database in a folder."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from importlib import import_module
from pathlib import Path
from typing import Final

from sqlalchemy import func, insert, select, update

from lab.bench.shop.counting import until
from lab.bench.shop.flow import order_ids
from lab.shop.contracts import CURRENCY, OrderStatus
from lab.shop.parts import Parts
from lab.shop.runtime import garbage
from lab.shop.runtime.service import Service
from lab.shop.runtime.settings import Settings
from lab.shop.services.inventory.tables import Shelf
from lab.shop.services.order.tables import OrderRow
from lab.shop.units import UNITS

PHASE: Final = 2
_MUGS_PER_ORDER: Final = 2


@asynccontextmanager
async def shop(kafka: str, prefix: str, folder: Path, orders: int, *, many: bool) -> AsyncIterator[Callable[[], int]]:
    """Open the shop; yield what tells how many deliveries it has handled.

    The orders are in Order's book already, and the shelves are full: how an order is placed is not what is measured.
    Parcels arrive at once, and the bank answers at once: what other companies take is not measured either.
    """
    async with AsyncExitStack() as stack:
        services = {}
        for unit in UNITS:
            settings = Settings(
                phase=PHASE,
                kafka=kafka,
                prefix=prefix,
                database_url=_database(folder, unit.name),
                bank_url=_database(folder, "bank"),
                bank_seconds=0.0,
                transit_seconds=0.0,
            )
            service = Service(import_module(unit.blueprint).BLUEPRINT, settings, Parts(PHASE, many=many))
            services[unit.name] = await stack.enter_async_context(service)
        await _fill(services, orders)
        await until(lambda: all(service.pulse.assigned for service in services.values()))
        garbage.settle()
        yield lambda: sum(service.pulse.handled for service in services.values())
        await _check(services, orders)


async def _check(services: dict[str, Service], orders: int) -> None:
    """Raise unless every order was delivered: a figure of a shop that lost one counts for nothing."""
    counting = select(func.count()).where(OrderRow.status == OrderStatus.DELIVERED)
    async with services["order"].context.store.reading() as session:
        delivered = await session.scalar(counting)
    if delivered != orders:
        raise RuntimeError(f"{delivered} of {orders} orders were delivered")


def _database(folder: Path, name: str) -> str:
    return f"sqlite+aiosqlite:///{folder / name}.db"


async def _fill(services: dict[str, Service], orders: int) -> None:
    placed = [
        {
            "order_id": order_id,
            "status": OrderStatus.PLACED,
            "customer_id": "cus-anna",
            "lines": [{"sku": "mug", "quantity": _MUGS_PER_ORDER, "unit_cents": 1250}],
            "total_cents": 2500,
            "currency": CURRENCY,
        }
        for order_id in order_ids(orders)
    ]
    async with services["order"].context.store.writing() as session:
        await session.execute(insert(OrderRow), placed)
        await session.commit()
    async with services["inventory"].context.store.writing() as session:
        await session.execute(update(Shelf).values(available=_MUGS_PER_ORDER * orders + 1))
        await session.commit()
