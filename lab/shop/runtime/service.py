"""How a unit is put together: database, Kafka, the consume loop, chores and HTTP, started and stopped in this order."""

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from typing import Any, Final, Self, TypeVar

import structlog
from aiokafka.errors import KafkaConnectionError, KafkaError
from fastapi import FastAPI

from lab import __version__
from lab.shop import ports as p
from lab.shop.contracts import Record
from lab.shop.parts import Parts
from lab.shop.runtime import sets, tables
from lab.shop.runtime.blueprint import Assembly, Blueprint, Chore, Context
from lab.shop.runtime.bus import Listener, Pulse, ShopConsumer, ShopProducer, group_consumer
from lab.shop.runtime.crash import CrashPoints
from lab.shop.runtime.health import health_router
from lab.shop.runtime.limits import BodyLimit
from lab.shop.runtime.metrics import Gauges, metrics_router
from lab.shop.runtime.outbound import Outbound
from lab.shop.runtime.parked import dead_letter_topics
from lab.shop.runtime.problems import PROBLEMS, install_problems
from lab.shop.runtime.retries import read_again, retry_topics
from lab.shop.runtime.settings import Settings
from lab.shop.runtime.store import Store, no_answer, open_store
from lab.shop.runtime.topics import ASIDE_FROM
from lab.shop.runtime.worker import Worker

IDLE_AT_LEAST, IDLE_AT_MOST = 0.01, 0.16
"""Pause in seconds of a chore that found nothing to do; it doubles from the first to the second."""
RELAY_AT_MOST = 500
FAILED_AT_LEAST, FAILED_AT_MOST = 0.5, 5.0
"""Pause in seconds of a chore that failed."""
STOP_SECONDS = 5.0
"""What the work in hand may still take when the unit is to end."""
CLOSE_SECONDS = 3.0
"""What closing one client may take: where Kafka is gone, aiokafka would wait for it without end."""

EVERY_UNITS_PORTS: Final[tuple[p.Port[Any], ...]] = (
    p.WRAP, p.NEXT_TRACE, p.LOG_FIELDS, p.CONSUME, p.DISPATCH, p.COMMIT_OFFSETS, p.ON_REVOKED, p.INBOX, p.HAND_OVER,
    p.RELAY, p.RETRY_POLICY, p.RETRY_LATER, p.DEAD_LETTER, p.OBSERVE, p.LAG,
    p.FIGURES, p.ALIVE, p.READY,
)  # fmt: skip
"""What the runtime itself uses, in every unit. A blueprint names what its unit uses beside these."""

T = TypeVar("T")

_log = structlog.get_logger("orderlab")


class Service:
    """One running unit. Use as a context manager inside an event loop; `failed` is set when a background task dies."""

    def __init__(self, blueprint: Blueprint, settings: Settings, parts: Parts) -> None:
        self.blueprint, self.settings, self.parts = blueprint, settings, parts
        self.pulse = Pulse()
        self.failed = asyncio.Event()
        self._off = asyncio.Event()
        self._wakes: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)
        self._at_leisure: frozenset[str] = frozenset()
        self._stack = AsyncExitStack()
        self._tasks: list[asyncio.Task[None]] = []
        self.context: Context
        self.assembly: Assembly

    async def __aenter__(self) -> Self:
        self.parts.load((*EVERY_UNITS_PORTS, *self.blueprint.ports))
        async with AsyncExitStack() as stack:
            name, settings = self.blueprint.name, self.settings
            store = await self._open_store()
            stack.push_async_callback(store.close)
            producer = ShopProducer(settings.kafka, settings.prefix, name)
            await _patiently(producer.start, _no_kafka, "Kafka", kafka=settings.kafka)
            stack.push_async_callback(_close, "producer", producer.stop)
            outbound = Outbound(name, self.parts, producer)
            self.context = Context(name, settings, self.parts, store, outbound, CrashPoints(name, settings.crashes))
            self.assembly = await self.blueprint.assemble(self.context)
            stack.push_async_callback(self.assembly.close)
            self._at_leisure = self.assembly.at_leisure
            worker = Worker(self.context, producer, self.assembly.steps)
            for chore_name, chore in {"relay": self._relay, **self.assembly.chores}.items():
                if chore_name not in self._at_leisure:
                    store.on_commit(self._wakes[chore_name].set)
                self._begin(chore_name, self._repeat(chore_name, chore))
            self._begin("consume", self._consume(worker))
            if self.parts.phase >= ASIDE_FROM:
                self._begin("retries", self._retry(worker))
            self._stack = stack.pop_all()
        return self

    async def __aexit__(self, *_: object) -> None:
        self._end()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=STOP_SECONDS)
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._stack.aclose()

    def _end(self) -> None:
        self._off.set()
        for wake in self._wakes.values():
            wake.set()  # a unit that is to end waits for no pause

    async def _open_store(self) -> Store:
        url, metadata = self.settings.database_url, (self.blueprint.tables, tables.Base.metadata)

        def starting(error: Exception) -> bool:
            return no_answer(error) and not url.startswith("sqlite")  # a file does not start; it is there or not

        return await _patiently(lambda: open_store(url, metadata), starting, "the database")

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
            consumer = ShopConsumer(inner, settings.prefix, self.pulse, self.parts[p.COMMIT_OFFSETS], worker.in_hand)
            await _patiently(inner.start, _no_kafka, "Kafka", kafka=settings.kafka)
            self._stack.push_async_callback(_close, "consumer", consumer.stop)
            self.pulse.consumer = consumer
            return consumer

        async def work(records: Sequence[Record]) -> None:
            handled = await worker.work(records)
            if self.pulse.consumer is not None:
                self.pulse.consumer.handled(handled)

        consume = self.parts.twin(p.CONSUME, "commit", sets.consume) if self.parts.are_solutions else None
        await (consume or self.parts[p.CONSUME])(open_consumer, work, lambda: not self._off.is_set())
        if not self._off.is_set():
            raise RuntimeError("The consume loop came to an end by itself; nobody reads this unit's messages now.")

    async def _retry(self, worker: Worker) -> None:
        """Read again what this unit has put aside, each when its time has come."""
        settings, group = self.settings, f"{self.settings.prefix}{self.blueprint.name}.retry"
        consumer = group_consumer(settings.kafka, group, group, auto_offset_reset="earliest", enable_auto_commit=False)
        consumer.subscribe([settings.prefix + topic for topic in retry_topics(self.blueprint.topics, worker.group)])
        await _patiently(consumer.start, _no_kafka, "Kafka", kafka=settings.kafka)
        self._stack.push_async_callback(_close, "retries", consumer.stop)
        await read_again(consumer, settings.prefix, worker.work, lambda: not self._off.is_set())

    async def _relay(self) -> int:
        context = self.context
        relay = self.parts.twin(p.RELAY, "relay", sets.relay) or self.parts[p.RELAY]
        publish = context.crash.in_publish(context.outbound.publish)
        return await relay(context.store.sessions, publish, RELAY_AT_MOST)

    async def _repeat(self, name: str, chore: Chore) -> None:
        """Do a chore again and again, with a pause after a round that found nothing; its waking ends the pause.

        A chore that is woken looks seldom by itself: for what another process may have written.
        """
        pause, wake = 0.0, self._wakes[name]
        first_pause = IDLE_AT_LEAST if name in self._at_leisure else IDLE_AT_MOST
        while not self._off.is_set():
            wake.clear()
            try:
                did = await chore()
            except Exception:  # noqa: BLE001  a later round may succeed
                pause = min(FAILED_AT_MOST, max(FAILED_AT_LEAST, 2 * pause))
                _log.exception("a chore failed; it will be tried again", chore=name, seconds=pause)
            else:
                pause = 0.0 if did else min(IDLE_AT_MOST, max(first_pause, 2 * pause))
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await wake.wait()


def _no_kafka(error: Exception) -> bool:
    return isinstance(error, KafkaConnectionError)


async def _patiently(start: Callable[[], Awaitable[T]], absent: Callable[[Exception], bool], who: str, **at: str) -> T:
    """Start a client; where the other side does not answer, say so and keep trying: it may be starting, too."""
    while True:
        try:
            return await start()
        except Exception as error:
            if not absent(error):
                raise
            _log.warning(f"{who} does not answer, trying again in a second", why=type(error).__name__, **at)
            await asyncio.sleep(1)


async def _close(what: str, stop: Callable[[], Awaitable[None]]) -> None:
    """Close a client; where its other side is gone, say so and leave it: what ends must not wait for it."""
    try:
        async with asyncio.timeout(CLOSE_SECONDS):
            await stop()
    except (TimeoutError, KafkaError) as error:
        _log.warning("Kafka does not answer: left without a goodbye", client=what, why=type(error).__name__)


def build_app(service: Service) -> FastAPI:
    """Put a started unit's HTTP together: its own routes, health, a limit on bodies, every error as problem+json."""
    blueprint = service.blueprint
    app = FastAPI(
        title=f"Orderlab: {blueprint.name}", summary=blueprint.about, version=__version__, responses=dict(PROBLEMS)
    )
    app.add_middleware(BodyLimit)
    install_problems(app, blueprint.name, service.parts)
    if service.assembly.router is not None:
        app.include_router(service.assembly.router)
    app.include_router(health_router(blueprint.name, service.parts, service.context.store, service.pulse))
    app.include_router(metrics_router(_gauges(service)))
    return app


def _gauges(service: Service) -> Gauges:
    parts, settings, blueprint = service.parts, service.settings, service.blueprint
    dead = dead_letter_topics(blueprint.topics, blueprint.name) if parts.phase >= ASIDE_FROM else ()
    store, pulse = service.context.store, service.pulse
    return Gauges(blueprint.name, parts, store, pulse, settings.kafka, settings.prefix, dead)


async def watch(service: Service, stop: Callable[[], None]) -> None:
    """Call `stop` when a background task of the service has died."""
    with contextlib.suppress(asyncio.CancelledError):
        await service.failed.wait()
        stop()
