"""What the fields of the messages mean, in words; one table, since equal names mean equal things everywhere."""

from collections.abc import Mapping
from typing import Any, Final

from pydantic import BaseModel

MEANING: Final[Mapping[str, str]] = {
    "order_id": "the order; also the record's key and `ce_subject`",
    "lines": "one entry per product",
    "sku": "the product",
    "quantity": "pieces, at least 1",
    "unit_cents": "price of one piece when the order was placed, in cents",
    "left": "pieces that are left for others",
    "customer_id": "who orders",
    "customer_name": "how to address the customer",
    "email": "where to reach the customer",
    "ship_to": "where the parcel goes",
    "card": "a token that stands for the card; the number itself never enters the shop",
    "total_cents": "sum of quantity times unit price, in cents",
    "amount_cents": "money, in cents; final, nobody computes it anew",
    "currency": "three letters, ISO 4217",
    "outcome": "which of the possible endings it was",
    "reason": "why, in words for people; empty where there is nothing to explain",
    "template": "which text the customer gets",
    "carrier": "who brings the parcel",
    "tracking": "what the carrier knows the parcel by",
}


def rows(model: type[BaseModel]) -> list[tuple[str, str, str]]:
    """Return name, type and meaning of every field. Raises KeyError for a field that MEANING does not explain."""
    properties = model.model_json_schema()["properties"]
    return [(f"`{name}`", _type(properties[name]), MEANING[name]) for name in model.model_fields]


def _type(schema: Mapping[str, Any]) -> str:
    """Say a field's JSON type in a few words: `integer ≥ 0`, `list of Item`, `"approved" or "declined"`."""
    if "$ref" in schema:
        return f"[{schema['$ref'].rsplit('/', 1)[-1]}](#{schema['$ref'].rsplit('/', 1)[-1].lower()})"
    if "enum" in schema:
        return " or ".join(f'`"{value}"`' for value in schema["enum"])
    if schema["type"] == "array":
        return f"list of {_type(schema['items'])}"
    text = str(schema["type"])
    if "minimum" in schema:
        text += f" ≥ {schema['minimum']}"
    if "default" in schema:
        text += f", else `{schema['default']!r}`".replace("'", '"')
    return text
