"""Faults in the middle of orders, on a real shop of phase 2: whatever was accepted ends. Phase 1 may lose some.

A shop of its own: other tests count every order.
"""

import asyncio
from collections import Counter
from collections.abc import Iterator, Sequence

import pytest

from lab.chaos import middle
from lab.chaos.faults import fault_named
from lab.chaos.ledger import read_ledger
from lab.chaos.run import run
from lab.chaos.verify.topics import read_topics
from lab.engines.native import NativeEngine
from lab.shop.seen import Seen
from lab.stack import Running, Wanted
from lab.stack import up as bring_up
from tests.chaos.test_on_a_shop import is_well, ledger, site  # noqa: F401  fixtures
from tests.conftest import own_native, silent


@pytest.fixture(scope="module")
def native() -> Iterator[NativeEngine]:
    """The engine of these tests alone."""
    with own_native(postgres=False) as engine:
        yield engine


@pytest.fixture(scope="module")
def stack(native: NativeEngine) -> Running:
    """The shop of these tests alone."""
    return bring_up(native, Wanted(phase=2), report=silent).shop


def test_orders_wait_for_a_unit_that_is_dead_and_end_when_it_is_back(native, stack, site, ledger, monkeypatch) -> None:  # noqa: F811
    monkeypatch.setattr(middle, "QUIET_SECONDS", 0.8)  # the carriers of this shop take 0.2
    place, said = site
    native.stop("analytics")  # who was not there before need not be there afterwards
    try:
        told = run(place, fault_named("kill-payment"), 5, ledger).as_object()
    finally:
        native.start("analytics")
    assert (told["accepted"], told["ended"], told["never_ended"]) == (5, {"delivered": 5}, [])
    assert {one["unit"] for waiting in told["waited"] for one in waiting["for"]} == {"payment"}
    assert 2 <= sum(waiting["orders"] for waiting in told["waited"]) <= 5
    assert "-- kill -9 payment service --" in said
    assert [(one.name, one.hits) for one in read_ledger(ledger.path).faults] == [("kill-payment", 1)]
    assert "(payment.processed)" in " ".join(said)
    assert is_well(native, stack)


def test_what_is_reordered_comes_in_reversed_sequence_and_nothing_is_taken_away(native, stack, site, ledger) -> None:  # noqa: F811
    place, said = site
    before = heard(stack)
    told = run(place, fault_named("reorder-inventory"), 8, ledger).as_object()
    assert (told["accepted"], told["ended"], told["never_ended"]) == (8, {"delivered": 8}, [])
    commands, answers = (new(before, heard(stack), topic) for topic in ("inventory.commands", "inventory.events"))
    checks = [one for one in commands if one.header("ce_type") == "shop.inventory.check.v1"]
    checked = [one for one in answers if one.header("ce_type") == "shop.inventory.checked.v1"]
    turned = [order_id for order_id, times in Counter(one.order_id for one in checks).items() if times == 2]
    assert len(read_ledger(ledger.path).duplicates) == told["hits"]
    assert f"-- {told['hits']} records in reversed sequence; the unit is started again --" in said
    longest = 0
    for number in {one.record.partition for one in checks}:
        asked = [one.order_id for one in checks if one.record.partition == number and one.order_id in turned]
        told_of = [one for one in checked if one.record.partition == number and one.order_id in turned]
        # Who is killed may have sent an answer and not noted it, and sends the same one again.
        answered = [order_id for order_id, _ in dict.fromkeys((one.order_id, one.header("ce_id")) for one in told_of)]
        first, copies = asked[: len(asked) // 2], asked[len(asked) // 2 :]
        assert copies == first[::-1]
        # What it had done before it was killed, and not committed, it does not do a second time.
        done = [place for place in range(len(first) + 1) if answered == first[:place] + first[place:][::-1]]
        assert done, (first, answered)
        longest = max(longest, len(first) - done[0])
    assert longest >= 2  # four orders wait in three partitions
    assert is_well(native, stack)


def heard(stack) -> Sequence[Seen]:
    return asyncio.run(read_topics(stack.kafka, stack.prefix)).records


def new(before, now, topic) -> list[Seen]:
    """What has come on a topic since, in sequence."""
    known = {(one.record.topic, one.record.partition, one.record.offset) for one in before}
    places = ((one.record.topic, one.record.partition, one.record.offset) for one in now)
    return [one for one, place in zip(now, places, strict=True) if place[0] == topic and place not in known]
