"""The story of an order as peers play it: who reads what, and what each answers. Read from the shop's own tables."""

import uuid
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import cycle, islice
from typing import Any, Final

from aiokafka.partitioner import DefaultPartitioner

from lab.bench.stream import STORY, records
from lab.shop.contracts import PARTITIONS, TOPIC_OF, TOPICS, Body, OrderCreated, Record, groups_of

FIRST: Final = TOPIC_OF[OrderCreated].name
_NUMBERS: Final = list(range(PARTITIONS))


@dataclass(frozen=True, slots=True)
class Answer:
    """One message that a peer says in answer: where to, with which headers, and its body without the order's id."""

    topic: str
    type: str
    headers: tuple[tuple[str, bytes], ...]
    fields: Mapping[str, Any]


def _answers() -> Mapping[str, Mapping[str, Sequence[Answer]]]:
    found: dict[str, dict[str, list[Answer]]] = defaultdict(lambda: defaultdict(list))
    for body, cause in STORY:
        if cause is not None:
            found[TOPIC_OF[type(body)].writer][STORY[cause][0].ce_type()].append(_answer(body))
    return found


def _answer(body: Body) -> Answer:
    topic = TOPIC_OF[type(body)]
    said = {
        "ce_specversion": "1.0", "ce_type": body.ce_type(), "ce_source": f"/shop/{topic.writer}",
        "ce_time": "2026-01-01T12:00:00.123456+00:00", "content-type": "application/json",
        "traceparent": f"00-{uuid.uuid4().hex}-b7ad6b7169203331-01", "handled-by": "solution",
    }  # fmt: skip
    headers = tuple((name, text.encode()) for name, text in said.items())
    return Answer(topic.name, body.ce_type(), headers, body.model_dump(mode="json", exclude={"order_id"}))


ANSWERS: Final = _answers()
"""Group → type of a message → what it answers. A message that is not there is read, and nothing follows."""

READS: Final[Mapping[str, tuple[str, ...]]] = {
    group: tuple(
        dict.fromkeys(TOPIC_OF[type(body)].name for body, _ in STORY if group in groups_of(TOPIC_OF[type(body)]))
    )
    for group in sorted({group for body, _ in STORY for group in groups_of(TOPIC_OF[type(body)])})
}
"""Group → the topics it reads."""

MESSAGES_PER_ORDER: Final = len(STORY)
DELIVERIES_PER_ORDER: Final = sum(len(groups_of(TOPIC_OF[type(body)])) for body, _ in STORY)


def headers_of(answer: Answer, order_id: str, cause_id: bytes, story: bytes) -> list[tuple[str, bytes]]:
    """Return the answer's headers, as many and about as long as the shop's own."""
    return [
        *answer.headers,
        ("ce_subject", order_id.encode()),
        ("ce_id", f"{order_id}/{answer.type}/0123456789".encode()),
        ("ce_correlationid", story),
        ("ce_causationid", cause_id),
    ]


def orders(number: int) -> Iterator[Record]:
    """Yield the first message of so many orders, each with an order id of its own, always the same ones."""
    first = (record for record in records() if record.topic == FIRST)
    return islice(first, number)


def poison(number: int) -> Iterator[Record]:
    """Yield so many records that nobody can read, on each topic in turn."""
    for place in islice(cycle(TOPICS), number):
        yield Record(place.name, 0, 0, b"ord-POISONED", b"not JSON")


def readers(record: Record) -> int:
    """Return how many groups a record is delivered to."""
    return next(len(groups_of(topic)) for topic in TOPICS if topic.name == record.topic)


def order_ids(number: int) -> list[str]:
    """Return the ids of these orders."""
    return [(record.key or b"").decode() for record in orders(number)]


@lru_cache(maxsize=65_536)
def partition_of(key: bytes) -> int:
    """Return where aiokafka would put a record with this key. Kept: the hash of a key is slow, and keys repeat."""
    return int(DefaultPartitioner()(key, _NUMBERS, _NUMBERS))
