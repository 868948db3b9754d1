"""The acts of the table, done for real: through an engine's verbs, at a crash point, or on Kafka itself.

Each is begun and ended. In between the shop lives with it; afterwards the shop is as it was.
"""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from types import MappingProxyType
from typing import Final, Protocol

from lab.chaos import crashes
from lab.chaos.faults import Act, Fault
from lab.chaos.records import Duplicated, Poisoned, Reordered, Sent
from lab.chaos.site import Site, service
from lab.shop.runtime.crash import CrashPoint

STOPPED_SECONDS, RUNNING_SECONDS = 0.3, 0.1
"""Of one who is made slow: so long it is frozen, so long it may go on, in turn."""


class Deed(Protocol):
    """A fault that is done to a running shop."""

    @property
    def sent(self) -> Sequence[Sent]:
        """What it has put on Kafka so far."""

    async def begin(self) -> str:
        """Do it, and return what there is to say."""

    async def end(self) -> int:
        """Undo it, and return how often it has hit. May be called when `begin` has failed half-way."""


class _Silent:
    """One that puts nothing on Kafka."""

    sent: Sequence[Sent] = ()


class Killed(_Silent):
    """Ended at once, and started again at the end."""

    def __init__(self, site: Site, fault: Fault) -> None:
        self._site, self._unit = site, fault.unit

    async def begin(self) -> str:
        """Kill it."""
        await asyncio.to_thread(self._site.plainly, "kill", self._unit)
        return f"-- kill -9 {service(self._unit)} --"

    async def end(self) -> int:
        """Start it."""
        await asyncio.to_thread(self._site.engine.start, self._unit)
        self._site.say(f"-- {service(self._unit, 'the ')} is started again --")
        return 1


class Paused(_Silent):
    """Frozen, and let go on at the end."""

    def __init__(self, site: Site, fault: Fault) -> None:
        self._site, self._unit = site, fault.unit

    async def begin(self) -> str:
        """Freeze it."""
        await asyncio.to_thread(self._site.plainly, "pause", self._unit)
        return f"-- {service(self._unit, 'the ')} is frozen --"

    async def end(self) -> int:
        """Let it go on."""
        await asyncio.to_thread(self._site.plainly, "resume", self._unit)
        self._site.say(f"-- {service(self._unit, 'the ')} goes on --")
        return 1


class Restarted(_Silent):
    """Stopped in good order and started again, at once."""

    def __init__(self, site: Site, fault: Fault) -> None:
        self._site, self._unit = site, fault.unit

    async def begin(self) -> str:
        """Restart it."""
        await asyncio.to_thread(self._site.plainly, "restart", self._unit)
        return f"-- {service(self._unit, 'the ')} was restarted --"

    async def end(self) -> int:
        """Leave it: it runs."""
        return 1


class Slowed(_Silent):
    """Frozen and let go on, in turn, until the end."""

    def __init__(self, site: Site, fault: Fault) -> None:
        self._site, self._unit = site, fault.unit
        self._turns = 0
        self._over = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def begin(self) -> str:
        """Begin to hold it up."""
        self._task = asyncio.create_task(self._in_turn())
        return f"-- {service(self._unit, 'the ')} is slow from now on --"

    async def end(self) -> int:
        """Let it go on for good."""
        self._over.set()
        try:
            if self._task is not None:
                await self._task  # not broken off: a thread that is about to freeze the unit would come after us
        finally:
            await asyncio.to_thread(self._site.engine.resume, self._unit)
        self._site.say(f"-- {service(self._unit, 'the ')} is as fast as before --")
        return self._turns

    async def _in_turn(self) -> None:
        while not self._over.is_set():
            await asyncio.to_thread(self._site.engine.pause, self._unit)
            self._turns += 1
            await self._for(STOPPED_SECONDS)
            await asyncio.to_thread(self._site.engine.resume, self._unit)
            await self._for(RUNNING_SECONDS)

    async def _for(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._over.wait()


class Crashed:
    """Ended at a named point, the next time that it comes there. The supervisor starts it again by itself."""

    def __init__(self, site: Site, fault: Fault) -> None:
        if fault.point is None:
            raise ValueError(f"{fault.name} names no point")
        self._site, self._unit, self._point = site, fault.unit, fault.point
        self._to_park = Poisoned(site, fault)

    @property
    def sent(self) -> Sequence[Sent]:
        """What it is to park."""
        return self._to_park.sent

    async def begin(self) -> str:
        """Ask for it. Where it is to crash with a dead letter, there must be one."""
        crashes.ask(self._unit, self._point)
        if self._point is CrashPoint.AFTER_PARK:
            self._site.say(await self._to_park.begin())
        return f"-- {service(self._unit, 'the ')} will crash at {self._point} --"

    async def end(self) -> int:
        """Say whether it has crashed; if not, it will not any more."""
        if crashes.withdraw(self._unit, self._point):
            self._site.say(f"-- {service(self._unit, 'the ')} never came to {self._point} --")
            return 0
        self._site.say(f"-- {service(self._unit, 'the ')} crashed at {self._point}, and was started again --")
        return 1


DEEDS: Final[Mapping[Act, type[Deed]]] = MappingProxyType(
    {
        Act.KILL: Killed,
        Act.PAUSE: Paused,
        Act.RESTART: Restarted,
        Act.SLOW: Slowed,
        Act.CRASH: Crashed,
        Act.DUPLICATE: Duplicated,
        Act.REORDER: Reordered,
        Act.POISON: Poisoned,
    }
)


def deed_of(site: Site, fault: Fault) -> Deed:
    """Return the fault, ready to be done to this shop."""
    make: type[Deed] = DEEDS[fault.act]
    return make(site, fault)  # type: ignore[call-arg]  # a Protocol says nothing of how one is made
