"""How a unit is put together: database, Kafka, the consume loop, chores and HTTP, started and stopped in this order."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Self

import structlog
from aiokafka.errors import KafkaConnectionError
from fastapi import FastAPI

from lab import __version__
from lab.shop import ports as p
from lab.shop.parts import Parts
from lab.shop.runtime import tables
from lab.shop.runtime.blueprint import Assembly, Blueprint, Chore, Context
from lab.shop.runtime.bus import Listener, Pulse, ShopConsumer, ShopProducer, group_consumer
from lab.shop.runtime.health import health_router
from lab.shop.runtime.limits import BodyLimit
from lab.shop.runtime.outbound import Outbound
from lab.shop.runtime.problems import install_problems
from lab.shop.runtime.settings import Settings
from lab.shop.runtime.store import open_store
from lab.shop.runtime.worker import Worker

IDLE_AT_LEAST, IDLE_AT_MOST = 0.01, 0.16
"""Pause in seconds of a chore that found nothing to do; it doubles from the first to the second."""
RELAY_AT_MOST = 500
STOP_SECONDS = 5.0

_log = structlog.get_logger("orderlab")


class Service:
    """One running unit. Use as a context manager inside an event loop; `failed` is set when a background task dies."""

    def __init__(self, blueprint: Blueprint, settings: Settings, parts: Parts) -> None:
        self.blueprint, self.settings, self.parts = blueprint, settings, parts
        self.pulse = Pulse()
        self.failed = asyncio.Event()
        self._on = True
        self._stack = AsyncExitStack()
        self._tasks: list[asyncio.Task[None]] = []
        self.context: Context
        self.assembly: Assembly

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            name, settings = self.blueprint.name, self.settings
            store = await open_store(settings.database_url, (self.blueprint.tables, tables.Base.metadata))
            stack.push_async_callback(store.close)
            producer = ShopProducer(settings.kafka, settings.prefix, name)
            await _patiently(producer.start, settings.kafka)
            stack.push_async_callback(producer.stop)
            outbound = Outbound(name, self.parts, producer)
            self.context = Context(name, settings, self.parts, store, outbound)
            self.assembly = await self.blueprint.assemble(self.context)
            stack.push_async_callback(self.assembly.close)
            for chore_name, chore in {"relay": self._relay, **self.assembly.chores}.items():
                self._begin(chore_name, self._repeat(chore))
            worker = Worker(name, self.parts, store, producer, outbound, self.assembly.steps)
            self._begin("consume", self._consume(worker))
            self._stack = stack.pop_all()
        return self

    async def __aexit__(self, *_: object) -> None:
        self._on = False
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=STOP_SECONDS)
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._stack.aclose()

    def _begin(self, name: str, work: Awaitable[None]) -> None:
        async def guarded() -> None:
            try:
                await work
            except asyncio.CancelledError:
                raise
            except BaseException:  # noqa: BLE001  a process edge: what dies here ends the unit, and the log says why
                _log.exception("a background task died", task=name)
                self.failed.set()

        self._tasks.append(asyncio.create_task(guarded(), name=name))

    async def _consume(self, worker: Worker) -> None:
        name, settings = self.blueprint.name, self.settings

        async def open_consumer(*, auto_offset_reset: str, enable_auto_commit: bool) -> ShopConsumer:
            group = settings.prefix + name
            inner = group_consumer(
                settings.kafka, group, group, auto_offset_reset=auto_offset_reset, enable_auto_commit=enable_auto_commit
            )
            listener = Listener(settings.prefix, self.pulse, worker.in_hand, self.parts[p.ON_REVOKED])
            inner.subscribe([settings.prefix + topic for topic in self.blueprint.topics], listener=listener)
            await _patiently(inner.start, settings.kafka)
            self._stack.push_async_callback(inner.stop)
            consumer = ShopConsumer(inner, settings.prefix, self.pulse, self.parts[p.COMMIT_OFFSETS])
            self.pulse.consumer = consumer
            return consumer

        await self.parts[p.CONSUME](open_consumer, worker.work, lambda: self._on)
        if self._on:
            raise RuntimeError("The consume loop came to an end by itself; nobody reads this unit's messages now.")

    async def _relay(self) -> int:
        return await self.parts[p.RELAY](self.context.store.sessions, self.context.outbound.publish, RELAY_AT_MOST)

    async def _repeat(self, chore: Chore) -> None:
        pause = 0.0
        while self._on:
            try:
                did = await chore()
            except Exception:  # noqa: BLE001  the next round may succeed
                _log.exception("a chore failed; it will be tried again")
                did = 0
            pause = 0.0 if did else min(IDLE_AT_MOST, max(IDLE_AT_LEAST, 2 * pause))
            await asyncio.sleep(pause)


async def _patiently(start: Callable[[], Awaitable[None]], kafka: str) -> None:
    """Start a client; where Kafka does not answer, say so and keep trying: it may be starting, too."""
    while True:
        try:
            await start()
        except KafkaConnectionError:
            _log.warning("Kafka does not answer, trying again in a second", kafka=kafka)
            await asyncio.sleep(1)
        else:
            return


def build_app(service: Service) -> FastAPI:
    """Put a started unit's HTTP together: its own routes, health, a limit on bodies, every error as problem+json."""
    blueprint = service.blueprint
    app = FastAPI(title=f"Orderlab: {blueprint.name}", summary=blueprint.about, version=__version__)
    app.add_middleware(BodyLimit)
    install_problems(app, service.parts)
    if service.assembly.router is not None:
        app.include_router(service.assembly.router)
    app.include_router(health_router(service))
    return app


async def watch(service: Service, stop: Callable[[], None]) -> None:
    """Call `stop` when a background task of the service has died."""
    with contextlib.suppress(asyncio.CancelledError):
        await service.failed.wait()
        stop()
