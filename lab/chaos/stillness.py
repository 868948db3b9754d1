"""Waits until a shop has come to rest: every saga ended, nothing waits on Kafka for anybody."""

import asyncio
import time
from typing import Any, Final

import httpx

from lab.chaos.site import Site
from lab.shop.contracts import ENDED
from lab.shop.units import BY_NAME

_STILL_SECONDS: Final = 75.0
"""Nothing has moved for so long, and nothing will: the longest deadline of the mediator is shorter."""
_STILL_WITHOUT_DEADLINES: Final = 20.0
_DEADLINES_FROM: Final = 2
"""The first phase that has any."""
_LOOK: Final = 0.5
_LAST_WORDS_SECONDS: Final = 1.5
_ASK_SECONDS: Final = 5.0


async def await_stillness(site: Site, phase: int, orders: int) -> bool:
    """Return whether everything has ended; False when it has not, and has not moved for as long as a deadline takes.

    orders: so many sagas there must be before anything is at rest.
    """
    still = _STILL_SECONDS if phase >= _DEADLINES_FROM else _STILL_WITHOUT_DEADLINES
    moved, last = time.monotonic(), None
    async with httpx.AsyncClient(timeout=_ASK_SECONDS, trust_env=False) as client:
        while True:
            now = await _look(client, site)
            if now != last:
                moved, last = time.monotonic(), now
            states, waiting = now
            since = time.monotonic() - moved
            if sum(states.values()) >= orders and set(states) <= ENDED and waiting == 0 and since > _LAST_WORDS_SECONDS:
                return True
            if since > still:
                return False
            await asyncio.sleep(_LOOK)


async def sagas(site: Site) -> int:
    """Return how many sagas there are; 0 where nobody says."""
    async with httpx.AsyncClient(timeout=_ASK_SECONDS, trust_env=False) as client:
        found, _ = await _look(client, site)
    return sum(found.values())


async def _look(client: httpx.AsyncClient, site: Site) -> tuple[dict[str, int], int | None]:
    """Return how many sagas stand where, and how many records wait; None where somebody does not answer."""
    try:
        states: dict[str, int] = (await client.get(f"{site.urls.url('mediator')}/sagas")).json()
        answers = await asyncio.gather(*(client.get(f"{site.urls.url(unit)}/health/lag") for unit in BY_NAME))
        lags: list[Any] = [answer.raise_for_status().json()["records"] for answer in answers]
        return states, sum(lags)
    except (httpx.HTTPError, ValueError, KeyError, TypeError):
        return {}, None
