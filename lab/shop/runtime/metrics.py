"""GET /metrics: the `figures` part's own, and what only the runtime can know, in Prometheus' text format.

| figure | says |
|---|---|
| `shop_unit_info{unit, phase}` | who this is |
| `shop_lag_records{topic, partition}` | how many records wait for this unit, as the `lag` part counts them |
| `shop_outbox_rows` | how many messages are written and not sent yet |
| `shop_dead_letters{topic}` | how many parked records nobody has sent back or left yet |
| `shop_dead_letters_oldest_seconds{topic}` | how long the first of them has been lying there |

What cannot be known at the moment, since Kafka or the database does not answer, is left out: no figure is better than a
wrong one.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import structlog
from aiokafka.errors import KafkaError
from fastapi import APIRouter, Response
from fastapi.responses import PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import func, select

from lab.shop import ports as p
from lab.shop.parts import Parts
from lab.shop.runtime.bus import Pulse
from lab.shop.runtime.parked import Waiting, waiting
from lab.shop.runtime.store import FAULTS, Store
from lab.shop.runtime.tables import OutboxRow

ANSWER_SECONDS: Final = 2.0
"""So long a scrape waits for Kafka and the database; they are not asked anew until they have answered."""

_log: Final = structlog.get_logger("orderlab")

UNIT: Final = "shop_unit_info"
LAG: Final = "shop_lag_records"
OUTBOX: Final = "shop_outbox_rows"
DEAD_LETTERS: Final = "shop_dead_letters"
OLDEST: Final = "shop_dead_letters_oldest_seconds"


@dataclass(frozen=True, slots=True)
class Gauges:
    """Asks for what the runtime knows. `dead`: the dead-letter topics of this unit; none before phase 2."""

    unit: str
    parts: Parts
    store: Store
    pulse: Pulse
    kafka: str
    prefix: str
    dead: Sequence[str]

    def who(self) -> Metric:
        """Say whose page this is."""
        family = GaugeMetricFamily(UNIT, "Who this is", labels=["unit", "phase"])
        family.add_metric([self.unit, str(self.parts.phase)], 1)
        return family

    async def read(self) -> list[Metric]:
        """Return all that can be known now. Never raises for what Kafka or the database does."""
        families = await asyncio.gather(
            _or_nothing(self._lag), _or_nothing(self._outbox), _or_nothing(self._dead_letters)
        )
        return [one for family in families for one in family]

    async def _lag(self) -> Sequence[Metric]:
        if self.pulse.consumer is None:
            return ()
        family = GaugeMetricFamily(LAG, "Records that wait for this unit", labels=["topic", "partition"])
        ends, committed = await self.pulse.consumer.offsets()
        for place, end in sorted(ends.items()):
            done = {place: committed[place]} if place in committed else {}
            family.add_metric([place.topic, str(place.number)], self.parts[p.LAG]({place: end}, done))
        return (family,)

    async def _outbox(self) -> Sequence[Metric]:
        async with self.store.reading() as session:
            rows = await session.scalar(select(func.count()).select_from(OutboxRow))
        return (GaugeMetricFamily(OUTBOX, "Messages that are written and not sent yet", value=rows or 0),)

    async def _dead_letters(self) -> Sequence[Metric]:
        if not self.dead:
            return ()
        return _families(await waiting(self.kafka, self.prefix, self.dead), time.time())


def _families(found: Mapping[str, Waiting], now: float) -> Sequence[Metric]:
    depth = GaugeMetricFamily(DEAD_LETTERS, "Parked records that nobody has dealt with", labels=["topic"])
    oldest = GaugeMetricFamily(OLDEST, "Seconds since the first of them was parked", labels=["topic"])
    for topic, here in found.items():
        depth.add_metric([topic], here.records)
        if here.since_ms is not None:
            oldest.add_metric([topic], max(0.0, now - here.since_ms / 1000))
    return depth, oldest


async def _or_nothing(ask: Callable[[], Awaitable[Sequence[Metric]]]) -> Sequence[Metric]:
    try:
        return await ask()
    except (KafkaError, *FAULTS) as error:
        _log.warning("a figure cannot be known now", figure=ask.__name__, why=repr(error))
        return ()


@dataclass(frozen=True, slots=True)
class _Page(Collector):
    families: Sequence[Metric]

    def collect(self) -> Iterable[Metric]:
        return self.families


def metrics_router(gauges: Gauges) -> APIRouter:
    """GET /metrics. Answers within `ANSWER_SECONDS`, whoever else is silent."""
    router = APIRouter(tags=["health"])
    asking: set[asyncio.Task[list[Metric]]] = set()

    async def measured() -> Sequence[Metric]:
        # One question at a time; it is not broken off, only not waited for: a client that is cancelled while it
        # opens its connections leaves some of them open.
        task = next(iter(asking), None) or asyncio.create_task(gauges.read(), name="metrics")
        asking.add(task)
        task.add_done_callback(asking.discard)
        done, _ = await asyncio.wait({task}, timeout=ANSWER_SECONDS)
        # A client that is closed while Kafka goes away cancels tasks of its own, and this one with them.
        return task.result() if done and not task.cancelled() else ()

    @router.get("/metrics", response_class=PlainTextResponse)
    async def metrics() -> Response:
        """Say what this unit counts and measures, in Prometheus' text format."""
        page = gauges.parts[p.FIGURES]() + generate_latest(_Page([gauges.who(), *await measured()]))
        return Response(page, headers={"Content-Type": CONTENT_TYPE_LATEST})

    return router
