"""Customers who do not give up: each order has a key, and is sent again under it until there is an answer."""

import asyncio
import time
import uuid
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

import httpx

from lab.chaos.ledger import Ledger
from lab.chaos.told import Answered, Outcome

AT_ONCE: Final = 24
"""Customers who wait for an answer at the same time; the others stand in line."""
AGAIN_SECONDS: Final = 0.15
PATIENCE_SECONDS: Final = 90.0
ANSWER_SECONDS: Final = 15.0

_NAMES: Final = uuid.UUID("5d1a0c9e-6f57-5f0e-9b1b-7b3f6c0d2a41")


class Customers:
    """Everyone who orders in one run. Whatever is sent or answered stands in the ledger.

    run: a name of this run; keys are made from it, so that another run's keys are others.
    """

    def __init__(self, client: httpx.AsyncClient, url: str, ledger: Ledger, run: str) -> None:
        self._client, self._url, self._ledger, self._run = client, url, ledger, run
        self._line = asyncio.Semaphore(AT_ONCE)
        self.acknowledged = self.refused = self.given_up = 0
        self.accepted = asyncio.Event()  # set with each acceptance; whoever waits for the next one clears it first

    async def order(self, number: int, body: Mapping[str, Any]) -> None:
        """Place the order of this number, until it is accepted or refused. Never raises for what the shop does."""
        key = str(uuid.uuid5(_NAMES, f"{self._run} {number}"))
        async with self._line:
            deadline = time.monotonic() + PATIENCE_SECONDS
            while time.monotonic() < deadline:
                told = await self._once(key, body)
                if told is Outcome.OK:
                    self.acknowledged += 1
                    self.accepted.set()
                    return
                if told is Outcome.FAIL:
                    self.refused += 1
                    return
                await asyncio.sleep(AGAIN_SECONDS)
            self.given_up += 1

    async def _once(self, key: str, body: Mapping[str, Any]) -> Outcome:
        attempt = self._ledger.sending(key, body)
        status, order_id = 0, ""
        try:
            answer = await self._client.post(f"{self._url}/orders", json=body, headers={"Idempotency-Key": key})
            status = answer.status_code
            if status == HTTPStatus.ACCEPTED:
                order_id = str(answer.json()["order_id"])
        except (httpx.HTTPError, ValueError, KeyError):
            status = 0  # nobody knows: it may have arrived
        self._ledger.answered(key, attempt, status, order_id)
        return Answered(key, attempt, status, order_id).outcome
