"""Order's HTTP: place an order, look one up."""

import hashlib
from typing import Annotated, Any

import structlog
from aiokafka.errors import KafkaError
from fastapi import APIRouter, Body, Header, HTTPException
from fastapi.responses import JSONResponse
from sqlalchemy.ext.asyncio import AsyncSession

from lab.shop import ports as p
from lab.shop.contracts import CUSTOMERS, Accepted, OrderStatus, OrderView
from lab.shop.runtime.blueprint import Context

_log = structlog.get_logger("orderlab")

KEY_LENGTH_AT_MOST = 200
HAND_OVER_SECONDS = 5.0
"""How long a customer waits for Kafka. Its producer has no limit of its own: it keeps a message until it is taken."""


def api(context: Context) -> APIRouter:
    """POST /orders answers 202: the order is in the book, what becomes of it is told later."""
    router = APIRouter(tags=["orders"])
    read_order = context.parts[p.READ_ORDER]
    request_model = context.parts[p.ORDER_REQUEST]

    async def place(
        request: Annotated[Any, Body()],
        idempotency_key: Annotated[str | None, Header(min_length=1, max_length=KEY_LENGTH_AT_MOST)] = None,
    ) -> JSONResponse:
        """Place an order. 202 with where to look; the same Idempotency-Key gets the same answer (from phase 2)."""
        answer = await _place(context, request, idempotency_key)
        return JSONResponse(dict(answer.body), answer.status)

    place.__annotations__["request"] = Annotated[request_model, Body()]
    router.post("/orders", status_code=202, responses={202: {"model": Accepted}})(place)

    @router.get("/orders/{order_id}")
    async def show(order_id: str) -> OrderView:
        """Show how an order stands."""
        async with context.store.reading() as session:
            found = await read_order(session, order_id)
        if found is None:
            raise HTTPException(404, f"There is no order {order_id}.")
        return found

    return router


async def _place(context: Context, request: Any, key: str | None) -> p.Answer:
    parts = context.parts
    fingerprint = hashlib.sha256(request.model_dump_json().encode()).hexdigest()
    async with context.store.writing() as session:
        if key is not None and (before := await _claim(context, session, key, fingerprint)):
            return before
        event = await parts[p.PLACE_ORDER](request, CUSTOMERS[request.customer_id], session)
        accepted = Accepted(
            order_id=event.order_id,
            status=OrderStatus.PLACED,
            total_cents=event.total_cents,
            currency=event.currency,
            status_url=f"/orders/{event.order_id}",
        )
        answer = p.Answer(202, accepted.model_dump(mode="json"))
        if key is not None:
            await parts[p.REMEMBER_ANSWER](session, key, answer)
        try:
            await context.begin_story(session, event, HAND_OVER_SECONDS)
        except (TimeoutError, KafkaError) as error:
            _log.error("Kafka did not take order.created", order=event.order_id, why=repr(error))
            raise _untold(event.order_id, stored=not session.in_transaction()) from error
    return answer


def _untold(order_id: str, *, stored: bool) -> HTTPException:
    """Say how it stands when Kafka has not taken the news: `stored` says whether `hand_over` had committed before."""
    detail = (
        f"The order is in the book; Kafka has not taken the news. Look later: /orders/{order_id}"
        if stored
        else "The order is not in the book; Kafka has not taken the news."
    )
    return HTTPException(503, detail, headers={"Retry-After": "2"})


async def _claim(context: Context, session: AsyncSession, key: str, fingerprint: str) -> p.Answer | None:
    try:
        return await context.parts[p.CLAIM_KEY](session, key, fingerprint)
    except p.KeyReused as error:
        raise HTTPException(422, "This Idempotency-Key came before, with another order.") from error
    except p.KeyBusy as error:
        raise HTTPException(409, "The first request with this Idempotency-Key is still at work.") from error
