"""Services are killed again and again while orders run. Phase 2 loses nothing."""

import threading
import time
import uuid
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from http import HTTPStatus

import httpx
import pytest

import lab.home
from lab.shop.contracts import ENDED
from lab.shop.scenario import first_delivery, scenario
from lab.stack import Wanted, down
from lab.stack import up as bring_up
from tests.chaos.books import Books
from tests.conftest import own_native, silent

SEED, ORDERS, KILLS = 7, 60, 10
VICTIMS = ("mediator", "order", "inventory", "payment", "fulfilment", "mediator", "order")
PATIENCE_SECONDS, STILL_SECONDS, LAST_WORDS_SECONDS = 60.0, 10.0, 1.0

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]


@dataclass(frozen=True)
class Told:
    """How it ended: what customers were promised, and what the books say."""

    promised: list[str]
    books: Books
    killed: list[str]


@pytest.fixture(scope="module")
def engine():
    with own_native(postgres=False) as engine:
        yield engine


def through_kills(engine, phase: int) -> Told:
    """Bring the phase's shop up with empty books, place the seed's orders, kill meanwhile, wait until nothing moves."""
    stack = bring_up(engine, Wanted(phase), report=silent).shop
    planned = scenario(ORDERS, SEED, first_delivery()).orders
    placing: list[Future[str | None]] = []
    killed: list[str] = []
    try:
        with ThreadPoolExecutor(ORDERS) as customers:
            for first in range(0, ORDERS, ORDERS // KILLS):  # a few orders for each kill: no unit is killed at rest
                few = planned[first : first + ORDERS // KILLS]
                begun = [customers.submit(place, stack, one.body()) for one in few]
                placing += begun
                wait(begun, timeout=5, return_when=FIRST_COMPLETED)  # promised, and on its way: now
                killed.append(kill(engine, VICTIMS[len(killed) % len(VICTIMS)]))
            promised = [order for one in placing if (order := one.result())]
        await_stillness(stack)
        return Told(promised, Books.read(lab.home.home() / "data"), killed)
    finally:
        down(engine, report=silent, volumes=True)


def place(stack, body) -> str | None:
    """Place an order as a careful client does: with a key, and again until there is an answer."""
    key = {"Idempotency-Key": str(uuid.uuid4())}
    deadline = time.monotonic() + PATIENCE_SECONDS
    with httpx.Client(trust_env=False, timeout=20) as client:
        while time.monotonic() < deadline:
            try:
                answer = client.post(f"{stack.url('order')}/orders", json=body, headers=key)
            except httpx.TransportError:
                time.sleep(0.1)
                continue
            if answer.status_code == HTTPStatus.ACCEPTED:
                return str(answer.json()["order_id"])
            time.sleep(0.1)
    return None


def kill(engine, unit: str) -> str:
    """Kill a unit while Kafka is frozen for a moment, and start it again at once; return the unit's name.

    Frozen, so that what the unit has just stored is not on Kafka a millisecond later: that gap is what is aimed at.
    """
    engine.pause("kafka")
    threading.Event().wait(0.15)
    engine.kill(unit)
    engine.resume("kafka")
    engine.start(unit)
    return unit


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


def test_phase_2_loses_no_order_to_kills(engine) -> None:
    safe = through_kills(engine, 2)
    assert len(safe.promised) == ORDERS
    assert len(set(safe.killed)) >= 3
    assert safe.books.unfinished(safe.promised) == []
    assert safe.books.faults() == []
    assert set(safe.books.orders) == set(safe.promised)  # one order for each key, and none that nobody was promised
