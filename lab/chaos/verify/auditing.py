"""The audit: gathers the evidence, judges every invariant, and says what it found."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from lab.chaos.ledger import read_ledger
from lab.chaos.told import Told
from lab.chaos.verify import attacks
from lab.chaos.verify.evidence import Evidence
from lab.chaos.verify.invariants import INVARIANTS, Invariant
from lab.chaos.verify.reading import read_books
from lab.chaos.verify.sources import Sources
from lab.chaos.verify.topics import read_topics
from lab.shop.units import BY_NAME
from lab.shop.wording import plural

SHOWN_AT_MOST: Final = 20
"""Findings of one invariant that are told; of the others only how many there are."""


@dataclass(frozen=True, slots=True)
class Judged:
    """How one invariant stands. `attacked`: how often it was put to the test; `wrong`: what breaks it."""

    invariant: Invariant
    attacked: int
    wrong: Sequence[str]

    @property
    def holds(self) -> bool:
        """Say whether nothing breaks it; where nothing attacked it, that proves nothing."""
        return not self.wrong

    def told(self) -> list[str]:
        """Return the findings, the first twenty of them, and how many there are beyond."""
        more = len(self.wrong) - SHOWN_AT_MOST
        return [*self.wrong[:SHOWN_AT_MOST], *([f"and {more} more; {len(self.wrong)} in all"] if more > 0 else [])]


@dataclass(frozen=True, slots=True)
class Audit:
    """What an audit found.

    moving: why the shop is not at rest; findings may then be gone in a moment.
    gone: topic → records that are not there any more. What must lie on such a topic could not be judged.
    """

    phase: int
    judged: Sequence[Judged]
    numbers: Mapping[str, int]
    faults: Mapping[str, Mapping[str, Any]]
    moving: Sequence[str]
    gone: Mapping[str, int]

    @property
    def ok(self) -> bool:
        """Say whether everything holds."""
        return all(one.holds for one in self.judged)

    @property
    def broken(self) -> frozenset[str]:
        """Return the names of the invariants that do not hold."""
        return frozenset(one.invariant.name for one in self.judged if not one.holds)

    def as_object(self) -> dict[str, Any]:
        """Return everything for programs."""
        return {
            "ok": self.ok,
            "phase": self.phase,
            **self.numbers,
            "moving": list(self.moving),
            "gone": dict(self.gone),
            "invariants": {one.invariant.name: one.holds for one in self.judged},
            "attacked": {one.invariant.name: one.attacked for one in self.judged},
            "wrong": {one.invariant.name: len(one.wrong) for one in self.judged if not one.holds},
            "found": {one.invariant.name: one.told() for one in self.judged if not one.holds},
            "faults": {name: dict(fault) for name, fault in self.faults.items()},
        }


async def audit(where: Sources, ledger: Path | None = None) -> Audit:
    """Audit a shop, as it is now. It writes nothing, and waits for nothing.

    ledger: of whoever placed the orders; without one every order in the book counts as promised.

    Raises NotFound, NotRunning or NotReady where a source cannot be read, and WrongUsage for a ledger that is none.
    """
    told = None if ledger is None else read_ledger(ledger)
    return (await gather(where, told)).judge()


@dataclass(frozen=True, slots=True)
class Gathered:
    """The evidence, ready to be judged."""

    evidence: Evidence

    def judge(self) -> Audit:
        """Judge every invariant that the phase promises."""
        found = self.evidence
        judged = [
            Judged(one, one.attacked(found), tuple(one.check(found))) for one in INVARIANTS if one.since <= found.phase
        ]
        return Audit(found.phase, judged, _numbers(found), _faults(found.ledger), [*self._moving()], found.gone)

    def _moving(self) -> Iterator[str]:
        found = self.evidence
        if unfinished := found.books.saga.keys() - found.ended:
            yield f"{plural(len(unfinished), 'order')} on the way"
        if found.later:
            yield f"{plural(len(found.later), 'message')} came while the books were read"
        for unit, rows in found.books.outbox.items():
            if rows:
                yield f"{plural(len(rows), 'message')} in the outbox of {BY_NAME[unit].title}"
        for unit, records in found.waiting.items():
            if records:
                yield f"{plural(records, 'record')} not yet committed by {BY_NAME[unit].title}"


async def gather(where: Sources, told: Told | None) -> Gathered:
    """Read everything: Kafka, then the books, then what has come to Kafka meanwhile.

    What was read first must be in the books, and what is in the books must be in the one or in the other: so a shop
    that is not at rest is not accused of what has happened while it was looked at.
    """
    lying = await read_topics(where.kafka, where.prefix)
    books = await read_books(where.databases)
    later = await read_topics(where.kafka, where.prefix, lying.ends)
    return Gathered(Evidence(where.parts, books, lying.records, later.records, told, later.waiting, lying.gone))


def _numbers(found: Evidence) -> dict[str, int]:
    return {
        "orders": len(found.promised),
        "messages": len(found.messages),
        "duplicates": attacks.duplicates(found),
        "redelivered": attacks.redelivered(found),
        "requests_again": attacks.requests_again(found),
        "poisoned": attacks.poisoned(found),
        "parked": len(found.parked),
        "tried_again": len(found.tried_again),
        "deadlines_passed": attacks.deadlines(found),
    }


def _faults(told: Told) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for fault in told.faults:
        row = found.setdefault(fault.name, {"unit": fault.unit, "times": 0, "hits": 0})
        row["times"] += 1
        row["hits"] += fault.hits
    return found
