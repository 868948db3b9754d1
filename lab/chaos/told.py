"""What a ledger tells: frozen models of its lines, and the customers' view that follows from them."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus
from typing import Annotated, Any, Literal, Self

from pydantic import Discriminator


class Outcome(StrEnum):
    """What a customer knows after an attempt."""

    OK = "ok"
    FAIL = "fail"
    UNKNOWN = "unknown"  # it may have arrived: it is sent again, under the same key


@dataclass(frozen=True, slots=True)
class Begun:
    seed: int
    line: Literal["begun"] = "begun"


@dataclass(frozen=True, slots=True)
class Sending:
    """`attempt`: counts from 1. `at`: seconds since the epoch."""

    key: str
    attempt: int
    body: Mapping[str, Any]
    at: float
    line: Literal["sending"] = "sending"


@dataclass(frozen=True, slots=True)
class Answered:
    """`status`: HTTP's, 0 where no answer came."""

    key: str
    attempt: int
    status: int
    order_id: str
    line: Literal["answered"] = "answered"

    @property
    def outcome(self) -> Outcome:
        """A refusal is a no only where the order service has looked at the request: what failed inside is unknown."""
        if self.status == HTTPStatus.ACCEPTED:
            return Outcome.OK
        refused = HTTPStatus.BAD_REQUEST <= self.status < HTTPStatus.INTERNAL_SERVER_ERROR
        return Outcome.FAIL if refused and self.status != HTTPStatus.CONFLICT else Outcome.UNKNOWN


@dataclass(frozen=True, slots=True)
class FaultDone:
    """`at`: seconds since the epoch. `hits`: how much it met; 0 proves nothing."""

    name: str
    unit: str
    at: float
    hits: int
    line: Literal["fault"] = "fault"


@dataclass(frozen=True, slots=True)
class Poison:
    """`topic`: without the shop's prefix. `sha256`: of the value, empty where it is null."""

    topic: str
    partition: int
    offset: int
    sha256: str
    kind: str
    line: Literal["poison"] = "poison"


@dataclass(frozen=True, slots=True)
class Duplicate:
    """The offsets of a record and of its copy, in one partition. `instead_for`: the unit led past the first one."""

    topic: str
    partition: int
    original: int
    copy: int
    instead_for: str = ""
    line: Literal["duplicate"] = "duplicate"


Entry = Annotated[Begun | Sending | Answered | FaultDone | Poison | Duplicate, Discriminator("line")]
"""One line; its field `line` says of which kind."""


@dataclass(frozen=True, slots=True)
class Told:
    """The whole ledger, line by line, by kind, in the sequence of the file."""

    seeds: tuple[int, ...] = ()
    sent: tuple[Sending, ...] = ()
    answers: tuple[Answered, ...] = ()
    faults: tuple[FaultDone, ...] = ()
    poison: tuple[Poison, ...] = ()
    duplicates: tuple[Duplicate, ...] = ()

    @classmethod
    def of(cls, entries: Sequence[Entry]) -> Self:
        """Sort the lines by kind."""
        return cls(
            tuple(one.seed for one in entries if isinstance(one, Begun)),
            tuple(one for one in entries if isinstance(one, Sending)),
            tuple(one for one in entries if isinstance(one, Answered)),
            tuple(one for one in entries if isinstance(one, FaultDone)),
            tuple(one for one in entries if isinstance(one, Poison)),
            tuple(one for one in entries if isinstance(one, Duplicate)),
        )

    def acknowledged(self) -> Mapping[str, frozenset[str]]:
        """Return the order ids that a customer was told `accepted`, by key; a key should have one."""
        return _together((one.key, one.order_id) for one in self.answers if one.outcome is Outcome.OK)

    def refused(self) -> frozenset[str]:
        """Return the keys to whose every attempt a no came: nothing of them may be in the shop."""
        known = {(one.key, one.attempt): one.outcome for one in self.answers}
        maybe = {one.key for one in self.sent if known.get((one.key, one.attempt)) is not Outcome.FAIL}
        return frozenset(one.key for one in self.sent) - maybe


def fingerprint(value: bytes | None) -> str:
    """Return the sha256 of a record's value as hex; of a null, nothing."""
    return "" if value is None else hashlib.sha256(value).hexdigest()


def _together(pairs: Iterable[tuple[str, str]]) -> Mapping[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for key, value in pairs:
        found.setdefault(key, set()).add(value)
    return {key: frozenset(values) for key, values in found.items()}
