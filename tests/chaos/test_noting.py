"""Whatever a fault has put on Kafka stands in the ledger, for whoever audits the shop after it."""

from dataclasses import replace
from typing import Any

import pytest

from lab.chaos.acts import deed_of
from lab.chaos.faults import FAULTS, Act, fault_named
from lab.chaos.ledger import Ledger, read_ledger
from lab.chaos.noting import note
from lab.chaos.records import Sent
from lab.chaos.told import Duplicate, Poison

NO_SITE: Any = None
BAD = Sent("payment.commands", 1, 7, b"{", poison="bad JSON")
COPY = Sent("payment.commands", 1, 8, b"{}", original=5)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_every_fault_says_what_it_has_put_on_kafka(fault, tmp_path) -> None:
    with Ledger(tmp_path / "ledger.jsonl") as ledger:
        note(ledger, fault, deed_of(NO_SITE, fault), hits=2, at=3.0)
    told = read_ledger(ledger.path)
    assert [(one.name, one.unit, one.hits, one.at) for one in told.faults] == [(fault.name, fault.unit, 2, 3.0)]
    assert (told.poison, told.duplicates) == ((), ())


@pytest.mark.parametrize("name", ["poison-payment", "crash-payment-after-park"])
def test_poison_is_noted_also_where_it_is_there_to_be_parked(name, tmp_path) -> None:
    deed: Any = deed_of(NO_SITE, fault_named(name))
    (deed if fault_named(name).act is Act.POISON else deed._to_park).sent.append(BAD)
    with Ledger(tmp_path / "ledger.jsonl") as ledger:
        note(ledger, fault_named(name), deed, hits=1, at=3.0)
    (poison,) = read_ledger(ledger.path).poison
    assert replace(poison, sha256="") == Poison("payment.commands", 1, 7, "", "bad JSON")


def test_a_copy_is_noted_with_what_it_copies(tmp_path) -> None:
    deed: Any = deed_of(NO_SITE, fault_named("duplicate-payment"))
    deed.sent.append(COPY)
    with Ledger(tmp_path / "ledger.jsonl") as ledger:
        note(ledger, fault_named("duplicate-payment"), deed, hits=1, at=3.0)
    assert read_ledger(ledger.path).duplicates == (Duplicate("payment.commands", 1, 5, 8),)
