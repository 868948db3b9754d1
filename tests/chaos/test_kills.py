"""Services are killed again and again while orders run. Phase 2 loses nothing."""

import threading
import time
import uuid
from collections import Counter
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from http import HTTPStatus
from pathlib import Path

import httpx
import pytest

from lab.chaos.ledger import Ledger, read_ledger
from lab.shop.contracts import ENDED
from lab.shop.scenario import first_delivery, scenario
from lab.stack import Wanted, down
from lab.stack import up as bring_up
from tests.cli.running import Said, lab
from tests.conftest import own_native, silent

SEED, FEW = 7, 6
KILLED = (
    "mediator", "order", "inventory", "payment", "fulfilment", "mediator", "order", "mediator", "order", "inventory",
)  # fmt: skip
ORDERS = FEW * len(KILLED)
PATIENCE_SECONDS, STILL_SECONDS, LAST_WORDS_SECONDS = 60.0, 10.0, 1.0

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]


@pytest.fixture(scope="module")
def engine():
    with own_native(postgres=False) as engine:
        yield engine


def through_kills(engine, phase: int, path: Path) -> Said:
    """Bring the phase's shop up with empty books, place the seed's orders, kill meanwhile, wait, audit."""
    stack = bring_up(engine, Wanted(phase), report=silent).shop
    planned = scenario(ORDERS, SEED, first_delivery()).orders
    placing: list[Future[None]] = []
    try:
        with Ledger(path) as ledger, ThreadPoolExecutor(ORDERS) as customers:
            ledger.begun(SEED)
            for number, victim in enumerate(KILLED):  # a few orders for each kill: no unit is killed at rest
                few = planned[number * FEW : (number + 1) * FEW]
                begun = [customers.submit(place, stack, ledger, one.body()) for one in few]
                placing += begun
                wait(begun, timeout=5, return_when=FIRST_COMPLETED)  # promised, and on its way: now
                kill(engine, ledger, victim)
            for one in placing:
                one.result()
        await_stillness(stack)
        return lab("verify", "--ledger", str(path), "--json")
    finally:
        down(engine, report=silent, volumes=True)


def place(stack, ledger: Ledger, body) -> None:
    """Place an order as a careful client does: with a key, and again until there is an answer."""
    key = str(uuid.uuid4())
    deadline = time.monotonic() + PATIENCE_SECONDS
    with httpx.Client(trust_env=False, timeout=20) as client:
        while time.monotonic() < deadline:
            attempt = ledger.sending(key, body)
            try:
                answer = client.post(f"{stack.url('order')}/orders", json=body, headers={"Idempotency-Key": key})
            except httpx.TransportError:
                ledger.answered(key, attempt, 0)
                time.sleep(0.1)
                continue
            accepted = answer.status_code == HTTPStatus.ACCEPTED
            ledger.answered(key, attempt, answer.status_code, answer.json()["order_id"] if accepted else "")
            if accepted:
                return
            time.sleep(0.1)


def kill(engine, ledger: Ledger, unit: str) -> None:
    """Kill a unit while Kafka is frozen for a moment, and start it again at once.

    Frozen, so that what the unit has just stored is not on Kafka a millisecond later: that gap is what is aimed at.
    """
    engine.pause("kafka")
    threading.Event().wait(0.15)
    engine.kill(unit)
    ledger.fault(f"kill-{unit}", unit, hits=1)
    engine.resume("kafka")
    engine.start(unit)


def await_stillness(stack) -> None:
    """Return when every saga has ended, or when none has moved for a while: then none will."""
    moved, last = time.monotonic(), None
    deadline = time.monotonic() + PATIENCE_SECONDS
    with httpx.Client(trust_env=False, timeout=5) as client:
        over = False
        while time.monotonic() < min(deadline, moved + (LAST_WORDS_SECONDS if over else STILL_SECONDS)):
            try:
                sagas = client.get(f"{stack.url('mediator')}/sagas").json()
                report = client.get(f"{stack.url('analytics')}/report").json()
            except httpx.TransportError:
                sagas, report = {}, {}
            over = sum(sagas.values()) >= ORDERS and set(sagas) <= ENDED
            if (sagas, report) != last:
                moved, last = time.monotonic(), (sagas, report)
            time.sleep(0.1)


def test_phase_2_loses_no_order_to_kills(engine, tmp_path) -> None:
    path = tmp_path / "ledger.jsonl"
    said = through_kills(engine, 2, path)
    assert said.code == 0, said.out + said.err
    found = said.object
    assert (found["ok"], found["moving"]) == (True, [])
    assert {name: fault["hits"] for name, fault in found["faults"].items()} == Counter(f"kill-{one}" for one in KILLED)
    assert len(read_ledger(path).acknowledged()) == ORDERS
    assert found["orders"] == ORDERS  # one for each key, and none that nobody was promised
