"""Looks at the units from time to time: what the engine says, what a round trip says, how much waits on Kafka."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from typing import Final, Self

import aiohttp

from lab.engines.base import Engine, UnitStatus
from lab.engines.base import UnitState as EngineSays
from lab.errors import LabError
from lab.readiness import ask, local_client, part_at_fault
from lab.running import Running
from lab.shop.units import BY_NAME
from tui.asking_lag import AskingLag
from tui.model.item import Look, UnitLook, UnitState

ANSWER_SECONDS: Final = 1.5
_NOT_UP: Final[Mapping[EngineSays, UnitState]] = {
    EngineSays.STOPPED: UnitState.STOPPED,
    EngineSays.PAUSED: UnitState.PAUSED,
    EngineSays.CRASHED: UnitState.CRASHED,
}


class Looking:
    """Looks at one running shop. Use as an async context manager; `look` never raises."""

    def __init__(self, shop: Running, engine: Engine) -> None:
        self._shop, self._engine = shop, engine
        self._stack = AsyncExitStack()
        self._http: aiohttp.ClientSession | None = None
        self._lag = AskingLag(shop.kafka, shop.prefix, shop.phase)
        self.statuses: Sequence[UnitStatus] = ()
        """What the engine said the last time."""

    async def __aenter__(self) -> Self:
        self._http = await self._stack.enter_async_context(local_client(ANSWER_SECONDS))
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._lag.close()
        await self._stack.aclose()

    async def look(self) -> Look:
        """Return how all units are now."""
        try:
            self.statuses = await asyncio.to_thread(self._engine.status)
        except LabError:
            self.statuses = ()
        asking = asyncio.create_task(self._lag.read(ANSWER_SECONDS))
        units = await asyncio.gather(*(self._unit(status) for status in self.statuses))
        waits = await asking
        found = dict(zip((status.name for status in self.statuses), units, strict=True))
        return Look(found, waits.lag, waits.parked, self._shop.phase)

    async def _unit(self, status: UnitStatus) -> UnitLook:
        known = {"restarts": status.restarts, "rss_bytes": status.rss_bytes}
        if (state := _NOT_UP.get(status.state)) is not None:
            return UnitLook(state, why=status.note, file=await self._fault(status), **known)  # type: ignore[arg-type]
        if status.name not in BY_NAME:
            up = UnitState.STARTING if status.state is EngineSays.STARTING else UnitState.READY
            return UnitLook(up, why=status.note, **known)  # type: ignore[arg-type]
        assert self._http is not None
        began = time.monotonic()
        health = await ask(self._http, self._shop.url(status.name))
        ms = (time.monotonic() - began) * 1000
        if health is None or health.pid != status.pid:
            starting = status.state is EngineSays.STARTING
            return UnitLook(UnitState.STARTING if starting else UnitState.MUTE, why=status.note, **known)  # type: ignore[arg-type]
        if health.works:
            return UnitLook(UnitState.READY, ms, **known)  # type: ignore[arg-type]
        why = "its database does not answer" if not health.database else "it reads no topic yet"
        return UnitLook(UnitState.NOT_READY, ms, why=why, **known)  # type: ignore[arg-type]

    async def _fault(self, status: UnitStatus) -> str:
        """Return the part's file that it could not load, with its line."""
        if status.state is not EngineSays.CRASHED or status.name not in BY_NAME:
            return ""
        try:
            fault = await asyncio.to_thread(part_at_fault, self._engine, status.name)
        except LabError:
            return ""
        return "" if fault is None else f"{fault.file}:{fault.line or 1}"
