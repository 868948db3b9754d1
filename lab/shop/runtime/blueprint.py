"""What a unit of the shop is, as data: what it reads, what it keeps, what it does. service.py brings it to life."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from fastapi import APIRouter
from sqlalchemy import MetaData
from sqlalchemy.ext.asyncio import AsyncSession

from lab.shop.contracts import Body
from lab.shop.contracts.credit import Credit
from lab.shop.parts import Parts
from lab.shop.ports import Caused, Outgoing, Port
from lab.shop.runtime.crash import CrashPoints
from lab.shop.runtime.outbound import Outbound
from lab.shop.runtime.settings import Settings
from lab.shop.runtime.steps import Step
from lab.shop.runtime.store import Store


@dataclass(frozen=True, slots=True)
class Context:
    """What a running unit's own code may use."""

    unit: str
    settings: Settings
    parts: Parts
    store: Store
    outbound: Outbound
    crash: CrashPoints

    async def begin_story(self, session: AsyncSession, event: Body, patience: float) -> None:
        """End the transaction by the `hand_over` part, with the message that nothing caused on its way.

        Raises TimeoutError when Kafka has not acknowledged it after `patience` seconds: it may still take it later.
        """

        async def publish(messages: Sequence[Outgoing]) -> None:
            async with asyncio.timeout(patience):  # around Kafka alone: nobody stops a commit half-way
                await self.outbound.publish(messages)

        out = [self.outbound.prepare(event, cause=None, credit=self.outbound.first_credit)]
        await self.crash.in_hand_over(self.outbound.hand_over)(session, out, publish)

    async def say(self, session: AsyncSession, said: Sequence[Caused], credit: Credit) -> None:
        """End the transaction by the `hand_over` part, with messages on their way whose cause came earlier."""
        out = [self.outbound.prepare(one.body, cause=one.cause, credit=credit) for one in said]
        await self.crash.in_hand_over(self.outbound.hand_over)(session, out, self.outbound.publish)


Chore: TypeAlias = Callable[[], Awaitable[int]]
"""One round of background work; returns how much it did. After 0 the runtime pauses before the next round."""


async def _nothing_to_close() -> None:
    pass


@dataclass(frozen=True, slots=True)
class Assembly:
    """A unit's own pieces, put together: what it does with each message, its HTTP, its background work.

    A chore is woken when something was written to the unit's database; those `at_leisure` wait for time to pass.
    """

    steps: Mapping[str, Step] = field(default_factory=dict)
    router: APIRouter | None = None
    chores: Mapping[str, Chore] = field(default_factory=dict)
    at_leisure: frozenset[str] = frozenset()
    close: Callable[[], Awaitable[None]] = _nothing_to_close


@dataclass(frozen=True, slots=True)
class Blueprint:
    """One unit: a service, the mediator, fulfilment. `assemble` runs once, when database and Kafka answer.

    `ports`: those that this unit uses beside the runtime's own; their parts are loaded before anything runs.
    """

    name: str
    about: str
    topics: tuple[str, ...]
    tables: MetaData
    ports: tuple[Port[Any], ...]
    assemble: Callable[[Context], Awaitable[Assembly]]
