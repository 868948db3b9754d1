"""finding: turned-into-a-number

Names and types look like a whole model. But pydantic helps where it can: it makes 2 of "2" and 1 of true, passes by
what it does not know, and sets no limit. So 999,999 mugs are an order, and a unicorn is a 500.
"""

from pydantic import BaseModel


class Line(BaseModel):
    sku: str
    quantity: int


class OrderRequest(BaseModel):
    customer_id: str
    card: str = "card-ok"
    lines: list[Line]


order_request = OrderRequest


def describe_faults(errors):
    return [{"field": ".".join(map(str, error["loc"][1:])), "detail": error["msg"]} for error in errors]
