"""Every service against its own OpenAPI: whatever is sent, it answers as it has said, never with a fault of its own.

What is sent is drawn from the document by schemathesis: what fits and what does not, the same every time.
"""

import httpx
import pytest
from hypothesis import HealthCheck, Phase, given, settings

from tests.shop.harness import open_shop, sqlite
from tests.shop.test_reliable_flow import phase_2

pytestmark = [pytest.mark.anyio, pytest.mark.authors]

EXAMPLES = 25
"""For each operation with parameters and each way to draw; one without has a single one."""
GOOD = {"customer_id": "cus-anna", "lines": [{"sku": "mug", "quantity": 1}]}
GOOD_ORDERS = 15
CHECKS = ("not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance")
DRAWING = {
    "derandomize": True,
    "database": None,
    "deadline": None,
    "phases": (Phase.explicit, Phase.generate),
    "suppress_health_check": list(HealthCheck),
}


async def test_every_operation_answers_as_its_openapi_says(kafka_address, tmp_path) -> None:
    import schemathesis  # noqa: PLC0415  the authors' group brings it

    checks = [getattr(schemathesis.checks, name) for name in CHECKS]
    async with open_shop(kafka_address, sqlite(tmp_path), parts=phase_2) as shop:
        known = {"order_id": await shop.place(), "sku": "mug"}
        assert await shop.ending(known["order_id"]) == "delivered"
        seen = set()
        for unit, client in shop.clients.items():
            schema = schemathesis.openapi.from_dict((await client.get("/openapi.json")).json())
            for found in schema.get_all_operations():
                for case in _drawn(found.ok(), known, schemathesis.GenerationMode):
                    answer = await client.request(**_request(case))
                    case.validate_response(answer, checks=checks)
                    _is_a_problem_where_it_is_an_error(answer)
                    seen.add((unit, case.method, case.path, answer.status_code))
        assert ("order", "POST", "/orders", 202) in seen
        assert ("order", "POST", "/orders", 422) in seen
        assert {(unit, "GET", "/metrics", 200) for unit in shop.clients} < seen
        assert ("mediator", "GET", "/sagas/{order_id}", 200) in seen
        assert await shop.ending(await shop.place()) == "delivered"


def _drawn(operation, known: dict[str, str], modes) -> list:
    """Draw cases for one operation: fitting ones, others, and one that asks for what is there.

    All at once, with nothing else running: hypothesis does not like it when others use `random` while it draws.
    """
    cases, asks = [], bool(operation.path_parameters or operation.body or operation.query or operation.headers)

    def keep(case) -> None:
        cases.append(case)

    for mode in modes if operation.body else [modes.POSITIVE]:  # in a path any text fits, and none is wrong
        drawing = given(operation.as_strategy(generation_mode=mode))(keep)
        settings(max_examples=EXAMPLES if asks else 1, **DRAWING)(drawing)()
    if operation.body:  # a customer and a product that exist are seldom drawn; their headers may stay
        good = [one for one in cases if isinstance(one.body, dict)][:GOOD_ORDERS]
        cases += [operation.Case(body=GOOD, media_type="application/json", headers=one.headers) for one in good]
    if operation.path_parameters:
        cases.append(operation.Case(path_parameters={one.name: known[one.name] for one in operation.path_parameters}))
    return cases


def _request(case) -> dict:
    told = case.as_transport_kwargs(base_url="http://unit")
    told.pop("cookies", None)
    if "data" in told:
        told["content"] = told.pop("data")
    return told


def _is_a_problem_where_it_is_an_error(answer: httpx.Response) -> None:
    if answer.is_error:
        assert answer.headers["content-type"] == "application/problem+json", answer.text
        assert answer.json()["status"] == answer.status_code
        assert "Traceback" not in answer.text
