"""What the services answer to requests that are not right: always a problem that says what, never a stack trace."""

import json
from importlib import import_module

import httpx
import pytest

from lab.shop.contracts import PRODUCTS
from lab.shop.parts import Parts
from lab.shop.runtime.limits import BODY_BYTES_AT_MOST
from lab.shop.runtime.service import Service, build_app
from lab.shop.runtime.settings import Settings
from lab.shop.runtime.topics import ensure_topics
from lab.shop.units import BY_NAME
from tests.shop.harness import new_prefix, postgres
from tests.shop.real_shop import RealShop

CARD = "4929-0000-1111-2222"
GOOD = {"customer_id": "cus-anna", "card": CARD, "lines": [{"sku": "mug", "quantity": 1}]}


@pytest.fixture(scope="module")
def http():
    with httpx.Client(trust_env=False, timeout=20) as client:
        yield client


def line(**other) -> dict:
    return {**GOOD, "lines": [{"sku": "mug", "quantity": 1, **other}]}


def problem(answer: httpx.Response, status: int) -> dict:
    """The answer, once it has been found to be a proper problem."""
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json"), answer.text
    told = answer.json()
    assert told["status"] == status
    assert told["title"]
    assert "Traceback" not in answer.text
    assert ".py" not in answer.text
    assert CARD not in answer.text
    return told


def faults(told: dict) -> dict[str, str]:
    return {fault["field"]: fault["detail"] for fault in told["errors"]}


NOT_FITTING = [
    pytest.param(line(quantity=0), "lines.0.quantity", id="no piece"),
    pytest.param(line(quantity=-1), "lines.0.quantity", id="less than no piece"),
    pytest.param(line(quantity=10**9), "lines.0.quantity", id="very many pieces"),
    pytest.param(line(quantity=10**300), "lines.0.quantity", id="more pieces than a float holds"),
    pytest.param(line(quantity=1.5), "lines.0.quantity", id="half a piece"),
    pytest.param(line(quantity="2"), "lines.0.quantity", id="a number as text"),
    pytest.param(line(quantity=True), "lines.0.quantity", id="a number as a truth"),
    pytest.param(line(quantity=None), "lines.0.quantity", id="a null"),
    pytest.param(line(quantity={}), "lines.0.quantity", id="an object for a number"),
    pytest.param(line(price_cents=1), "lines.0.price_cents", id="a price of one's own"),
    pytest.param({**GOOD, "total_cents": 1}, "total_cents", id="a total of one's own"),
    pytest.param(line(sku="unicorn"), "lines.0.sku", id="an unknown product"),
    pytest.param(line(sku="m" * 5_000), "lines.0.sku", id="an endless product"),
    pytest.param(line(sku="mug\x00"), "lines.0.sku", id="a product with a NUL"),
    pytest.param({**GOOD, "customer_id": "nobody"}, "customer_id", id="an unknown customer"),
    pytest.param({**GOOD, "customer_id": ["cus-anna"]}, "customer_id", id="a list for a customer"),
    pytest.param({**GOOD, "card": CARD * 5}, "card", id="too long a card"),
    pytest.param({**GOOD, "card": [CARD]}, "card", id="a list for a card"),
    pytest.param({**GOOD, "card": ""}, "card", id="an empty card"),
    pytest.param({**GOOD, "lines": []}, "lines", id="no lines"),
    pytest.param({**GOOD, "lines": None}, "lines", id="null for the lines"),
    pytest.param({**GOOD, "lines": {"sku": "mug"}}, "lines", id="an object for the lines"),
    pytest.param({**GOOD, "lines": [{"sku": sku, "quantity": 1} for sku in (*PRODUCTS, "mug")]}, "lines", id="twice"),
    pytest.param({**GOOD, "lines": [{}] * 21}, "lines", id="too many lines"),
    pytest.param({**GOOD, "lines": [[]]}, "lines.0", id="a list for a line"),
    pytest.param({key: GOOD[key] for key in ("card", "lines")}, "customer_id", id="nobody orders"),
    pytest.param([GOOD], "the whole body", id="a list"),
    pytest.param(CARD, "the whole body", id="a text"),
    pytest.param(7, "the whole body", id="a number"),
    pytest.param({**GOOD, "\ud800": 1}, "the whole body", id="half a character for a name"),
    pytest.param({**GOOD, "card": "\ud800"}, "card", id="half a character for a card"),
]


@pytest.mark.parametrize(("body", "field"), NOT_FITTING)
def test_an_order_that_does_not_fit_is_refused_with_the_field_that_is_wrong(http, stack, body, field) -> None:
    answer = http.post(
        f"{stack.url('order')}/orders", content=json.dumps(body), headers={"content-type": "application/json"}
    )
    told = faults(problem(answer, 422))
    assert told.get(field), told
    assert len(answer.content) < 5_000


@pytest.mark.parametrize(
    "content",
    [
        f'{{"card": "{CARD}", ',
        f'{{"card": "{CARD}" "lines": []}}',
        "order a mug",
        "'{}'",
        "[" * 60_000,
        '{"lines": [{"sku": "mug", "quantity": ' + "9" * 5_000 + "}]}",
        b"\xff\xfe\x00",
        b"\x00",
    ],
    ids=["cut off", "a comma missing", "prose", "quoted", "deep", "endless number", "not UTF-8", "a NUL"],
)
def test_a_body_that_is_not_json_is_called_so(http, stack, content) -> None:
    answer = http.post(f"{stack.url('order')}/orders", content=content, headers={"content-type": "application/json"})
    problem(answer, 400)


def test_no_body_and_another_content_type_are_refused(http, stack) -> None:
    url = f"{stack.url('order')}/orders"
    for answer in (
        http.post(url),
        http.post(url, headers={"content-type": "application/json"}),
        http.post(url, content=json.dumps(GOOD), headers={"content-type": "text/plain"}),
        http.post(url, content=json.dumps(GOOD), headers={"content-type": ";;;"}),
        http.post(url, data={"customer_id": "cus-anna", "card": CARD}),
        http.post(url, files={"file": b"mug"}),
    ):
        assert faults(problem(answer, 422)).get("the whole body")


def test_a_body_of_five_megabytes_is_refused_declared_or_not(http, stack) -> None:
    url, big = f"{stack.url('order')}/orders", b'{"card": "' + b"x" * 5_000_000 + b'"}'
    headers = {"content-type": "application/json"}

    def in_pieces():
        for start in range(0, len(big), 50_000):
            yield big[start : start + 50_000]

    for content in (big, in_pieces()):
        told = problem(http.post(url, content=content, headers=headers), 413)
        assert "64 KiB" in told["detail"]
    at_most = b"[" + b" " * (BODY_BYTES_AT_MOST - 2) + b"]"
    problem(http.post(url, content=at_most, headers=headers), 422)
    problem(http.post(url, content=at_most + b" ", headers=headers), 413)


@pytest.mark.parametrize("key", ["x" * 201, "x" * 5_000, ""], ids=["201 characters", "5000 characters", "empty"])
def test_an_idempotency_key_has_a_length(http, stack, key) -> None:
    answer = http.post(f"{stack.url('order')}/orders", json=GOOD, headers={"Idempotency-Key": key})
    assert [field for field in faults(problem(answer, 422)) if "idempotency-key" in field.lower()]


LOOKED_UP = (("order", "/orders/"), ("inventory", "/stock/"), ("payment", "/payments/"),
             ("notification", "/notifications/"), ("mediator", "/sagas/"))  # fmt: skip
NAMES = {
    "unknown": "ord-22222222", "huge": "x" * 10_000, "a NUL": "%00", "a NUL inside": "ord-%00x", "line ends": "%0d%0a",
    "an escape": "%1b%5b31m", "not UTF-8": "%ff%fe", "a quote": "%27%20OR%201%3D1--", "dots": "..%2f..%2fetc",
    "not ASCII": "%E2%82%AC",
}  # fmt: skip


@pytest.mark.parametrize(("unit", "path"), LOOKED_UP, ids=[unit for unit, _ in LOOKED_UP])
def test_what_is_not_there_is_not_found_whatever_its_name(http, stack, unit, path) -> None:
    for what, name in NAMES.items():
        told = problem(http.get(stack.url(unit) + path + name), 404)
        assert told["title"] == "Not Found", what


@pytest.mark.anyio
async def test_what_is_not_there_is_not_found_on_postgresql_either(kafka_address, endpoints) -> None:
    prefix = new_prefix()
    await ensure_topics(kafka_address, prefix)
    databases = postgres(endpoints.postgres, prefix)
    for unit, path in LOOKED_UP:
        settings = Settings(
            kafka=kafka_address, prefix=prefix, database_url=databases(unit), bank_url=databases("bank")
        )
        async with Service(import_module(BY_NAME[unit].blueprint).BLUEPRINT, settings, Parts(1)) as service:
            transport = httpx.ASGITransport(build_app(service), raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url=f"http://{unit}") as client:
                for name in NAMES.values():
                    problem(await client.get(path + name), 404)


def test_a_wrong_method_is_not_allowed(http, stack) -> None:
    for unit, path in LOOKED_UP:
        for method in ("DELETE", "PUT", "PATCH", "BREW"):
            answer = http.request(method, f"{stack.url(unit)}{path}x", json=GOOD)
            problem(answer, 405)
            assert "GET" in answer.headers["allow"]
    problem(http.get(f"{stack.url('order')}/orders"), 405)


def test_every_unit_answers_an_unknown_path_with_a_problem(http, stack) -> None:
    for unit in BY_NAME:
        problem(http.get(f"{stack.url(unit)}/nothing/here"), 404)


def test_after_all_that_an_order_is_still_taken_and_delivered(stack) -> None:
    with RealShop(stack) as shop:
        assert shop.ending(shop.place(**GOOD)) == "delivered"
