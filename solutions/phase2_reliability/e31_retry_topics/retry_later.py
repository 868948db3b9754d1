"""Exercise 31 · Retry topics: wait, without anybody waiting behind you."""

import time

from lab.shop.contracts import DUE, Record, marked, origin_topic, retry_topic
from lab.shop.ports import Producer

SHORT_WAIT_SECONDS = 5.0


async def retry_later(
    record: Record, error: Exception, attempt: int, delay: float, producer: Producer, group: str
) -> None:
    """Put a record aside, to be tried again after `delay` seconds; return when Kafka has it.

    record:   the record as it was read: from its own topic, or from a retry topic.
    error:    what the last attempt raised.
    attempt:  how many attempts there have been. It travels with the record, so that there is an end to it.
    producer: `await producer.send_and_wait(topic, value, key=…, headers=…)`.
    group:    whose record it is. Others who read the same topic have not failed.

    Raises what Kafka raises: the record is then not put aside, and must not be committed.
    """
    # Sleeping here would hold up every record behind this one, and after five minutes the group would put us out.
    # Another topic can wait: short waits and long ones apart, so that nobody who waits 1 s stands behind one with 30.
    level = 1 if delay <= SHORT_WAIT_SECONDS else 2
    topic = retry_topic(origin_topic(record), group, level)

    # The bytes as they came; what we know in addition goes into headers: the attempt, the origin, and when it is due.
    due = int((time.time() + delay) * 1000)
    headers = [*marked(record, error, attempt), (DUE, str(due).encode())]

    # Until Kafka has it. The caller commits after this, and between the two nothing may be lost.
    await producer.send_and_wait(topic, record.value, key=record.key, headers=headers)
