"""Asks Kafka how much waits for each unit, and how many dead letters lie there.

A question that takes too long is not broken off, only not waited for: a client that is cancelled while it opens its
connections leaves some of them open.
"""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from aiokafka.errors import KafkaError

from lab.shop.offsets import Offsets, lag_of
from lab.shop.reads import READS

_TROUBLE: Final = (KafkaError, OSError, TimeoutError)


@dataclass(frozen=True, slots=True)
class Waits:
    """What waits: of each unit's topics, and of dead letters. None, and no unit: Kafka has not said it."""

    lag: Mapping[str, int] = field(default_factory=dict)
    parked: int | None = None


class AskingLag:
    """Asks one Kafka, as often as `read` is called. Call `close` in the end."""

    def __init__(self, kafka: str, prefix: str, phase: int) -> None:
        self._kafka, self._prefix, self._phase = kafka, prefix, phase
        self._offsets: Offsets | None = None
        self._asking: asyncio.Task[Waits] | None = None

    async def read(self, seconds: float) -> Waits:
        """Return what waits; nothing is known where Kafka does not say it within so many seconds."""
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self._ask(), name="lag")
        done, _ = await asyncio.wait({self._asking}, timeout=seconds)
        return self._asking.result() if done else Waits()

    async def close(self) -> None:
        """End it. Never raises."""
        if self._asking is not None:
            self._asking.cancel()
            await asyncio.gather(self._asking, return_exceptions=True)
        await self._forget()

    async def _ask(self) -> Waits:
        try:
            if self._offsets is None:
                self._offsets = await Offsets(self._kafka, self._prefix).__aenter__()
            ends = await self._offsets.ends()
            if not ends:
                return Waits()
            lag = {unit: lag_of(unit, ends, await self._offsets.committed(unit)) for unit in READS}
            return Waits(lag, await self._offsets.dead_letters(self._phase))
        except _TROUBLE:
            await self._forget()
            return Waits()

    async def _forget(self) -> None:
        offsets, self._offsets = self._offsets, None
        if offsets is not None:
            with suppress(*_TROUBLE):
                await offsets.__aexit__()
