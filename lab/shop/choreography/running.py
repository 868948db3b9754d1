"""All processors in one process, on a real Kafka and on databases of their own: place an order, ask where it stands."""

import asyncio
import tempfile
from contextlib import AsyncExitStack
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Final, Self

import httpx
from sqlalchemy import select

from lab.shop.choreography.carrying import CarryingParts
from lab.shop.choreography.channels import channels, new_prefix
from lab.shop.choreography.processor import by_itself
from lab.shop.choreography.table import LISTENS
from lab.shop.client import ShopClient
from lab.shop.parts import read_choices
from lab.shop.runtime.service import Service, build_app
from lab.shop.runtime.settings import Settings
from lab.shop.units import BY_NAME
from lab.shop.urls import ShopUrls

_LOOK_SECONDS: Final = 0.02


@dataclass(frozen=True, slots=True)
class Kept:
    """What one database says of an order: `table` as `order.orders`, `says` the status of its rows."""

    table: str
    says: str


class Choreography:
    """Use as an async context manager: all processors run inside it, and nothing is left of them after it.

    client: what a customer can do, in the processors' own HTTP.
    """

    def __init__(self, kafka: str, phase: int = 1) -> None:
        self.kafka, self.prefix, self._phase = kafka, new_prefix(), phase
        self._stack, self._runs = AsyncExitStack(), dict[str, Service]()
        self._folder: Path
        self.client: ShopClient

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            self._folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="lab-choreography-")))
            await stack.enter_async_context(channels(self.kafka, self.prefix))
            stack.push_async_callback(self._stop_all)
            await asyncio.gather(*map(self.start, LISTENS))
            transport = httpx.ASGITransport(build_app(self._runs["order"]))
            self.client = await stack.enter_async_context(ShopClient(ShopUrls(1), transport=transport))
            self._stack = stack.pop_all()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    async def start(self, name: str) -> None:
        """Start a processor; return when it reads its topics."""
        blueprint = by_itself(import_module(BY_NAME[name].blueprint).BLUEPRINT, LISTENS[name])
        settings = Settings(
            phase=self._phase,
            kafka=self.kafka,
            prefix=self.prefix,
            database_url=f"sqlite+aiosqlite:///{self._folder / name}.db",
            bank_url=f"sqlite+aiosqlite:///{self._folder}/bank.db",
        )
        parts = CarryingParts(self._phase, read_choices(settings.choices))
        service = self._runs[name] = await Service(blueprint, settings, parts).__aenter__()
        while not service.pulse.assigned and not service.failed.is_set():  # noqa: ASYNC110  aiokafka sets it
            await asyncio.sleep(_LOOK_SECONDS)

    async def stop(self, name: str) -> None:
        """Stop a processor; what it has kept stays."""
        await self._runs.pop(name).__aexit__(None, None, None)

    async def _stop_all(self) -> None:
        await asyncio.gather(*map(self.stop, list(self._runs)))

    async def kept(self, order_id: str) -> list[Kept]:
        """Ask every database that runs what it has of an order: where the state is, when nobody leads."""
        found: list[Kept] = []
        for name, service in ((name, self._runs[name]) for name in LISTENS if name in self._runs):
            async with service.context.store.reading() as session:
                for table in service.blueprint.tables.sorted_tables:
                    if "order_id" in table.c and "status" in table.c:
                        rows: Any = await session.execute(select(table.c.status).where(table.c.order_id == order_id))
                        says = ", ".join(dict.fromkeys(rows.scalars()))
                        found += [Kept(f"{name}.{table.name}", says)] if says else []
        return found
