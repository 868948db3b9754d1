"""Load and faults mixed, by a plan: what was promised stands in the ledger, what was done to the shop, too."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from typing import Any, Final

import httpx
from aiokafka.errors import KafkaError

from lab.chaos import crashes
from lab.chaos.acts import deed_of
from lab.chaos.customers import ANSWER_SECONDS, AT_ONCE, Customers
from lab.chaos.faults import KAFKA, Act, Fault
from lab.chaos.ledger import Ledger
from lab.chaos.noting import note
from lab.chaos.plan import Plan, Wave
from lab.chaos.site import Site
from lab.chaos.stillness import await_stillness, sagas
from lab.errors import LabError
from lab.shop.wording import wrapped

_UNDER_WAY_SECONDS: Final = 3.0
"""At most so long a fault waits for the first order of its wave to be accepted."""
_GAP_SECONDS: Final = 0.15
_LOOK: Final = 0.02
_LINE: Final = 4 * AT_ONCE
"""So many customers stand in line before the next wave comes."""


@dataclass(slots=True)
class Stressed:
    """What a run has done. `hits`: fault → how often it really hit; `idle`: faults that met nobody."""

    plan: Plan
    acknowledged: int = 0
    refused: int = 0
    given_up: int = 0
    kills: int = 0
    still: bool = False
    seconds: float = 0.0
    hits: Counter[str] = field(default_factory=Counter)
    idle: list[str] = field(default_factory=list)

    def as_object(self) -> Mapping[str, Any]:
        """Return the numbers for programs."""
        return {
            "seed": self.plan.seed,
            "orders": self.plan.orders,
            "acknowledged": self.acknowledged,
            "refused": self.refused,
            "given_up": self.given_up,
            "kills": self.kills,
            "faults": dict(sorted(self.hits.items())),
            "never_hit": sorted(self.idle),
            "settled": self.still,
            "seconds": round(self.seconds, 1),
        }

    def lines(self) -> list[str]:
        """Say what was done."""
        hurt = ", ".join(f"{name} {number}" for name, number in sorted(self.hits.items()))
        answers = f"{self.acknowledged} accepted, {self.refused} refused, {self.given_up} given up"
        return [
            f"seed {self.plan.seed} · {self.plan.orders} orders: {answers}; {self.kills} kills, {self.seconds:.0f} s",
            *wrapped(f"what hit: {hurt or 'nothing'}", "  ", "    "),
        ]

    def warnings(self) -> list[str]:
        """Say what keeps this run from proving what it was to prove."""
        found = [] if self.still else ["The shop did not come to rest: some orders never ended."]
        if self.idle:
            found += wrapped(f"Never hit, and so not proven: {', '.join(sorted(self.idle))}.", "", "  ")
        return found


def victims(planned: Plan) -> frozenset[str]:
    """Return the units that the plan hurts."""
    return frozenset(wave.fault.unit for wave in planned.waves if wave.fault is not None)


async def stress(site: Site, planned: Plan, ledger: Ledger, phase: int) -> Stressed:
    """Carry the plan out, then wait until nothing moves any more. For use inside `site.put_right`.

    Raises NotRunning where a victim does not run, and NotReady where a unit does not come back.
    """
    began, told = time.monotonic(), Stressed(planned)
    for unit in sorted(victims(planned)):
        site.check(unit)
    ledger.begun(planned.seed)
    before = await sagas(site)
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=AT_ONCE)
    async with httpx.AsyncClient(timeout=ANSWER_SECONDS, trust_env=False, limits=limits) as client:
        customers = Customers(client, site.urls.url("order"), ledger, f"{planned.seed} {time.time_ns()}")
        await _Run(site, ledger, told, customers).all_waves(planned)
    crashes.withdraw_all()
    await site.await_units()
    told.still = await await_stillness(site, phase, before + customers.acknowledged)
    told.acknowledged, told.refused, told.given_up = customers.acknowledged, customers.refused, customers.given_up
    told.seconds = time.monotonic() - began
    return told


@dataclass(slots=True)
class _Run:
    site: Site
    ledger: Ledger
    told: Stressed
    customers: Customers
    begun: set[asyncio.Task[None]] = field(default_factory=set)
    placed: int = 0

    async def all_waves(self, plan: Plan) -> None:
        try:
            for number, wave in enumerate(plan.waves, start=1):
                await self._wave(wave)
                self._say(number, len(plan.waves))
            await asyncio.gather(*self.begun)
        finally:
            for task in self.begun:
                task.cancel()

    async def _wave(self, wave: Wave) -> None:
        while len(self.begun) > _LINE:
            await asyncio.wait(self.begun, return_when=asyncio.FIRST_COMPLETED)
        self.customers.accepted.clear()
        half = len(wave.orders) // 2 if wave.in_the_gap else len(wave.orders)
        self._place(wave.orders[:half])
        if wave.fault is None:
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(_UNDER_WAY_SECONDS if half else 0):
                await self.customers.accepted.wait()
        async with self._without_kafka() if wave.in_the_gap else nullcontext():
            self._place(wave.orders[half:])
            await asyncio.sleep(_GAP_SECONDS if wave.in_the_gap else 0)
            await self._do(wave.fault, wave.seconds)

    def _place(self, orders: Sequence[Mapping[str, Any]]) -> None:
        for body in orders:
            self.placed += 1
            task = asyncio.create_task(self.customers.order(self.placed, body))
            self.begun.add(task)
            task.add_done_callback(self.begun.discard)

    @asynccontextmanager
    async def _without_kafka(self) -> AsyncIterator[None]:
        """Freeze Kafka: between the commit and the publish lie milliseconds, and now they last."""
        try:
            await asyncio.to_thread(self.site.engine.pause, KAFKA)
            yield
        finally:
            await asyncio.to_thread(self.site.engine.resume, KAFKA)

    async def _do(self, fault: Fault, seconds: float) -> None:
        deed, hits, at, begun = deed_of(self.site, fault), 0, time.time(), False
        try:
            try:
                await deed.begin()
                begun = True
                await _hold(fault, seconds)
            finally:
                done = await deed.end()
                hits = done if begun else 0
        except (LabError, KafkaError, OSError) as error:  # it met one who was dead already
            self.site.plain(f"{fault.name} met nobody: {error}")
        note(self.ledger, fault, deed, hits=hits, at=at)
        self._count(fault, hits)

    def _count(self, fault: Fault, hits: int) -> None:
        if not hits:
            self.told.idle.append(fault.name)
            return
        self.told.hits[fault.name] += hits
        self.told.kills += fault.act in {Act.KILL, Act.CRASH}

    def _say(self, wave: int, waves: int) -> None:
        done = self.customers
        self.site.say(
            f"{wave:>3} of {waves}   accepted {done.acknowledged:>5}   in line {len(self.begun):>3}   "
            f"kills {self.told.kills:>3}"
        )


async def _hold(fault: Fault, seconds: float) -> None:
    if fault.act is not Act.CRASH or fault.point is None:
        await asyncio.sleep(seconds)
        return
    for _ in range(round(seconds / _LOOK)):
        if not crashes.is_waiting(fault.unit, fault.point):
            return
        await asyncio.sleep(_LOOK)
