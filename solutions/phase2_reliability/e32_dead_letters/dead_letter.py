"""Exercise 32 · Dead letters: park it whole, so that somebody can look, mend and send it again."""

from lab.shop.contracts import Record, dead_letter_topic, marked, origin_topic
from lab.shop.ports import Producer


async def dead_letter(record: Record, error: Exception, attempt: int, producer: Producer, group: str) -> None:
    """Park a record that no attempt will help; return when Kafka has it.

    record:   the record as it was read. Its value may be anything, also None: nobody could make sense of it.
    error:    why it is parked.
    attempt:  how many attempts there have been; 0 when it could not even be read.
    producer: `await producer.send_and_wait(topic, value, key=…, headers=…)`.
    group:    who gave it up.

    Guarantees: key and value are the very bytes that came, and the record's own headers are among the headers.
    Raises what Kafka raises: the record is then not parked, and must not be committed.
    """
    # Not the decoded message, which may be the very thing that failed, and not a line in a log: whoever has mended the
    # cause will want to send exactly this record again. Where it lay, and why it is here, stands beside it.
    topic = dead_letter_topic(origin_topic(record), group)
    await producer.send_and_wait(topic, record.value, key=record.key, headers=marked(record, error, attempt))
