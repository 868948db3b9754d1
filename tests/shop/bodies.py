"""Messages for tests: one plain sample of each type, and whatever else the contracts allow, made up by hypothesis."""

import types
from typing import Any, Literal, get_args, get_origin

from hypothesis import strategies as st
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from lab.shop.contracts import TOPIC_OF, Body

WORDS = st.text(max_size=20)


def any_body() -> st.SearchStrategy[Body]:
    """One message of any type."""
    return st.sampled_from(sorted(TOPIC_OF, key=lambda body: body.name)).flatmap(body_of)


def body_of(model: type[BaseModel]) -> st.SearchStrategy[Any]:
    """One body of this type, each field within its limits."""
    fields = {name: _field(field) for name, field in model.model_fields.items()}
    return st.fixed_dictionaries(fields).map(lambda values: model(**values))


def _field(field: FieldInfo) -> st.SearchStrategy[Any]:
    at_least = next((limit.ge for limit in field.metadata if hasattr(limit, "ge")), 0)
    return _annotation(field.annotation, at_least)


def _annotation(annotation: Any, at_least: int) -> st.SearchStrategy[Any]:
    if annotation is str:
        return WORDS
    if annotation is int:
        return st.integers(min_value=at_least, max_value=10**12)
    if get_origin(annotation) is Literal:
        return st.sampled_from(get_args(annotation))
    if get_origin(annotation) is tuple:
        return st.lists(body_of(get_args(annotation)[0]), max_size=3).map(tuple)
    if isinstance(annotation, type | types.GenericAlias):
        return body_of(annotation)
    raise TypeError(f"no strategy for {annotation!r}")


def sample(model: type[Body], **fields: Any) -> Body:
    """Return a message of this type about `ord-1`."""
    return model(**{**_plain_fields(model), "order_id": "ord-1", **fields})


def endings_of(model: type[Body]) -> list[Body]:
    """Return one message for each outcome of this type; one alone where it has no outcomes."""
    field = model.model_fields.get("outcome")
    outcomes = get_args(field.annotation) if field else ()
    return [sample(model, outcome=outcome) for outcome in outcomes] or [sample(model)]


def _plain_fields(model: type[BaseModel]) -> dict[str, Any]:
    return {name: _plain(field.annotation) for name, field in model.model_fields.items()}


def _plain(annotation: Any) -> Any:
    if annotation is str:
        return "some"
    if annotation is int:
        return 1
    if get_origin(annotation) is Literal:
        return get_args(annotation)[0]
    if get_origin(annotation) is tuple:
        inner = get_args(annotation)[0]
        return (inner(**_plain_fields(inner)),)
    raise TypeError(f"no sample for {annotation!r}")
