"""Exercise 9 · Validate: what is not right is refused before any work is done."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from lab.shop.contracts import CUSTOMERS, LINES_AT_MOST, PIECES_AT_MOST, PRODUCTS

# TODO 1  Take nothing else, and turn nothing into something else: settings for both models.
# TODO 2  Add rules of your own: functions that return the value, or raise ValueError. A product that the shop has,
#         a customer whom it knows, each product in one line only.


class Line(BaseModel):
    """So many pieces of one product: {"sku": "mug", "quantity": 2}. There is no price: the shop knows its own."""

    # TODO 3  Name the fields, each with its type.
    # TODO 4  Set the limits.


class OrderRequest(BaseModel):
    """What a customer sends to POST /orders."""

    # TODO 3 and 4, once more: customer_id, card ("card-ok" if it is left out), lines.


order_request = OrderRequest  # the name by which the shop finds your model; leave this line as it is


def describe_faults(errors: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, str]]:
    """Turn pydantic's list of errors into what the customer reads: which field, and what is wrong with it.

    errors: each has "loc", such as ("body", "lines", 0, "quantity"), and "msg"; also "input", what was sent.

    Returns one {"field": "lines.0.quantity", "detail": "…"} for each, for the answer's problem+json (RFC 9457).
    """
    # TODO 5  Say what is wrong: where, and what.
    raise NotImplementedError  # delete this line when your lines are written
