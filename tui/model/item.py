"""One thing that was seen: a record on Kafka, something done to a unit, or how the units were found."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import cache
from types import MappingProxyType
from typing import Final

from msgspec import Struct

from lab.shop.contracts import BODY_OF, TOPICS, Body, Message, Record, Role, Unreadable, decode
from lab.shop.contracts.credit import BROKEN, HANDLED_BY, MINE

UNITS_OF_TOPIC: Final = MappingProxyType({topic.name: (topic.writer, topic.owner) for topic in TOPICS})


class Kind(Enum):
    """What an item is."""

    COMMAND = "command"
    EVENT = "event"
    UNREADABLE = "unreadable"
    DONE = "done"
    """Something was done to a unit, by whoever sits here or by a fault."""
    LOOKED = "looked"
    """The units were looked at; not a line of the tail."""


UNREADABLE: Final = Kind.UNREADABLE
"""By itself, for whoever asks thousands of items a second: Python looks up a member of an Enum slowly."""


class UnitState(Enum):
    """How a unit was found. What the engine says and what a round trip says, made one."""

    READY = "ready"
    NOT_READY = "not ready"
    STARTING = "starting"
    STOPPED = "stopped"
    PAUSED = "paused"
    CRASHED = "crashed"
    MUTE = "no answer"
    UNKNOWN = "unknown"


AT_REST: Final = frozenset({UnitState.STOPPED, UnitState.PAUSED, UnitState.CRASHED})
"""u brings such a unit back: it starts it, or lets it go on."""


@dataclass(frozen=True, slots=True)
class UnitLook:
    """One unit as it was found. `ms`: the round trip; `why`: in words, where it is not ready."""

    state: UnitState
    ms: float | None = None
    restarts: int = 0
    rss_bytes: int | None = None
    why: str = ""
    file: str = ""
    """The learner's file that it could not load, with its line: `…/reserve.py:14`."""


@dataclass(frozen=True, slots=True)
class Look:
    """All units as they were found at one moment, and how much waits for each on Kafka, as far as it is known.

    phase: of the shop that was looked at.
    """

    units: Mapping[str, UnitLook] = field(default_factory=dict)
    lag: Mapping[str, int] = field(default_factory=dict)
    parked: int | None = None
    """Dead letters that nobody has dealt with; None where Kafka has not said it."""
    phase: int = 1


class Item(Struct, gc=False):
    """One thing that was seen. Made fast, many thousand a second: what needs the body is read when it is asked for.
    It is in no cycle, and the garbage collector does not look at it.

    at_ms: Kafka's time, or the clock's, milliseconds since the epoch. heard_ms: when it came here; of a file, at_ms.
    """

    kind: Kind
    at_ms: int
    heard_ms: int
    name: str = ""
    """`inventory.checked`; of an unreadable record what it claims to be; of what was done, the sentence."""
    order_id: str = ""
    source: str = ""
    target: str = ""
    id: str = ""
    cause: str = ""
    origin: str = ""
    """`mine` or `broken` where such lines had a hand in it."""
    unit: str = ""
    """Of what was done: the unit it was done to."""
    record: Record | None = None
    look: Look | None = None
    _message: Message[Body] | Unreadable | None = None

    @property
    def message(self) -> Message[Body] | Unreadable | None:
        """What the record says, decoded at the first call; None for what is not a record."""
        if self._message is None and self.record is not None:
            self._message = decode(self.record)
        return self._message

    @property
    def place(self) -> str:
        """`2·26`: partition and offset; empty for what is not a record."""
        return f"{self.record.partition}·{self.record.offset}" if self.record else ""

    @property
    def is_message(self) -> bool:
        """Say whether it lies on Kafka."""
        return self.record is not None


@cache
def _named(ce_type: bytes) -> str:
    model = BODY_OF.get(ce_type.decode("utf-8", "replace"))
    return model.name if model else ""


def from_record(record: Record, heard_ms: int | None = None) -> Item:
    """Make the item of a record, whatever bytes it holds. Never raises. `heard_ms`: default, Kafka's time."""
    ce_type = message_id = cause = origin = b""
    for header, value in record.headers:
        if header not in _TOLD or value is None:  # a value may be null on Kafka
            continue
        if header == "ce_type":
            ce_type = value
        elif header == "ce_id":
            message_id = value
        elif header == "ce_causationid":
            cause = value
        else:
            origin = value
    name = _named(ce_type) if len(ce_type) < _LONGEST_TYPE else ""
    source, target, kind = _TOPIC.get(record.topic, _NO_TOPIC)
    return Item(
        kind if name else Kind.UNREADABLE,
        record.timestamp_ms,
        record.timestamp_ms if heard_ms is None else heard_ms,
        name or _text(ce_type[:80]),
        _text(record.key or b""),
        source,
        target,
        _text(message_id),
        _text(cause),
        _ORIGIN.get(origin, ""),
        record=record,
    )


_LONGEST_TYPE: Final = 100
_TOLD: Final = frozenset({"ce_type", "ce_id", "ce_causationid", HANDLED_BY})
_ORIGIN: Final = {MINE.encode(): MINE, BROKEN.encode(): BROKEN}
_NO_TOPIC: Final = ("", "", Kind.EVENT)
_TOPIC: Final = {
    topic.name: (topic.writer, topic.owner, Kind.COMMAND if topic.role is Role.COMMAND_CHANNEL else Kind.EVENT)
    for topic in TOPICS
}


def _text(value: bytes) -> str:
    return value.decode("utf-8", "replace")


def done(sentence: str, unit: str, at_ms: int) -> Item:
    """Make the item of something that was done to a unit."""
    return Item(Kind.DONE, at_ms, at_ms, sentence, unit=unit)


def looked(look: Look, at_ms: int) -> Item:
    """Make the item of a look at the units."""
    return Item(Kind.LOOKED, at_ms, at_ms, look=look)
