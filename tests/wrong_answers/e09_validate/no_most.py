"""finding: no-upper-limit

The least is thought of, the most is not: 10**9 mugs are an order.
"""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from lab.shop.contracts import CUSTOMERS, LINES_AT_MOST, PIECES_AT_MOST, PRODUCTS

CONFIG = ConfigDict(strict=True, extra="forbid")


def known_product(sku):
    if sku not in PRODUCTS:
        raise ValueError("there is no such product")
    return sku


def known_customer(customer_id):
    if customer_id not in CUSTOMERS:
        raise ValueError("there is no such customer")
    return customer_id


def each_once(lines):
    if len({line.sku for line in lines}) < len(lines):
        raise ValueError("a product stands in two lines")
    return lines


class Line(BaseModel):
    model_config = CONFIG

    sku: Annotated[str, AfterValidator(known_product)]
    quantity: Annotated[int, Field(ge=1)]


class OrderRequest(BaseModel):
    model_config = CONFIG

    customer_id: Annotated[str, AfterValidator(known_customer)]
    card: Annotated[str, Field(min_length=1, max_length=40)] = "card-ok"
    lines: Annotated[list[Line], Field(min_length=1, max_length=LINES_AT_MOST), AfterValidator(each_once)]


order_request = OrderRequest


def describe_faults(errors):
    faults = []
    for error in errors:
        field = ".".join(str(part) for part in error["loc"][1:])
        faults.append({"field": field or "the whole body", "detail": error["msg"].removeprefix("Value error, ")})
    return faults
