"""The same seeded orders through both topologies at the same time, each message told as it comes."""

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Final, Protocol, Self

from lab.contrast.flow import Flow
from lab.shop.contracts import Accepted
from lab.shop.scenario import PlannedOrder
from lab.shop.seen import Seen
from lab.shop.tap import Tap

PATIENCE_SECONDS: Final = 30.0
"""After so long without any message, what has not ended counts as unfinished."""
LAST_WORDS_SECONDS: Final = 0.7
"""How long to listen on after the last order has ended."""
AT_ONCE: Final = 8

Told = Sequence[tuple[str, str]]
"""(order id, line) for each message."""
Tell = Callable[[Told, Told], None]
"""Is told what came on the left, with the mediator, and on the right, without it."""


class Customers(Protocol):
    """Where orders are placed."""

    async def place(self, order: dict[str, object], /) -> Accepted: ...


@dataclass(slots=True)
class Both:
    """Both topologies, listened to. Use as an async context manager.

    kafka: where both run. prefixes: of the shop's topics, and of those of the choreography.
    """

    kafka: str
    prefixes: tuple[str, str]
    tell: Tell
    flows: tuple[Flow, Flow] = field(default_factory=lambda: (Flow(), Flow()))
    _taps: list[Tap] = field(default_factory=list)
    _stack: AsyncExitStack = field(default_factory=AsyncExitStack)

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            self._taps = [await stack.enter_async_context(Tap(self.kafka, prefix)) for prefix in self.prefixes]
            self._stack = stack.pop_all()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    async def place(self, orders: Sequence[PlannedOrder], customers: tuple[Customers, Customers]) -> None:
        """Place each order in both; some are on their way at the same time."""
        gate = asyncio.Semaphore(AT_ONCE)

        async def one(order: PlannedOrder) -> tuple[str, ...]:
            async with gate:
                accepted = await asyncio.gather(*(shop.place(order.body()) for shop in customers))
                return tuple(answer.order_id for answer in accepted)

        for ids in await asyncio.gather(*map(one, orders)):
            for flow, order_id in zip(self.flows, ids, strict=True):
                flow.expect(order_id)

    async def listen(self, until: Callable[[], bool], *, patience: float = PATIENCE_SECONDS) -> bool:
        """Tell what comes until it is so, and a moment longer; False where nothing came for `patience` seconds."""
        heard_at = time.monotonic()
        while not until():
            if await self._round():
                heard_at = time.monotonic()
            elif time.monotonic() - heard_at > patience:
                return False
        quiet_since = time.monotonic()
        while time.monotonic() - quiet_since < LAST_WORDS_SECONDS:
            if await self._round():
                quiet_since = time.monotonic()
        return True

    async def _round(self) -> bool:
        batches = await asyncio.gather(*(tap.batch(0.1) for tap in self._taps))
        told = [
            flow.hear([one for one in batch if isinstance(one, Seen)])
            for flow, batch in zip(self.flows, batches, strict=True)
        ]
        if any(told):
            self.tell(told[0], told[1])
        return any(told)

    @property
    def over(self) -> bool:
        """Say whether every order has ended in both."""
        return all(flow.is_over for flow in self.flows)
