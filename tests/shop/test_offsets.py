"""What waits for each unit, asked of a real Kafka from outside."""

import uuid

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from lab.shop.contracts import PARTITIONS, TOPICS, dead_letter_topic
from lab.shop.offsets import Offsets, lag_of
from lab.shop.reads import READS
from lab.shop.runtime.parked import REPLAY_GROUP, DealtWith
from lab.shop.runtime.topics import ensure_topics

pytestmark = pytest.mark.anyio
COMMANDS = "payment.commands"


@pytest.fixture
async def prefix(kafka_address):
    name = f"offsets-{uuid.uuid4().hex[:8]}."
    await ensure_topics(kafka_address, name)
    return name


@pytest.fixture
async def offsets(kafka_address, prefix):
    async with Offsets(kafka_address, prefix) as found:
        yield found


async def produce(kafka, topic, *counts):
    """Put so many records into each partition."""
    async with AIOKafkaProducer(bootstrap_servers=kafka) as producer:
        for partition, count in enumerate(counts):
            for _ in range(count):
                await producer.send_and_wait(topic, b"{}", partition=partition)


async def commit(kafka, group, topic, partition, offset):
    """Commit for a group, as a member of it would."""
    consumer = AIOKafkaConsumer(bootstrap_servers=kafka, group_id=group, enable_auto_commit=False)
    await consumer.start()
    try:
        place = TopicPartition(topic, partition)
        consumer.assign([place])
        await consumer.commit({place: offset})
    finally:
        await consumer.stop()


async def test_the_end_of_every_partition_of_the_shop_is_known(kafka_address, prefix, offsets):
    await produce(kafka_address, prefix + COMMANDS, 3, 0, 1)
    ends = await offsets.ends()
    assert set(ends) == {(topic.name, number) for topic in TOPICS for number in range(PARTITIONS)}
    assert [ends[COMMANDS, number] for number in range(PARTITIONS)] == [3, 0, 1]


async def test_the_lag_of_a_unit_is_what_it_has_not_committed_though_it_does_not_run(kafka_address, prefix, offsets):
    await produce(kafka_address, prefix + COMMANDS, 3, 0, 1)
    assert lag_of("payment", await offsets.ends(), {}) == 4
    await commit(kafka_address, f"{prefix}payment", prefix + COMMANDS, 0, 2)
    committed = await offsets.committed("payment")
    assert committed == {(COMMANDS, 0): 2}
    assert lag_of("payment", await offsets.ends(), committed) == 2
    assert {unit for unit in READS if lag_of(unit, await offsets.ends(), {})} == {"payment"}


async def test_dead_letters_are_counted_until_somebody_has_dealt_with_them(kafka_address, prefix, offsets):
    assert await offsets.dead_letters(1) == 0
    await ensure_topics(kafka_address, prefix, phase=2)
    assert await offsets.dead_letters(2) == 0
    parked = prefix + dead_letter_topic(COMMANDS, "payment")
    await produce(kafka_address, parked, 5)
    await produce(kafka_address, prefix + dead_letter_topic("inventory.commands", "inventory"), 2)
    assert await offsets.dead_letters(2) == 7
    await commit(kafka_address, prefix + REPLAY_GROUP, parked, 0, DealtWith(1, frozenset({3})).commit())
    assert await offsets.dead_letters(2) == 5
