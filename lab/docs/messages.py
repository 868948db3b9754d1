"""docs/reference/messages.md: every message, its fields, and an example as it travels."""

import json

from pydantic import BaseModel

from lab.docs import fields
from lab.docs.examples import examples
from lab.docs.markdown import code, page, table
from lab.docs.people import listeners, title
from lab.docs.topics import anchor
from lab.shop.contracts import TOPIC_OF, Body, Command, Item, OrderLine, ShelfLine, Topic, envelope

_ABOUT = """
A *command* asks one unit to do something; its name is an imperative. An *event* tells what has happened; its name is in
the past tense, and nobody can refuse it. It is said to nobody in particular: whoever acts on it, or listens, chose to.
A reader ignores fields it does not know, and never guesses a type: `"2"` is not 2.

Two messages with the same cause and the same type are the same message:
[decision 6](../decisions/0006-message-ids-follow-from-their-cause.md).
"""
_PIECES: tuple[type[BaseModel], ...] = (Item, OrderLine, ShelfLine)
_FIELDS = ("field", "type", "meaning")


def write() -> str:
    """Write the page."""
    rows = (
        (
            f"[{body.name}](#{anchor(body.name)})",
            kind(body),
            f"`{topic.name}`",
            title(topic.writer),
            _readers(topic),
        )
        for body, topic in TOPIC_OF.items()
    )
    return page(
        "Messages",
        _ABOUT,
        table(("message", "kind", "topic", "says it", "acts on it / listens"), rows),
        "## The envelope",
        "\n".join((envelope.__doc__ or "").strip().splitlines()),
        *(_section(body) for body in TOPIC_OF),
        "## Pieces of messages",
        *(_piece(model) for model in _PIECES),
    )


def kind(body: type[Body]) -> str:
    """Say whether it is a command or an event."""
    return "command" if issubclass(body, Command) else "event"


def _section(body: type[Body]) -> str:
    topic, example = TOPIC_OF[body], examples()[body.name]
    headers = "\n".join(f"{name}: {value.decode()}" for name, value in example.wire.headers)
    value = json.dumps(json.loads(example.wire.value), indent=2, ensure_ascii=False)
    facts = f"`{body.ce_type()}`, {kind(body)} on `{topic.name}`. {title(topic.writer)} says it, "
    facts += f"{title(topic.owner)} acts on it{_listening(topic)}."
    return "\n\n".join(
        (
            f"## {body.name}",
            (body.__doc__ or "").strip(),
            facts,
            table(_FIELDS, fields.rows(body)),
            code(f"{headers}\n\n{value}"),
        )
    )


def _readers(topic: Topic) -> str:
    return f"{title(topic.owner)}{_listening(topic)}"


def _listening(topic: Topic) -> str:
    heard_by = ", ".join(map(title, listeners(topic)))
    return f", {heard_by} listens" if heard_by else ""


def _piece(model: type[BaseModel]) -> str:
    return f"### {model.__name__}\n\n{(model.__doc__ or '').strip()}\n\n{table(_FIELDS, fields.rows(model))}"
