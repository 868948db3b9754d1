"""Makes the topics of the table, and those for what is put aside, on a broker that makes none by itself."""

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import for_code

from lab.shop.contracts import (
    PARTITIONS,
    RETRY_LEVELS,
    ROOM_FOR_MARKS,
    TOPICS,
    dead_letter_topic,
    groups_of,
    retry_topic,
)

_ALREADY_THERE = 36  # Kafka protocol guide, TOPIC_ALREADY_EXISTS
_ROOM_AROUND = 65_536  # headers and record overhead beside the value
ASIDE_FROM = 2
"""The first phase in which something is put aside."""


def aside_topics() -> tuple[str, ...]:
    """Return the names of all retry and dead-letter topics: each topic has its own for each group that reads it."""
    pairs = [(topic.name, group) for topic in TOPICS for group in groups_of(topic)]
    retries = [retry_topic(*pair, level) for pair in pairs for level in range(1, RETRY_LEVELS + 1)]
    return (*retries, *(dead_letter_topic(*pair) for pair in pairs))


async def ensure_topics(kafka: str, prefix: str = "", max_value_bytes: int = 1_048_576, *, phase: int = 1) -> int:
    """Make every topic that is absent; return how many were made. What is put aside needs some from phase 2 on.

    Raises aiokafka's KafkaError on refusal.
    """
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await admin.start()
    try:
        size = max_value_bytes + _ROOM_AROUND
        wanted = [_topic(prefix + topic.name, PARTITIONS, size) for topic in TOPICS]
        if phase >= ASIDE_FROM:
            wanted += [_topic(prefix + name, 1, size + ROOM_FOR_MARKS) for name in aside_topics()]
        answer = await admin.create_topics(wanted)
        made = 0
        for name, code, *_ in answer.topic_errors:
            if code not in {0, _ALREADY_THERE}:
                raise for_code(code)(name)
            made += code == 0
        return made
    finally:
        await admin.close()


def _topic(name: str, partitions: int, max_bytes: int) -> NewTopic:
    return NewTopic(name, partitions, 1, topic_configs={"max.message.bytes": str(max_bytes)})
