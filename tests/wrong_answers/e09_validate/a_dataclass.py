"""finding: not-a-model

"A class with types is a model." FastAPI takes a dataclass, too, but it has no limits and no settings.
"""

from dataclasses import dataclass


@dataclass
class Line:
    sku: str
    quantity: int


@dataclass
class OrderRequest:
    customer_id: str
    lines: list[Line]
    card: str = "card-ok"


order_request = OrderRequest


def describe_faults(errors):
    faults = []
    for error in errors:
        field = ".".join(str(part) for part in error["loc"][1:])
        faults.append({"field": field or "the whole body", "detail": error["msg"].removeprefix("Value error, ")})
    return faults
