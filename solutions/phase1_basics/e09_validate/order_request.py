"""Exercise 9 · Validate: what is not right is refused before any work is done."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from lab.shop.contracts import CUSTOMERS, LINES_AT_MOST, PIECES_AT_MOST, PRODUCTS

# `strict` turns no text into a number. `forbid` is why a customer cannot send a price: a field that we do not list is
# an error, not a gift. A model inside a model does not inherit this from it, so both say it.
NOTHING_ELSE = ConfigDict(strict=True, extra="forbid")


def _known_product(sku: str) -> str:
    if sku not in PRODUCTS:
        raise ValueError(f"there is no such product; there are: {', '.join(PRODUCTS)}")
    return sku


def _known_customer(customer_id: str) -> str:
    if customer_id not in CUSTOMERS:
        raise ValueError(f"there is no such customer; there are: {', '.join(CUSTOMERS)}")
    return customer_id


def _each_product_once(lines: "list[Line]") -> "list[Line]":
    names = [line.sku for line in lines]
    if len(names) != len(set(names)):
        raise ValueError("a product stands in two lines; put it in one, with the sum of the pieces")
    return lines


class Line(BaseModel):
    """So many pieces of one product: {"sku": "mug", "quantity": 2}. There is no price: the shop knows its own."""

    model_config = NOTHING_ELSE

    sku: Annotated[str, AfterValidator(_known_product)]
    # Whole pieces, at least one. Without an upper limit somebody will order 10⁹, and the total will be real money.
    quantity: Annotated[int, Field(ge=1, le=PIECES_AT_MOST)]


class OrderRequest(BaseModel):
    """What a customer sends to POST /orders."""

    model_config = NOTHING_ELSE

    customer_id: Annotated[str, AfterValidator(_known_customer)]
    card: Annotated[str, Field(min_length=1, max_length=40)] = "card-ok"
    # The limit is asked before anything in the list is looked at: 3,000 bad lines get one fault, and not 3,000.
    lines: Annotated[list[Line], Field(min_length=1, max_length=LINES_AT_MOST), AfterValidator(_each_product_once)]


order_request = OrderRequest


def describe_faults(errors: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, str]]:
    """Turn pydantic's list of errors into what the customer reads: which field, and what is wrong with it.

    errors: each has "loc", such as ("body", "lines", 0, "quantity"), and "msg"; also "input", what was sent.

    Returns one {"field": "lines.0.quantity", "detail": "…"} for each, for the answer's problem+json (RFC 9457).
    """
    faults = []
    for error in errors:
        # The first part is FastAPI's word for where it looked, "body", and no field that the customer knows.
        field = ".".join(str(part) for part in error["loc"][1:])
        # What they sent is not repeated to them: it may be a card, and it may be five pages long.
        detail = error["msg"].removeprefix("Value error, ")
        faults.append({"field": field or "the whole body", "detail": detail})
    return faults
