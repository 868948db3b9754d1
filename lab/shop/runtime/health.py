"""Every unit's health: alive, ready, and the figures behind both."""

import asyncio
import os

from fastapi import APIRouter, HTTPException, Response
from pydantic import BaseModel, ConfigDict

from lab.shop import ports as p
from lab.shop.parts import Parts
from lab.shop.runtime.bus import Pulse
from lab.shop.runtime.store import Store


class Health(BaseModel):
    """What a unit says of itself. `poll_age_s`: seconds since its consume loop came round; null before that."""

    model_config = ConfigDict(frozen=True)

    unit: str
    pid: int
    phase: int
    alive: bool
    ready: bool
    database: bool
    assigned: int
    poll_age_s: float | None


class Lag(BaseModel):
    """How many records wait."""

    model_config = ConfigDict(frozen=True)

    unit: str
    records: int


def health_router(unit: str, parts: Parts, store: Store, pulse: Pulse) -> APIRouter:
    """GET /health, /health/live (503 when a restart would help), /health/ready (503 when no work should come)."""
    router = APIRouter(tags=["health"])
    alive, ready, count_lag = parts[p.ALIVE], parts[p.READY], parts[p.LAG]

    async def look() -> Health:
        age = asyncio.get_running_loop().time() - pulse.polled_at if pulse.polled_at else None
        database = await store.answers()
        assigned = len(pulse.assigned)
        return Health(
            unit=unit,
            pid=os.getpid(),
            phase=parts.phase,
            alive=alive(age or 0.0),
            ready=ready(database=database, assigned=assigned),
            database=database,
            assigned=assigned,
            poll_age_s=None if age is None else round(age, 3),
        )

    @router.get("/health")
    async def health() -> Health:
        return await look()

    @router.get("/health/live", responses={503: {"model": Health}})
    async def live(response: Response) -> Health:
        seen = await look()
        response.status_code = 200 if seen.alive else 503
        return seen

    @router.get("/health/ready", responses={503: {"model": Health}})
    async def is_ready(response: Response) -> Health:
        seen = await look()
        response.status_code = 200 if seen.ready else 503
        return seen

    @router.get("/health/lag")
    async def lag() -> Lag:
        """Say how many records wait on Kafka for this unit, by what is committed."""
        consumer = pulse.consumer
        if consumer is None:
            raise HTTPException(503, "This unit has not begun to read.")
        ends, committed = await consumer.offsets()
        return Lag(unit=unit, records=count_lag(ends, committed))

    return router
