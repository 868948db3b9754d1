"""What whoever watches Kafka gets to see: a record with its message, and the two things that can befall the link."""

from dataclasses import dataclass
from functools import cached_property

from lab.shop.contracts import Body, Message, Record, Unreadable, decode


@dataclass(frozen=True)
class Seen:
    """One record as it lies on Kafka, and what it says, or why nobody can read it."""

    record: Record

    @classmethod
    def of(cls, record: Record) -> "Seen":
        """Take in a record. Never raises, whatever bytes it holds."""
        return cls(record)

    @cached_property
    def message(self) -> Message[Body] | Unreadable:
        """What the record says; read when it is first asked for, since many that are seen never are."""
        return decode(self.record)

    @property
    def order_id(self) -> str:
        """The order it belongs to; of an unreadable record what its subject or key claims, else an empty text."""
        if isinstance(self.message, Message):
            return self.message.order_id
        return self.header("ce_subject") or (self.record.key or b"").decode("utf-8", "replace")

    def header(self, name: str) -> str | None:
        """Return a header as text, bad bytes replaced; None where it is absent, or null, which Kafka allows."""
        found = [value for key, value in self.record.headers if key == name]
        return found[-1].decode("utf-8", "replace") if found and isinstance(found[-1], bytes) else None


@dataclass(frozen=True, slots=True)
class Lost:
    """Kafka does not answer any more. `at`: seconds since the epoch, when this was noticed."""

    at: float
    why: str


@dataclass(frozen=True, slots=True)
class Back:
    """Kafka answers again, and nothing was missed: reading goes on where it stopped."""

    at: float
    seconds_away: float


News = Seen | Lost | Back
