"""Asks a broker whether it is its own controller (KRaft) or hangs on a ZooKeeper."""

from typing import Final

from aiokafka.client import AIOKafkaClient
from aiokafka.protocol.admin import ApiVersionRequest

_DESCRIBE_QUORUM: Final = 55  # Kafka protocol guide: a broker offers this call only where it runs in KRaft mode


async def is_kraft(kafka: str) -> bool:
    """Say whether the broker offers the calls of a KRaft quorum. Raises aiokafka's KafkaError where it is not there."""
    client = AIOKafkaClient(bootstrap_servers=kafka)
    await client.bootstrap()
    try:
        answer = await client.send(client.get_random_node(), ApiVersionRequest())
        return any(key == _DESCRIBE_QUORUM for key, *_ in answer.api_versions)
    finally:
        await client.close()
