"""A whole shop inside the test's own process: the real units on the real broker, with parts of the test's choice."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

import httpx

from lab.shop.contracts import TERMINAL
from lab.shop.parts import Parts
from lab.shop.runtime.service import Service, build_app
from lab.shop.runtime.settings import Settings
from lab.shop.runtime.topics import ensure_topics
from lab.shop.units import UNITS

PATIENCE_SECONDS = 30.0


@dataclass
class Shop:
    """A running shop: its units, a client for each, and what a customer can do."""

    kafka: str
    prefix: str
    services: dict[str, Service] = field(default_factory=dict)
    clients: dict[str, httpx.AsyncClient] = field(default_factory=dict)

    async def place(self, **order: Any) -> str:
        """Place an order that is accepted; return its id."""
        body = {"customer_id": "cus-anna", "lines": [{"sku": "mug", "quantity": 2}], **order}
        answer = await self.clients["order"].post("/orders", json=body)
        assert answer.status_code == 202, answer.text
        return str(answer.json()["order_id"])

    async def status(self, order_id: str) -> str:
        """What the customer is told now."""
        return str((await self.clients["order"].get(f"/orders/{order_id}")).json()["status"])

    async def ending(self, order_id: str) -> str:
        """Wait for the order's end; return its last status."""
        await until(lambda: self._ended(order_id), f"{order_id} ends")
        return await self.status(order_id)

    async def saga(self, order_id: str) -> dict[str, Any]:
        """The mediator's view of the order."""
        return dict((await self.clients["mediator"].get(f"/sagas/{order_id}")).json())

    async def _ended(self, order_id: str) -> bool:
        return await self.status(order_id) in TERMINAL


async def until(condition: Callable[[], Any], what: str, seconds: float = PATIENCE_SECONDS) -> None:
    """Wait until the condition (maybe a coroutine function) holds."""
    deadline = asyncio.get_running_loop().time() + seconds
    while asyncio.get_running_loop().time() < deadline:
        result = condition()
        if asyncio.iscoroutine(result):
            result = await result
        if result:
            return
        await asyncio.sleep(0.03)
    raise AssertionError(f"after {seconds:g} seconds it is still not so that {what}")


def sqlite(folder: Path) -> Callable[[str], str]:
    """Databases as files of this folder."""
    return lambda unit: f"sqlite+aiosqlite:///{folder / unit}.db"


def postgres(url: str, prefix: str) -> Callable[[str], str]:
    """Databases on a PostgreSQL server, named after the prefix."""
    base = url.replace("postgresql://", "postgresql+asyncpg://", 1)
    return lambda unit: f"{base}/{prefix.strip('.')}_{unit}"


def new_prefix() -> str:
    """A prefix for topics and groups that nobody else uses."""
    return f"t{uuid.uuid4().hex[:8]}."


@asynccontextmanager
async def open_shop(
    kafka: str,
    databases: Callable[[str], str],
    *,
    prefix: str | None = None,
    parts: Callable[[], Parts] = lambda: Parts(1),
    settings: Mapping[str, Any] | None = None,
) -> AsyncIterator[Shop]:
    """Open a shop on topics and databases of its own; it is closed at the end."""
    shop = Shop(kafka, prefix or new_prefix())
    await ensure_topics(kafka, shop.prefix, phase=parts().phase)
    async with AsyncExitStack() as stack:
        for unit in UNITS:
            told = {
                "kafka": kafka,
                "prefix": shop.prefix,
                "database_url": databases(unit.name),
                "bank_url": databases("bank"),
                "transit_seconds": 0.1,
                "bank_seconds": 0.001,
                **(settings or {}),
            }
            service = Service(import_module(unit.blueprint).BLUEPRINT, Settings(**told), parts())
            shop.services[unit.name] = await stack.enter_async_context(service)
            transport = httpx.ASGITransport(build_app(service), raise_app_exceptions=False)
            client = httpx.AsyncClient(transport=transport, base_url=f"http://{unit.name}")
            shop.clients[unit.name] = await stack.enter_async_context(client)
        await until(lambda: all(s.pulse.assigned for s in shop.services.values()), "all units read their topics")
        yield shop
