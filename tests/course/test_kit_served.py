"""A unit's HTTP in a check: the real app, with other pieces in it."""

import pytest
from pydantic import BaseModel

from lab.course.kit.served import served

pytestmark = pytest.mark.anyio
ORDER = {"customer_id": "cus-anna", "lines": [{"sku": "mug", "quantity": 0}]}


class Anything(BaseModel):
    customer_id: str


async def test_a_request_meets_the_pieces_that_were_handed_in_and_else_the_solution_s():
    async with served("order") as http:
        told = (await http.post("/orders", json=ORDER)).json()
    assert [fault["field"] for fault in told["errors"]] == ["lines.0.quantity"]
    async with served("order", describe_faults=lambda _: [{"field": "all", "detail": "no"}]) as http:
        answer = await http.post("/orders", json=ORDER)
    assert (answer.status_code, answer.json()["errors"]) == (422, [{"field": "all", "detail": "no"}])


async def test_what_a_piece_raises_comes_out_of_the_call():
    async def place_order(request, customer, session):
        raise KeyError(request.customer_id)

    async with served("order", order_request=Anything, place_order=place_order) as http:
        with pytest.raises(KeyError, match="cus-anna"):
            await http.post("/orders", json=ORDER)
