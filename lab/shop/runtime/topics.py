"""Makes the topics of the table, on a broker that makes none by itself."""

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import for_code

from lab.shop.contracts import PARTITIONS, TOPICS

_ALREADY_THERE = 36  # Kafka protocol guide, TOPIC_ALREADY_EXISTS
_ROOM_AROUND = 65_536  # headers and record overhead beside the value


async def ensure_topics(kafka: str, prefix: str = "", max_value_bytes: int = 1_048_576) -> int:
    """Make every topic that is absent; return how many were made. Raises aiokafka's KafkaError on refusal."""
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await admin.start()
    try:
        wanted = [
            NewTopic(
                prefix + topic.name,
                PARTITIONS,
                1,
                topic_configs={"max.message.bytes": str(max_value_bytes + _ROOM_AROUND)},
            )
            for topic in TOPICS
        ]
        answer = await admin.create_topics(wanted)
        made = 0
        for name, code, *_ in answer.topic_errors:
            if code not in {0, _ALREADY_THERE}:
                raise for_code(code)(name)
            made += code == 0
        return made
    finally:
        await admin.close()
