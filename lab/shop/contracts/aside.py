"""Records that were put aside: where they lie, and what is written on them beside what they brought.

| header | holds |
|---|---|
| `lab-attempt` | how often it was tried |
| `lab-due` | when it is to be tried again: milliseconds since the epoch |
| `lab-error` | why it was put aside: kind of error and what it says, at most 1,000 characters |
| `lab-origin-topic`, `lab-origin-partition`, `lab-origin-offset` | where it lay first |
"""

import re
from typing import Final

from lab.shop.contracts.envelope import Headers, Record

ATTEMPT: Final = "lab-attempt"
DUE: Final = "lab-due"
ERROR: Final = "lab-error"
ORIGIN_TOPIC: Final = "lab-origin-topic"
ORIGIN_PARTITION: Final = "lab-origin-partition"
ORIGIN_OFFSET: Final = "lab-origin-offset"

RETRY_LEVELS: Final = 2
"""So many retry topics has each topic for each group: `.retry.1` for short waits, `.retry.2` for long ones."""
ROOM_FOR_MARKS: Final = 65_536
"""So many bytes more than its origin may a record have that was put aside."""
_ASIDE_TOPIC: Final = re.compile(r"(?P<origin>.+)\.[\w-]+\.(retry\.\d+|dlq)")
_ERROR_LENGTH: Final = 1_000


def retry_topic(topic: str, group: str, level: int) -> str:
    """Return the topic in which this group's records of that topic wait for another try."""
    return f"{topic}.{group}.retry.{level}"


def dead_letter_topic(topic: str, group: str) -> str:
    """Return the topic in which this group's records of that topic are parked."""
    return f"{topic}.{group}.dlq"


def origin_topic(record: Record) -> str:
    """Return where the record lay first, also when it has come from a retry topic, or lies on a dead-letter topic.

    Its own place says so. A header may have been written by anybody, and could name a topic that is not there.
    """
    came_back = _ASIDE_TOPIC.fullmatch(record.topic)
    return came_back["origin"] if came_back else record.topic


def marked(record: Record, error: Exception, attempt: int) -> Headers:
    """Return the record's own headers, untouched, and behind them attempt, error and origin, each once."""
    origin = origin_topic(record)
    first = origin == record.topic
    mine = {
        ATTEMPT: str(attempt),
        ERROR: f"{type(error).__name__}: {error}"[:_ERROR_LENGTH],
        ORIGIN_TOPIC: origin,
        ORIGIN_PARTITION: (None if first else record.header(ORIGIN_PARTITION)) or str(record.partition),
        ORIGIN_OFFSET: (None if first else record.header(ORIGIN_OFFSET)) or str(record.offset),
    }
    theirs = [(name, value) for name, value in record.headers if name not in mine and name != DUE]
    return [*theirs, *((name, text.encode("utf-8", "replace")) for name, text in mine.items())]
