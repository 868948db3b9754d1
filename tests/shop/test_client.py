"""What the services answer, and what a person reads when they do not."""

import httpx
import pytest

from lab.errors import LabError, NotFound, NotReady, NotRunning, WrongUsage
from lab.shop.client import ShopClient, unit_now
from lab.shop.contracts import PRODUCTS
from lab.shop.silence import UnitNow
from lab.shop.urls import ShopUrls
from tests.engines.conftest import free_port

pytestmark = pytest.mark.anyio
URLS = ShopUrls(8001)
PROBLEM = {"title": "The request does not fit.", "errors": [{"field": "lines.0.sku", "detail": "no \x1b[2Jsuch"}]}


def shop(status, content, asked=None):
    def answer(request):
        if asked is not None:
            asked.append(request)
        return httpx.Response(status, **({"json": content} if not isinstance(content, bytes) else {"content": content}))

    return ShopClient(URLS, transport=httpx.MockTransport(answer))


async def test_an_accepted_order_is_typed_and_goes_to_the_order_service_with_its_key():
    asked = []
    content = {"order_id": "ord-1", "status": "placed", "total_cents": 5, "currency": "EUR", "status_url": "/orders/1"}
    async with shop(202, content, asked) as client:
        assert (await client.place({"lines": []}, key="k")).order_id == "ord-1"
    assert str(asked[0].url) == "http://127.0.0.1:8001/orders"
    assert asked[0].headers["Idempotency-Key"] == "k"


async def test_every_order_has_a_key_of_its_own():
    asked = []
    content = {"order_id": "ord-1", "status": "placed", "total_cents": 5, "currency": "EUR", "status_url": "/orders/1"}
    async with shop(202, content, asked) as client:
        await client.place({"lines": []})
        await client.place({"lines": []})
    first, second = (one.headers["Idempotency-Key"] for one in asked)
    assert first
    assert first != second


async def test_a_refusal_names_the_fields_and_never_moves_the_cursor():
    async with shop(422, PROBLEM) as client:
        with pytest.raises(WrongUsage) as refused:
            await client.place({})
    assert "lines.0.sku: no ␛[2Jsuch" in refused.value.what


@pytest.mark.parametrize(
    ("status", "content", "kind"),
    [
        (404, {"title": "Not Found", "detail": "There is no order x."}, NotFound),
        (503, {"title": "Kafka does not answer."}, NotReady),
        (409, {}, NotReady),
        (500, b"<html>", LabError),
        (400, [1], WrongUsage),
        (200, {"order_id": 1}, LabError),
        (200, b"not json", LabError),
    ],
)
async def test_every_other_answer_is_an_error_with_a_next_step(status, content, kind):
    async with shop(status, content) as client:
        with pytest.raises(LabError) as error:
            await client.order("x")
    assert type(error.value) is kind
    assert "uv run lab" in error.value.mend


async def test_any_text_stays_one_segment_of_the_path():
    asked = []
    async with shop(404, {}, asked) as client:
        with pytest.raises(NotFound):
            await client.order("../payments/x?y#z")
    assert asked[0].url.raw_path == b"/orders/..%2Fpayments%2Fx%3Fy%23z"


async def test_a_service_that_is_not_there_is_said_with_its_address():
    urls = ShopUrls(free_port())
    async with ShopClient(urls) as client:
        with pytest.raises(NotRunning, match=f"does not answer at {urls.url('order')}"):
            await client.order("x")
    assert unit_now(urls, "order") is UnitNow.STOPPED


@pytest.mark.slow
async def test_the_running_shop_answers_every_call(stack):
    async with ShopClient(ShopUrls(stack.service_port)) as client:
        placed = await client.place({"customer_id": "cus-anna", "lines": [{"sku": "mug", "quantity": 1}]})
        assert (await client.order(placed.order_id)).total_cents == 1250
        assert set(await client.free(list(PRODUCTS))) == set(PRODUCTS)
        assert (await client.health("mediator")).unit == "mediator"
        assert isinstance(await client.sagas(), dict)
        assert (await client.report()).orders >= 0
        assert isinstance(await client.notifications(placed.order_id), tuple)
        with pytest.raises(NotFound):
            await client.saga("ord-NOBODY")
    assert unit_now(ShopUrls(stack.service_port), "order") is UnitNow.RUNNING
