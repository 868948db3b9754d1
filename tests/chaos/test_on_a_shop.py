"""Faults on a real shop: Kafka is really frozen, the process is really killed, and in the end everything runs again.

A shop of its own: the orders that faults lose stay in a book, and other tests count every order.
"""

import json
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.bundle import shipped
from lab.chaos.faults import fault_named
from lab.chaos.ledger import Ledger
from lab.chaos.run import run
from lab.chaos.site import Site
from lab.engines.base import UnitState
from lab.engines.native import NativeEngine
from lab.errors import NotRunning
from lab.live import put_into_shop
from lab.shop.urls import ShopUrls
from lab.stack import Running, Wanted
from lab.stack import up as bring_up
from tests.cli.running import Said, lab, lab_interrupted
from tests.conftest import own_native, silent
from tests.shop.real_shop import RealShop

WRONG = shipped() / "tests" / "wrong_answers" / "e04_produce" / "fire_and_forget.py"


@pytest.fixture(scope="module")
def native() -> Iterator[NativeEngine]:
    """The engine of these tests alone."""
    with own_native(postgres=False) as engine:
        yield engine


@pytest.fixture(scope="module")
def stack(native: NativeEngine) -> Running:
    """The shop of these tests alone."""
    return bring_up(native, Wanted(), report=silent).shop


@pytest.fixture
def site(native, stack):
    """The running shop, and what was said of it."""
    said: list[str] = []
    return Site(native, ShopUrls(stack.service_port), stack.kafka, stack.prefix, said.append, said.append), said


@pytest.fixture
def ledger(tmp_path) -> Iterator[Ledger]:
    """What was done to the shop."""
    with Ledger(tmp_path / "ledger.jsonl") as ledger:
        yield ledger


@pytest.fixture
def queued_only(stack):
    """In the shop: the part that only queues the message, and does not wait for Kafka's answer."""
    choices = Path(os.environ["LAB_CHOICES"])
    choices.write_text(json.dumps({"produce": {"origin": "broken", "file": str(WRONG)}}))
    put_into_shop("produce", silent)
    yield
    choices.unlink()
    put_into_shop("produce", silent)


def is_well(native, stack) -> bool:
    """Whether everything runs, and an order goes through to its end."""
    states = {unit.name: unit.state for unit in native.status()}
    assert set(states.values()) <= {UnitState.RUNNING, UnitState.STARTING}, states
    with RealShop(stack) as shop:
        for unit in states.keys() - {"kafka", "postgres"}:
            shop.await_unit(unit)
        return shop.ending(shop.place()) == "delivered"


def test_who_only_queues_a_message_has_promised_what_kafka_never_had(native, stack, queued_only) -> None:
    said = lab("chaos", "run", "kill-order", "--orders", "5")
    assert said.code == 0, said.err
    lines = said.out.splitlines()
    begin = next(number for number, line in enumerate(lines) if line.startswith("202 "))
    assert all(line.startswith("202 Accepted   ord-") for line in lines[begin : begin + 5])
    assert lines[begin + 5] == "-- kill -9 order service --"
    assert lines[begin + 6] == "told 'accepted': 5    stored in Kafka: 0"
    assert "Two test orders with a bad card went first" in said.out
    shown = lab("order", "show", lines[begin].split()[-1])
    assert "is placed" in shown.out, shown.err
    assert "Kafka has no message about it: nobody else knows of it." in shown.out
    assert "kill -STOP" in said.err
    assert all(len(line) <= 80 for line in lines)
    assert is_well(native, stack)
    audited = verified_at_rest()
    assert audited.code == 1
    assert "I1 does not hold: no accepted order is lost" in audited.out
    assert f"{lines[begin].split()[-1]} is in the order book, and the mediator has" in audited.out
    assert "It does not add up: I1, I14." in audited.out
    assert "I8" not in audited.out  # that is promised in phase 2
    assert all(len(line) <= 80 for line in audited.out.splitlines())


def verified_at_rest() -> Said:
    """What `lab verify` says when nothing moves any more: phase 1 commits its offsets every few seconds."""
    for _ in range(20):
        if not lab("verify", "--json").object["moving"]:
            break
        time.sleep(1)
    return lab("verify")


def test_with_the_right_part_nobody_is_promised_an_order_that_kafka_does_not_have(native, stack) -> None:
    said = lab("chaos", "run", "kill-order", "--orders", "3", "--json")
    assert said.code == 0, said.err
    assert said.object["lost"] == []
    assert (said.object["accepted"], said.object["stored"], said.object["refused"]) == (0, 0, 3)
    assert said.err.count("503 not now") == 3
    assert is_well(native, stack)


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_whatever_ends_it_while_kafka_is_frozen_leaves_a_shop_that_works(native, stack, sign) -> None:
    said = lab_interrupted("chaos", "run", "kill-order", after="kill -STOP", sign=sign)
    assert said.code == 130, said.err
    assert "Traceback" not in said.err
    assert is_well(native, stack)


def test_what_is_dead_or_frozen_already_is_not_killed(native, stack, site, ledger) -> None:
    place, _ = site
    native.stop("analytics")
    native.pause("payment")
    try:
        with pytest.raises(NotRunning, match="analytics is not running"):
            run(place, fault_named("kill-analytics"), 1, ledger)
        with pytest.raises(NotRunning, match="payment is frozen"):
            run(place, fault_named("kill-payment"), 1, ledger)
        assert {unit.name: unit.state for unit in native.status()}["analytics"] is UnitState.STOPPED
    finally:
        native.start("analytics")
        native.resume("payment")
    assert is_well(native, stack)
