"""Writes into the ledger what was done to the shop on purpose, so that an audit can tell it from a mistake."""

from lab.chaos.acts import Deed
from lab.chaos.faults import Fault
from lab.chaos.ledger import Ledger


def note(ledger: Ledger, fault: Fault, deed: Deed, *, hits: int, at: float) -> None:
    """Note a fault that is over, and the records that it has put on Kafka. `at`: when it began, in epoch seconds."""
    ledger.fault(fault.name, fault.unit, hits=hits, at=at)
    for one in deed.sent:
        if one.original is None:
            ledger.poisoned(one.topic, one.partition, one.offset, one.value, one.poison)
        else:
            ledger.duplicated(one.topic, one.partition, one.original, one.offset, one.instead_for)
