"""Ready means: a real client's round trip succeeds. An open port or a live process proves nothing."""

import asyncio
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from lab.engines import ports
from lab.errors import NotReady

TOPIC = "lab.ready"  # the lab's own; one partition, forgotten after a minute
_POLL = 0.01  # seconds between two looks at the port
_WATCH = 0.2  # seconds between two looks at the process
_TRY_SECONDS = 10.0  # for one round trip
_LAST_TRY_SECONDS = 2.0

Alive = Callable[[], None]
"""Raises where the process has ended; called now and then while waiting."""


def _trust() -> None:
    """Believe that the process lives."""


def await_kafka(port: int, *, deadline: float, alive: Alive = _trust) -> None:
    """Return when a record was produced (acks=all) and read back. Raises NotReady after `deadline` (monotonic)."""
    import aiokafka  # noqa: F401, PLC0415  # 0.3 s, while the broker starts

    _await_port(port, "Kafka", deadline, alive)
    _repeat(lambda: _kafka_round_trip(f"{ports.HOST}:{port}", _patience(deadline)), "Kafka", deadline, alive)


def await_postgres(url: str, port: int, *, deadline: float, alive: Alive = _trust) -> None:
    """Return when `SELECT 1` was answered. Raises NotReady after `deadline` (monotonic)."""
    _await_port(port, "PostgreSQL", deadline, alive)
    _repeat(lambda: _select_one(url, _patience(deadline)), "PostgreSQL", deadline, alive)


def _patience(deadline: float) -> float:
    """Return how long one try may take: no longer than is left, and long enough to succeed."""
    return min(_TRY_SECONDS, max(_LAST_TRY_SECONDS, deadline - time.monotonic()))


def _await_port(port: int, who: str, deadline: float, alive: Alive) -> None:
    looked = time.monotonic()
    while not ports.answers(port):
        if time.monotonic() > deadline:
            raise _too_late(who, f"port {port} is not open")
        if time.monotonic() - looked > _WATCH:
            alive()
            looked = time.monotonic()
        time.sleep(_POLL)
    alive()


def _repeat(round_trip: Callable[[], object], who: str, deadline: float, alive: Alive) -> None:
    while True:
        try:
            round_trip()
        except _client_errors() as problem:
            alive()
            if time.monotonic() > deadline:
                raise _too_late(who, str(problem) or type(problem).__name__) from problem
            time.sleep(_WATCH)
        else:
            return


def _client_errors() -> tuple[type[Exception], ...]:
    import asyncpg  # noqa: PLC0415
    from aiokafka.errors import KafkaError  # noqa: PLC0415

    return (KafkaError, OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError)


def _too_late(who: str, reason: str) -> NotReady:
    return NotReady(
        f"{who} was started and gave no answer in time ({reason}).",
        f"Read `uv run lab logs {who.removesuffix('QL').lower()}`, then run `uv run lab doctor`.",
    )


def _kafka_round_trip(address: str, seconds: float) -> None:
    with _quiet():
        asyncio.run(asyncio.wait_for(_produce_and_read_back(address), seconds))


async def _produce_and_read_back(address: str) -> None:
    from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition  # noqa: PLC0415

    await _make_topic(address)
    mark = str(time.time_ns()).encode()
    async with AIOKafkaProducer(bootstrap_servers=address, acks="all", retry_backoff_ms=20) as producer:
        sent = await producer.send_and_wait(TOPIC, mark, partition=0)
    async with AIOKafkaConsumer(bootstrap_servers=address, retry_backoff_ms=20) as consumer:
        where = TopicPartition(TOPIC, 0)
        consumer.assign([where])
        consumer.seek(where, sent.offset)
        record = await consumer.getone()
    if record.value != mark:
        raise OSError(f"the record at offset {sent.offset} is not the one that was sent")


async def _make_topic(address: str) -> None:
    from aiokafka.admin import AIOKafkaAdminClient, NewTopic  # noqa: PLC0415

    admin = AIOKafkaAdminClient(bootstrap_servers=address, retry_backoff_ms=20)
    await admin.start()
    try:
        if TOPIC not in await admin.list_topics():
            await admin.create_topics([NewTopic(TOPIC, 1, 1, topic_configs={"retention.ms": "60000"})])
    finally:
        await admin.close()


def _select_one(url: str, seconds: float) -> None:
    asyncio.run(asyncio.wait_for(_ask(url, seconds), seconds))


async def _ask(url: str, seconds: float) -> None:
    import asyncpg  # noqa: PLC0415

    connection = await asyncpg.connect(f"{url}/postgres", timeout=seconds)
    try:
        if await connection.fetchval("SELECT 1") != 1:
            raise OSError("SELECT 1 was not answered with 1")
    finally:
        await connection.close()


@contextmanager
def _quiet() -> Iterator[None]:
    """A broker that is not up yet is expected here: the client's complaints would only frighten."""
    logger = logging.getLogger("aiokafka")
    before = logger.level
    logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        logger.setLevel(before)
