"""docs/reference/topics.md: the table of topics, and who stands at each."""

from lab.docs.markdown import page, table, words
from lab.docs.people import blueprints, listeners, title, topics_read_by
from lab.shop.contracts import MAX_RECORD_BYTES, PARTITIONS, TOPICS, Topic

_ABOUT = f"""
Every topic has {PARTITIONS} partitions. The key of every record is the order id, so one order's messages on one topic
stay in sequence. A value may have {MAX_RECORD_BYTES:,} bytes at most. The table is
[lab/shop/contracts/topics.py](../../lab/shop/contracts/topics.py).

*Acts on it*: the only group that must work on what it reads there. *Listens*: reads it too, and may ignore it. The role
is what Mark Richards calls it in the mediator topology.
"""

_UNITS = """
## Units

One process each. A unit reads in a group of its own name.
"""


def write() -> str:
    """Write the page."""
    head = ("topic", "role", "writes", "acts on it", "listens", "messages")
    units = (
        (title(unit.name), unit.about, words(topic.name for topic in topics_read_by(unit.name)))
        for unit in blueprints()
    )
    return page(
        "Topics",
        _ABOUT,
        table(head, map(_row, TOPICS)),
        "\n".join(f"- `{topic.name}`: {topic.about}" for topic in TOPICS),
        _UNITS,
        table(("unit", "what it does", "reads"), units),
    )


def _row(topic: Topic) -> tuple[str, ...]:
    names = ", ".join(f"[{body.name}](messages.md#{anchor(body.name)})" for body in topic.messages)
    heard_by = ", ".join(map(title, listeners(topic))) or "-"
    return f"`{topic.name}`", topic.role, title(topic.writer), title(topic.owner), heard_by, names


def anchor(heading: str) -> str:
    """Return the anchor that a heading gets: dots go, the rest is lower case."""
    return heading.lower().replace(".", "").replace(" ", "-")
