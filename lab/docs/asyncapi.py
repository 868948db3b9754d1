"""docs/reference/asyncapi.yaml: the shop as an AsyncAPI 3.0 document, for machines and for AsyncAPI's own tools."""

import json
from collections.abc import Mapping
from typing import Any, Final

from pydantic.json_schema import models_json_schema

import lab
from lab.docs.examples import examples
from lab.docs.people import blueprints, listeners, readers, title
from lab.docs.yaml_text import dump
from lab.shop.contracts import PARTITIONS, TOPIC_OF, TOPICS, Body, Topic

_NOTE: Final = "# Written by `just docs`. Change what it is written from, not this file.\n"
_KAFKA: Final = "0.5.0"  # of AsyncAPI's Kafka bindings
_REF: Final = "#/components/schemas/{model}"

_HEADERS: Final[tuple[tuple[str, str, str], ...]] = (  # name, format, meaning
    ("ce_id", "", "The message's own id. It follows from its cause, so a repeat has the same."),
    ("ce_source", "uri-reference", "Who says it."),
    ("ce_subject", "", "The order id; also the record's key."),
    ("ce_time", "date-time", "When it was said, in UTC."),
    ("ce_correlationid", "", "The id of the initiating event: one for a whole story."),
    ("ce_causationid", "", "The id of the message that caused this one; absent on the first."),
    ("traceparent", "", "W3C trace context, from phase 2."),
    ("handled-by", "", "Whose lines made it: broken or mine where any of them are, else solution, or lab."),
    (
        "handled-by-parts",
        "",
        "Exercises whose lines had a hand in it, without the solution's: await=mine envelope=mine.",
    ),
)
_REQUIRED: Final = ("ce_specversion", "ce_id", "ce_type", "ce_source", "ce_subject", "ce_time", "ce_correlationid")


def write() -> str:
    """Write the document."""
    return _NOTE + dump(document())


def document() -> dict[str, Any]:
    """Build the document as plain data."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Orderlab's shop",
            "version": lab.__version__,
            "description": "Five services, Fulfilment and a mediator, which talk through Kafka only.",
            "license": {"name": "MIT"},
        },
        "defaultContentType": "application/json",
        "servers": {
            "local": {
                "host": "127.0.0.1:9092",
                "protocol": "kafka",
                "description": "One broker in KRaft mode, bound to this machine. LAB_KAFKA_PORT changes the port.",
            }
        },
        "channels": {topic.name: _channel(topic) for topic in TOPICS},
        "operations": _operations(),
        "components": {
            "messages": {body.name: _message(body) for body in TOPIC_OF},
            "messageTraits": {"cloudevent": {"headers": _headers()}},
            "schemas": _schemas(),
        },
    }


def _channel(topic: Topic) -> dict[str, Any]:
    return {
        "address": topic.name,
        "title": topic.role.value,
        "description": topic.about,
        "messages": {body.name: {"$ref": f"#/components/messages/{body.name}"} for body in topic.messages},
        "bindings": {"kafka": {"partitions": PARTITIONS, "replicas": 1, "bindingVersion": _KAFKA}},
    }


def _operations() -> dict[str, Any]:
    operations: dict[str, Any] = {}
    for unit in (blueprint.name for blueprint in blueprints()):
        for topic in TOPICS:
            if topic.writer == unit:
                operations[f"{unit}.sends.{topic.name}"] = _operation("send", topic, f"{title(unit)} writes here.")
            if unit in readers(topic):
                duty = "may ignore what it hears" if unit in listeners(topic) else "acts on every message"
                operation = _operation("receive", topic, f"{title(unit)} reads here and {duty}.")
                group = {"groupId": {"type": "string", "enum": [unit]}, "bindingVersion": _KAFKA}
                operations[f"{unit}.receives.{topic.name}"] = operation | {"bindings": {"kafka": group}}
    return operations


def _operation(action: str, topic: Topic, summary: str) -> dict[str, Any]:
    here = f"#/channels/{topic.name}"
    messages = [{"$ref": f"{here}/messages/{body.name}"} for body in topic.messages]
    return {"action": action, "summary": summary, "channel": {"$ref": here}, "messages": messages}


def _message(body: type[Body]) -> dict[str, Any]:
    example = examples()[body.name]
    headers = {name: value.decode() for name, value in example.wire.headers}
    return {
        "name": body.ce_type(),
        "title": body.name,
        "summary": (body.__doc__ or "").strip(),
        "traits": [{"$ref": "#/components/messageTraits/cloudevent"}],
        "headers": {"type": "object", "properties": {"ce_type": {"type": "string", "const": body.ce_type()}}},
        "payload": {"$ref": _REF.format(model=body.__name__)},
        "bindings": {"kafka": {"key": {"type": "string", "description": "The order id."}, "bindingVersion": _KAFKA}},
        "examples": [{"name": "one", "headers": headers, "payload": json.loads(example.wire.value)}],
    }


def _headers() -> dict[str, Any]:
    """Describe the envelope: the CloudEvents Kafka binding in binary mode, two extensions, two plain headers."""
    properties: dict[str, Any] = {
        "ce_specversion": {"type": "string", "const": "1.0"},
        "content-type": {"type": "string", "const": "application/json"},
    }
    for name, form, meaning in _HEADERS:
        properties[name] = {"type": "string", "description": meaning} | ({"format": form} if form else {})
    return {"type": "object", "required": list(_REQUIRED), "properties": properties}


def _schemas() -> Mapping[str, Any]:
    """Return the JSON schemas of all bodies and of the pieces inside them."""
    _, schemas = models_json_schema([(body, "validation") for body in TOPIC_OF], ref_template=_REF)
    definitions: Mapping[str, Any] = schemas["$defs"]
    return definitions
