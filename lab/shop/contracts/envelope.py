"""The envelope: CloudEvents 1.0 over Kafka in binary mode, and a decoder that never raises.

Headers carry who and why, the value carries what (JSON). The names of the headers are those of the CloudEvents Kafka
protocol binding, section 3.2 (binary content mode); `correlationid` and `causationid` are extension attributes.

| header | holds |
|---|---|
| `ce_specversion` | `1.0` |
| `ce_id` | the message's own id |
| `ce_type` | `shop.order.created.v1` |
| `ce_source` | who says it: `/shop/order` |
| `ce_subject` | the order id, which is also the record's key |
| `ce_time` | when it was said, RFC 3339, UTC |
| `ce_correlationid` | the id of the initiating event: one for a whole story |
| `ce_causationid` | the id of the message that caused this one; absent on the first |
| `content-type` | `application/json` |
| `traceparent` | W3C trace context (from phase 2) |
| `handled-by` | whose lines made it: `broken` or `mine` where any of them are, else `solution`; `lab`: no exercise's |
| `handled-by-parts` | exercises whose lines had a hand in it, without the solution's: `await=mine envelope=mine` |
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Generic, Protocol, TypeVar

from pydantic import ValidationError

from lab.shop.contracts.body import Body
from lab.shop.contracts.credit import HANDLED_BY, HANDLED_BY_PARTS, parts_in
from lab.shop.contracts.topics import BODY_OF, MAX_RECORD_BYTES

NOT_READ = "lab-not-read"
"""On a record that stands for one which the client could not read at all: why."""

B_co = TypeVar("B_co", bound=Body, covariant=True)

Headers = Sequence[tuple[str, bytes]]


@dataclass(frozen=True, slots=True)
class Wire:
    """One message in the form in which it travels: headers and a value, all bytes."""

    headers: Headers
    value: bytes


@dataclass(frozen=True, slots=True)
class Record:
    """What lies on Kafka, untouched. `timestamp_ms`: when it was sent, in milliseconds since the epoch."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Headers = ()
    timestamp_ms: int = 0

    @property
    def position(self) -> str:
        """The place people can look up: `orders.initiating, partition 2, offset 41`."""
        return f"{self.topic}, partition {self.partition}, offset {self.offset}"

    def header(self, name: str) -> str | None:
        """Return the last header of that name as text (bad bytes replaced), or None; Kafka allows null values, too."""
        found = [value for key, value in self.headers if key == name]
        return found[-1].decode("utf-8", "replace") if found and found[-1] is not None else None


class Cause(Protocol):
    """What a message must know of the one that caused it. A `Message` is one."""

    @property
    def id(self) -> str: ...
    @property
    def correlation_id(self) -> str: ...
    @property
    def traceparent(self) -> str | None: ...


@dataclass(frozen=True)  # no slots: Message[X](…) could not remember X
class Message(Generic[B_co]):
    """A message as the shop's code sees it: the body, and the envelope around it."""

    id: str
    body: B_co
    source: str
    time: datetime
    correlation_id: str
    causation_id: str | None = None
    traceparent: str | None = None
    handled_by: str | None = None
    parts: Mapping[str, str] = field(default_factory=dict, hash=False)
    """Exercise → `mine` or `broken`, for each part that had a hand in it and is not the solution's."""
    record: Record | None = field(default=None, compare=False, repr=False)

    @property
    def order_id(self) -> str:
        return self.body.order_id

    @property
    def name(self) -> str:
        """`order.created`: the type without prefix and version."""
        return self.body.name


class Reason(StrEnum):
    """Why a record cannot be read."""

    NO_VALUE = "no-value"
    TOO_LARGE = "too-large"
    NO_ENVELOPE = "no-envelope"
    BAD_HEADER = "bad-header"
    UNKNOWN_TYPE = "unknown-type"
    BAD_BODY = "bad-body"
    OTHER_ORDER = "other-order"


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A record that is not one of ours, or not any more: a value, never an exception, so no loop dies of it."""

    record: Record
    reason: Reason
    detail: str


_REQUIRED = ("ce_specversion", "ce_id", "ce_type", "ce_source", "ce_subject", "ce_time", "ce_correlationid")


def decode(record: Record) -> Message[Body] | Unreadable:
    """Turn a record into a message. Guarantees: never raises, whatever bytes come; the record itself is kept."""
    if record.value is None:
        lost = record.header(NOT_READ)
        return Unreadable(record, Reason.BAD_HEADER if lost else Reason.NO_VALUE, lost or "the value is null")
    if len(record.value) > MAX_RECORD_BYTES:
        return Unreadable(record, Reason.TOO_LARGE, f"{len(record.value)} bytes; {MAX_RECORD_BYTES} are read at most")
    try:
        head = {name: value.decode() for name, value in record.headers}
    except (UnicodeDecodeError, AttributeError):
        return Unreadable(record, Reason.BAD_HEADER, "a header is not UTF-8 text")
    missing = [name for name in _REQUIRED if name not in head]
    if missing:
        return Unreadable(record, Reason.NO_ENVELOPE, f"header {missing[0]} is missing")
    return _decode(record, record.value, head)


def _decode(record: Record, value: bytes, head: dict[str, str]) -> Message[Body] | Unreadable:
    model = BODY_OF.get(head["ce_type"])
    if model is None:
        return Unreadable(record, Reason.UNKNOWN_TYPE, f"no contract for {head['ce_type']!r}")
    try:
        time = datetime.fromisoformat(head["ce_time"])
    except ValueError:
        return Unreadable(record, Reason.BAD_HEADER, f"ce_time is not a time: {head['ce_time']!r}")
    if time.tzinfo is None:
        return Unreadable(record, Reason.BAD_HEADER, f"ce_time has no time zone: {head['ce_time']!r}")
    try:
        body = model.model_validate_json(value)
    except ValidationError as error:
        return Unreadable(record, Reason.BAD_BODY, _first_fault(error))
    if body.order_id != head["ce_subject"]:
        return Unreadable(
            record, Reason.OTHER_ORDER, f"the subject is {head['ce_subject']!r}, the body {body.order_id!r}"
        )
    return Message(
        id=head["ce_id"],
        body=body,
        source=head["ce_source"],
        time=time,
        correlation_id=head["ce_correlationid"],
        causation_id=head.get("ce_causationid"),
        traceparent=head.get("traceparent"),
        handled_by=head.get(HANDLED_BY),
        parts=parts_in(head.get(HANDLED_BY_PARTS, "")),
        record=record,
    )


def _first_fault(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    place = ".".join(str(part) for part in first["loc"]) or "the value"
    return f"{place}: {first['msg']}"
