"""The services' HTTP as typed calls. What goes wrong comes as a LabError that says what to do next."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any, Final, Self, TypeVar
from urllib.parse import quote

import httpx
from pydantic import TypeAdapter, ValidationError

from lab.errors import LabError, NotFound, NotReady, NotRunning, WrongUsage
from lab.shop.contracts import (
    Accepted,
    NotificationView,
    OrderView,
    PaymentView,
    ReportView,
    SagaView,
    State,
    StockView,
    View,
)
from lab.shop.silence import UnitNow
from lab.shop.units import BY_NAME
from lab.shop.urls import ShopUrls
from lab.shop.wording import clean

T = TypeVar("T")

TIMEOUT_SECONDS: Final = 10.0
LOOK_SECONDS: Final = 1.0


class HealthView(View):
    """What a unit says of itself."""

    unit: str
    phase: int
    alive: bool
    ready: bool


class ShopClient:
    """Calls the units. Use as an async context manager. Proxies of the environment are not asked: all is local."""

    def __init__(self, urls: ShopUrls, *, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._urls = urls
        self._http = httpx.AsyncClient(timeout=TIMEOUT_SECONDS, trust_env=False, transport=transport)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.aclose()

    async def place(self, order: Mapping[str, Any], key: str | None = None) -> Accepted:
        """Place an order; without a key, under a new one.

        Raises WrongUsage that names the fields at fault; NotReady when it is worth another try.
        """
        headers = {"Idempotency-Key": key or str(uuid.uuid4())}
        return await self._ask("order", "POST", "/orders", Accepted, json=dict(order), headers=headers)

    async def order(self, order_id: str) -> OrderView:
        """Return how an order stands. Raises NotFound, as all that follow."""
        return await self._ask("order", "GET", f"/orders/{_path(order_id)}", OrderView)

    async def saga(self, order_id: str) -> SagaView:
        """Return where the mediator stands with an order."""
        return await self._ask("mediator", "GET", f"/sagas/{_path(order_id)}", SagaView)

    async def sagas(self) -> dict[State, int]:
        """Return how many sagas stand where."""
        return await self._ask("mediator", "GET", "/sagas", dict[State, int])

    async def stock(self, sku: str) -> StockView:
        """Return one shelf."""
        return await self._ask("inventory", "GET", f"/stock/{_path(sku)}", StockView)

    async def free(self, skus: Sequence[str]) -> dict[str, int]:
        """Return the free pieces of these products."""
        return {sku: (await self.stock(sku)).available for sku in skus}

    async def payment(self, order_id: str) -> PaymentView:
        """Return what Payment did for an order."""
        return await self._ask("payment", "GET", f"/payments/{_path(order_id)}", PaymentView)

    async def notifications(self, order_id: str) -> tuple[NotificationView, ...]:
        """Return what the customer was told; nothing yet is empty."""
        try:
            path = f"/notifications/{_path(order_id)}"
            return await self._ask("notification", "GET", path, tuple[NotificationView, ...])
        except NotFound:
            return ()

    async def report(self) -> ReportView:
        """Return the shop in numbers."""
        return await self._ask("analytics", "GET", "/report", ReportView)

    async def health(self, unit: str) -> HealthView:
        """Return what a unit says of itself."""
        return await self._ask(unit, "GET", "/health", HealthView)

    async def _ask(self, unit: str, method: str, path: str, answer: type[T], **options: Any) -> T:
        url, title = self._urls.url(unit), BY_NAME[unit].title
        try:
            response = await self._http.request(method, url + path, **options)
        except httpx.ConnectError as error:
            raise NotRunning(
                f"The {title} service does not answer at {url}.", f"Start it: uv run lab up {unit}"
            ) from error
        except httpx.HTTPError as error:
            raise NotReady(
                f"The {title} service at {url} gave no whole answer ({type(error).__name__}).",
                "Is it paused or restarting? See: uv run lab status",
            ) from error
        if response.is_error:
            raise _refusal(unit, title, response)
        try:
            return TypeAdapter(answer).validate_json(response.content)
        except ValidationError as error:
            fault = error.errors(include_url=False, include_input=False)[0]
            place = ".".join(str(part) for part in fault["loc"]) or "the whole body"
            raise LabError(
                f"The {title} service answers in another form than agreed: {clean(place, 60)}: {fault['msg']}.",
                f"Its part is at fault; its log may say more: uv run lab logs {unit}",
            ) from error


def unit_now(urls: ShopUrls, unit: str) -> UnitNow:
    """Look whether a unit answers. Takes a second at most."""
    try:
        httpx.get(f"{urls.url(unit)}/health", timeout=LOOK_SECONDS, trust_env=False)
    except httpx.ConnectError:
        return UnitNow.STOPPED
    except httpx.HTTPError:
        return UnitNow.MUTE
    return UnitNow.RUNNING


def _path(text: str) -> str:
    """Make any text one segment of a path."""
    return quote(text, safe="")


def _refusal(unit: str, title: str, response: httpx.Response) -> LabError:
    try:
        problem = response.json()
    except ValueError:
        problem = None
    problem = problem if isinstance(problem, dict) else {}
    what = " ".join(clean(str(problem[name])) for name in ("title", "detail") if problem.get(name))
    status = response.status_code
    if status == httpx.codes.NOT_FOUND:
        detail = clean(str(problem.get("detail") or f"The {title} service does not know it."))
        return NotFound(detail, "See what there is: uv run lab order list")
    if status in {httpx.codes.BAD_REQUEST, httpx.codes.UNPROCESSABLE_ENTITY, httpx.codes.REQUEST_ENTITY_TOO_LARGE}:
        return WrongUsage(
            f"The {title} service refuses: {what or status}{_faults(problem.get('errors'))}",
            "Change that, and try again; the products and customers are in: uv run lab catalogue",
        )
    if status in {httpx.codes.SERVICE_UNAVAILABLE, httpx.codes.CONFLICT, httpx.codes.TOO_MANY_REQUESTS}:
        return NotReady(f"The {title} service cannot now: {what or status}", "Try again in a moment: uv run lab status")
    return LabError(f"The {title} service failed ({status}): {what}", f"Its log says why: uv run lab logs {unit}")


def _faults(errors: object) -> str:
    rows = [row for row in errors if isinstance(row, dict)] if isinstance(errors, list) else []
    return "".join(f"\n  {clean(str(row.get('field')), 60)}: {clean(str(row.get('detail')))}" for row in rows)
