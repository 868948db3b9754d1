"""Counts how often each promise was put to the test. A run in which nothing was attacked proves nothing."""

from collections.abc import Iterator

from lab.chaos.verify import parked
from lab.chaos.verify.evidence import Evidence
from lab.chaos.verify.replay import DEADLINE
from lab.shop.contracts import ENDED, TOPIC_OF, State, groups_of
from lab.shop.mediator.books import UNEXPECTED

KAFKA, DATABASE = "kafka", "postgres"
_OF_RECORDS = ("duplicate", "poison", "reorder")
"""So begin the names of faults that are done to records; their hits are records, and are counted where they lie."""


def faults(found: Evidence, *units: str) -> int:
    """Count what was done to these units' processes, or to all, and met something; the ledger knows."""
    return sum(
        one.hits
        for one in found.ledger.faults
        if not one.name.startswith(_OF_RECORDS) and (not units or one.unit in units)
    )


def reordered(found: Evidence, unit: str) -> int:
    """Count the records that came to a unit in another sequence."""
    return sum(one.hits for one in found.ledger.faults if one.name.startswith("reorder") and one.unit == unit)


def requests_again(found: Evidence) -> int:
    """Count the requests that came under a key that had come before."""
    return len(found.ledger.sent) - len({one.key for one in found.ledger.sent})


def redelivered(found: Evidence) -> int:
    """Count, for each group that reads it, the messages that lie on Kafka once more."""
    return sum(again * readers for _, again, readers in _repeats(found))


def duplicates(found: Evidence, *owners: str) -> int:
    """Count the messages that lie on Kafka once more, on all topics or on those that these units write or own."""
    return sum(again for parties, again, _ in _repeats(found) if not owners or parties & set(owners))


def _repeats(found: Evidence) -> Iterator[tuple[set[str], int, int]]:
    for copies in found.by_id.values():
        if len(copies) > 1:
            topic = TOPIC_OF[type(copies[0].body)]
            yield {topic.owner, topic.writer}, len(copies) - 1, len(groups_of(topic))


def on_payment(found: Evidence) -> int:
    """Count repeats and faults around Payment."""
    return duplicates(found, "payment") + faults(found, "payment")


def on_stock(found: Evidence) -> int:
    """Count refusals, repeats and faults around Inventory."""
    refused = {one.order_id for one in found.books.reservations if one.status == "refused"}
    return len(refused) + duplicates(found, "inventory") + faults(found, "inventory")


def bad_endings(found: Evidence) -> int:
    """Count the orders that ended, and were not delivered."""
    return sum(one.state in ENDED and one.state != State.COMPLETED for one in found.books.sagas)


def on_sagas(found: Evidence) -> int:
    """Count what could lead a saga astray: repeats, another sequence, deadlines, surprises, a mediator that dies."""
    unexpected = sum(one.kind == UNEXPECTED for one in found.books.steps)
    records = duplicates(found, "mediator") + reordered(found, "mediator")
    return records + deadlines(found) + unexpected + faults(found, "mediator")


def poisoned(found: Evidence) -> int:
    """Count the bad records that were put on topics."""
    return len(found.ledger.poison)


def replayed(found: Evidence) -> int:
    """Count the dead letters that were sent again."""
    return len(parked.replayed(found))


def deadlines(found: Evidence) -> int:
    """Count the deadlines that passed."""
    return sum(one.name == DEADLINE for one in found.books.steps)


def unanswered(found: Evidence) -> int:
    """Count the payments that were not answered in time."""
    return sum(one.name == DEADLINE and one.from_state == State.AWAITING_PAYMENT for one in found.books.steps)


def tried_again(found: Evidence) -> int:
    """Count what had to wait for another try, and faults of the databases."""
    return len(found.tried_again) + faults(found, DATABASE)


def on_kafka(found: Evidence) -> int:
    """Count faults of the broker."""
    return faults(found, KAFKA)
