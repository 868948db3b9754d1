"""Places orders as customers do, several at the same time, and tells what each was answered."""

import asyncio
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

import httpx

from lab.shop.contracts import CARD_OK
from lab.shop.wording import clean

ANSWER_SECONDS: Final = 20.0
"""How long a customer waits. The order service itself gives up on Kafka sooner."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a customer was answered: an HTTP status (0: none came), and with 202 the order's id."""

    status: int
    order_id: str = ""

    @property
    def accepted(self) -> bool:
        """Say whether the customer was promised something."""
        return self.status == HTTPStatus.ACCEPTED

    def text(self) -> str:
        """`202 Accepted   ord-7F3KM2QA`, `503 not now`."""
        if self.accepted:
            return f"202 Accepted   {clean(self.order_id, 40)}"
        if self.status == HTTPStatus.SERVICE_UNAVAILABLE:
            return "503 not now"
        return f"{self.status} {httpx.codes.get_reason_phrase(self.status)}".rstrip() if self.status else "no answer"


async def place(client: httpx.AsyncClient, url: str, card: str = CARD_OK) -> Answer:
    """Place an order for one mug. Never raises for what the order service does."""
    body = {"customer_id": "cus-anna", "card": card, "lines": [{"sku": "mug", "quantity": 1}]}
    try:
        answer = await client.post(f"{url}/orders", json=body, headers={"Idempotency-Key": str(uuid.uuid4())})
        told: Any = answer.json()
    except (httpx.HTTPError, ValueError):
        return Answer(0)
    order_id = told.get("order_id", "") if isinstance(told, dict) else ""
    return Answer(answer.status_code, str(order_id))


async def place_all(
    client: httpx.AsyncClient, url: str, count: int, answered: Callable[[Answer], None]
) -> list[Answer]:
    """Place so many orders at the same time; `answered` is told each answer when it comes."""

    async def one() -> Answer:
        answer = await place(client, url)
        answered(answer)
        return answer

    return list(await asyncio.gather(*(one() for _ in range(count))))


def customers() -> httpx.AsyncClient:
    """Return the HTTP client of the customers; proxies of the environment are not asked."""
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=None)
    return httpx.AsyncClient(timeout=ANSWER_SECONDS, trust_env=False, limits=limits)
