"""Records that were put aside to be tried again: read when their time has come, never before, and nobody else waits."""

import re
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Final

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import CommitFailedError, IllegalStateError

from lab.shop.contracts import DUE, RETRY_LEVELS, Record, retry_topic
from lab.shop.runtime.bus import as_record

_POLL_MS: Final = 200
_RECORDS_AT_MOST: Final = 50

Handle = Callable[[Sequence[Record]], Awaitable[object]]


def retry_topics(topics: Sequence[str], group: str) -> list[str]:
    """Return the retry topics of a group that reads these topics."""
    return [retry_topic(topic, group, level) for topic in topics for level in range(1, RETRY_LEVELS + 1)]


async def read_again(consumer: AIOKafkaConsumer, prefix: str, handle: Handle, running: Callable[[], bool]) -> None:
    """Hand each record to `handle` when it is due, until `running()` says no.

    A record is committed after its work. One that is not due yet holds up its own partition, which is paused, and no
    other. A mark that is no time, whoever wrote it, counts as due.
    """
    paused: dict[TopicPartition, float] = {}
    while running():
        now = time.time()
        for place in [place for place, due in paused.items() if due <= now]:
            del paused[place]
            if place in consumer.assignment():
                consumer.resume(place)
        batches = await consumer.getmany(timeout_ms=_POLL_MS, max_records=_RECORDS_AT_MOST)
        for place, records in batches.items():
            for record in records:
                if (due := _due(record, prefix)) > time.time():
                    with suppress(IllegalStateError):  # it went to somebody else: then they wait
                        consumer.pause(place)
                        consumer.seek(place, record.offset)
                        paused[place] = due
                    break
                await handle([as_record(record, prefix)])
                with suppress(CommitFailedError, IllegalStateError):  # somebody else does it again; the inbox knows
                    await consumer.commit({place: record.offset + 1})


def _due(record: ConsumerRecord, prefix: str) -> float:
    said = as_record(record, prefix).header(DUE) or ""
    return int(said) / 1000 if re.fullmatch("[0-9]{1,15}", said) else 0.0
