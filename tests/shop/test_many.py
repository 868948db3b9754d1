"""Set-based twins: whatever comes, a batch ends as the handler applied in sequence would: same answers, same rows.

Each unit gets the same seeded nonsense on two databases: repeats, strangers, changes that are not allowed. On one the
twins handle it in batches, on the other the solutions do, one by one.
"""

import random
from collections.abc import Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any

import pytest
from sqlalchemy import MetaData, Select, select

from lab.shop import contracts as c
from lab.shop import ports as p
from lab.shop.contracts import State
from lab.shop.mediator.engine import Engine
from lab.shop.mediator.many import keep_timers
from lab.shop.mediator.tables import Base as MediatorBase
from lab.shop.parts import Choice, Parts
from lab.shop.ports import BankAnswer, Outgoing, Undeliverable
from lab.shop.runtime import sets
from lab.shop.runtime.store import open_store
from lab.shop.runtime.tables import Base as RuntimeBase
from lab.shop.runtime.tables import OutboxRow
from lab.shop.services.analytics import handlers as analytics
from lab.shop.services.analytics.tables import Base as AnalyticsBase
from lab.shop.services.fulfilment import handlers as fulfilment
from lab.shop.services.fulfilment.carriers import PriceList
from lab.shop.services.fulfilment.tables import Base as FulfilmentBase
from lab.shop.services.inventory import handlers as inventory
from lab.shop.services.inventory.tables import Base as InventoryBase
from lab.shop.services.inventory.tables import Shelf
from lab.shop.services.notification import handlers as notification
from lab.shop.services.notification.tables import Base as NotificationBase
from lab.shop.services.order import handlers as order
from lab.shop.services.order.tables import Base as OrderBase
from lab.shop.services.order.tables import OrderRow
from lab.shop.services.payment import handlers as payment
from lab.shop.services.payment.many import settle_many
from lab.shop.services.payment.tables import Base as PaymentBase
from tests.shop.bodies import sample
from tests.shop.harness import new_prefix, postgres, sqlite

pytestmark = pytest.mark.anyio

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
ORDERS = [f"ord-{number}" for number in range(7)]
CARDS = (c.CARD_OK, c.CARD_REFUSED, "card-silent")
OF_THE_MOMENT = {"at", "placed_at", "updated_at", "due_at", "handed_over_at", "handled_at", "written_at"}
BATCHES, SEEDS = 8, (1, 2, 3)


class Bank:
    """Answers by the card alone, and to a silent one never."""

    async def charge(self, key: str, *, card: str, amount_cents: int) -> BankAnswer:
        if card == "card-silent":
            raise TimeoutError
        return BankAnswer(card == c.CARD_OK, "" if card == c.CARD_OK else "card refused")

    async def refund(self, key: str, *, amount_cents: int) -> None:
        pass


class LetterBox:
    async def deliver(self, address: str, text: str) -> None:
        if address.endswith("@bounces.example"):
            raise Undeliverable("the letter box is full")


CARRIERS = (PriceList("Swift", 390, 40, 0.0, frozenset({"Lighthouse"})), PriceList("Slow", 290, 90, 0.0, frozenset()))


def lines(dice: random.Random) -> tuple[c.Item, ...]:
    skus = dice.sample(["mug", "lamp", "ghost"], dice.choice([1, 1, 2]))
    return tuple(c.Item(sku=sku, quantity=dice.randint(1, 4)) for sku in skus)


def an_order(order_id: str, dice: random.Random) -> c.OrderCreated:
    told = (c.OrderLine(sku="mug", quantity=2, unit_cents=1250),)
    return c.OrderCreated(
        order_id=order_id, customer_id="cus-anna", customer_name="Anna", email="anna@mail.example", ship_to="Leeds",
        card="card-ok", lines=told, total_cents=dice.choice([1, 2500]),
    )  # fmt: skip


def for_inventory(dice: random.Random, order_id: str) -> c.Body:
    kind = dice.choice([c.InventoryCheck, c.InventoryCheck, c.InventoryCommit, c.InventoryRelease])
    return kind(order_id=order_id, **({"lines": lines(dice)} if kind is c.InventoryCheck else {}))


def for_order(dice: random.Random, order_id: str) -> c.Body:
    kind = dice.choice([c.OrderConfirm, c.OrderReject, c.OrderCancel, c.OrderMarkShipped, c.OrderMarkDelivered])
    return kind(order_id=order_id, **({"reason": "why"} if kind in {c.OrderReject, c.OrderCancel} else {}))


def for_payment(dice: random.Random, order_id: str) -> c.Body:
    if dice.random() < 0.2:
        return c.PaymentCancel(order_id=order_id)
    return c.PaymentProcess(order_id=order_id, amount_cents=dice.randint(1, 9), currency="EUR", card=dice.choice(CARDS))


def for_fulfilment(dice: random.Random, order_id: str) -> c.Body:
    if dice.random() < 0.2:
        return c.ShippingCancel(order_id=order_id)
    return c.ShippingInitiate(order_id=order_id, lines=lines(dice), ship_to=dice.choice(["Leeds", "Lighthouse"]))


def for_notification(dice: random.Random, order_id: str) -> c.Body:
    return c.NotificationSend(
        order_id=order_id, template=dice.choice(["confirmed", "rejected"]), customer_name="Gus",
        email=dice.choice(["gus@bounces.example", "anna@mail.example"]), reason="why",
    )  # fmt: skip


EVENTS = sorted((body for body in c.TOPIC_OF if issubclass(body, c.Event)), key=lambda body: body.name)


def any_event(dice: random.Random, order_id: str) -> c.Body:
    if dice.random() < 0.25:
        return an_order(order_id, dice)
    return sample(dice.choice(EVENTS)).model_copy(update={"order_id": order_id})


async def fill_shelves(session) -> None:
    session.add_all([Shelf(sku="mug", available=25), Shelf(sku="lamp", available=9)])


async def fill_book(session) -> None:
    session.add_all(
        OrderRow(order_id=order_id, status="placed", customer_id="cus-anna", lines=[], total_cents=1, currency="EUR")
        for order_id in ORDERS[:-1]
    )


async def nothing(session) -> None:
    pass


@dataclass(frozen=True)
class Unit:
    """One unit: how its steps are made, what is told to it, its tables, and what is there before."""

    steps: Callable[[Parts], Mapping[str, Any]]
    say: Callable[[random.Random, str], c.Body]
    tables: MetaData
    before: Callable[[Any], Any] = nothing


UNITS = {
    "order": Unit(order.steps, for_order, OrderBase.metadata, fill_book),
    "payment": Unit(lambda parts: payment.steps(parts, Bank()), for_payment, PaymentBase.metadata),
    "inventory": Unit(inventory.steps, for_inventory, InventoryBase.metadata, fill_shelves),
    "notification": Unit(
        lambda parts: notification.steps(parts, LetterBox()), for_notification, NotificationBase.metadata
    ),
    "fulfilment": Unit(lambda parts: fulfilment.steps(parts, CARRIERS), for_fulfilment, FulfilmentBase.metadata),
    "analytics": Unit(analytics.steps, any_event, AnalyticsBase.metadata),
    "mediator": Unit(lambda parts: Engine(parts).steps(), any_event, MediatorBase.metadata),
}


def told_to(unit: Unit, seed: int) -> list[list[c.Message]]:
    """Batches of messages; now and then one comes again, with the same id."""
    dice, batches, earlier = random.Random(seed), [], []
    for _ in range(BATCHES):
        batch = []
        for _ in range(dice.randint(1, 12)):
            if earlier and dice.random() < 0.15:
                batch.append(dice.choice(earlier))
                continue
            body = unit.say(dice, dice.choice(ORDERS))
            said = c.Message(f"m-{len(earlier)}-{seed}", body, "/test", NOON + timedelta(seconds=len(earlier)), "c-1")
            earlier.append(said)
            batch.append(said)
        batches.append(batch)
    return batches


@dataclass
class Outcome:
    """What was answered, and what is in the tables."""

    answers: list[Any] = field(default_factory=list)
    rows: dict[str, list[Any]] = field(default_factory=dict)


async def handled(unit: Unit, store, parts: Parts, batches: list[list[c.Message]], *, together: bool) -> Outcome:
    outcome, steps = Outcome(), unit.steps(parts)
    async with store.writing() as session:
        await unit.before(session)
        await session.commit()
    for batch in batches:
        async with store.writing() as session:
            for step, run in groupby(batch, key=lambda message: steps[message.name]):
                messages = list(run)
                for some in [messages] if together else [[message] for message in messages]:
                    outcome.answers += [replies.bodies for replies in await step(some, session)]
            await session.commit()
    outcome.rows = await rows_of(store, unit.tables, RuntimeBase.metadata)
    return outcome


async def rows_of(store, *metadata: MetaData) -> dict[str, list[Any]]:
    found = {}
    async with store.reading() as session:
        for table in (table for one in metadata for table in one.sorted_tables):
            columns = [column for column in table.c if column.name not in OF_THE_MOMENT and column.name != "sequence"]
            asked: Select = select(*columns)
            found[table.name] = sorted((tuple(row) for row in (await session.execute(asked)).all()), key=repr)
    return found


@pytest.fixture(params=["sqlite", "postgres"])
def databases(request):
    if request.param == "postgres":
        url = request.getfixturevalue("endpoints").postgres
        return lambda: postgres(url, new_prefix())("many")
    folder = request.getfixturevalue("tmp_path")
    return lambda: sqlite(folder)(new_prefix())


@asynccontextmanager
async def two_stores(databases, tables: MetaData):
    one, other = [await open_store(databases(), (tables, RuntimeBase.metadata)) for _ in range(2)]
    try:
        yield one, other
    finally:
        await one.close()
        await other.close()


@pytest.mark.parametrize("name", UNITS)
async def test_a_batch_ends_as_one_by_one_would(databases, name) -> None:
    unit = UNITS[name]
    for seed in SEEDS:
        batches = told_to(unit, seed)
        async with two_stores(databases, unit.tables) as (one, other):
            together = await handled(unit, one, Parts(2), batches, together=True)
            in_sequence = await handled(unit, other, Parts(2, many=False), batches, together=False)
        assert together.answers == in_sequence.answers
        assert together.rows == in_sequence.rows


async def test_payments_are_settled_together_as_one_by_one(databases) -> None:
    unit, solution = UNITS["payment"], Parts(2)[p.SETTLE_PAYMENTS]
    async with two_stores(databases, unit.tables) as stores:
        said = []
        for store, settle in zip(stores, (settle_many, solution), strict=True):
            await handled(unit, store, Parts(2), told_to(unit, 1), together=True)
            async with store.writing() as session:
                said.append([(one.body, one.cause.id) for one in await settle(session, Bank(), 3)])
                said[-1] += [(one.body, one.cause.id) for one in await settle(session, Bank(), 20)]
                await session.commit()
        assert said[0] == said[1] != []
        assert await rows_of(stores[0], unit.tables) == await rows_of(stores[1], unit.tables)


async def test_the_last_deadline_of_each_saga_is_kept_and_no_other(databases) -> None:
    parts, some_order = Parts(2), an_order("ord-1", random.Random(1))
    moves = [("ord-1", 30.0), ("ord-2", 30.0), ("ord-1", None), ("ord-3", None), ("ord-4", 60.0), ("ord-4", 30.0)]
    sagas = [(p.Saga(order_id, State.CONFIRMING, some_order), seconds) for order_id, seconds in moves]
    async with two_stores(databases, MediatorBase.metadata) as stores:
        for store in stores:
            async with store.writing() as session:
                await parts[p.SET_TIMER](session, sagas[3][0], 30.0)
                await session.commit()
        async with stores[0].writing() as session:
            await keep_timers(sagas, session)
            await session.commit()
        async with stores[1].writing() as session:
            for saga, seconds in sagas:
                await parts[p.CANCEL_TIMER](session, saga.order_id)
                if seconds is not None:
                    await parts[p.SET_TIMER](session, saga, seconds)
            await session.commit()
        rows = [(await rows_of(store, RuntimeBase.metadata))["timer"] for store in stores]
        assert rows[0] == rows[1] == [("ord-2", "CONFIRMING"), ("ord-4", "CONFIRMING")]


# --- inbox, outbox, relay


def outgoing(number: int) -> Outgoing:
    wire = c.Wire([("ce_id", f"grün {number}".encode()), ("ce_type", b"x")], b"value %d" % number)
    return Outgoing("order.events", b"ord-%d" % (number % 3), wire)


async def test_the_inbox_s_twin_lets_the_same_messages_through(databases) -> None:
    solution = Parts(2)[p.INBOX]
    async with two_stores(databases, RuntimeBase.metadata) as stores:
        fresh = []
        for store, inbox in zip(stores, (sets.inbox, solution), strict=True):
            for batch in told_to(UNITS["order"], 4):
                async with store.writing() as session:
                    fresh.append(list(await inbox(session, batch)))
                    await session.commit()
            async with store.writing() as session:
                assert list(await inbox(session, [])) == []
        assert fresh[:BATCHES] == fresh[BATCHES:]
        assert await rows_of(stores[0], RuntimeBase.metadata) == await rows_of(stores[1], RuntimeBase.metadata)


async def test_twins_and_solutions_read_one_another_s_outbox(databases) -> None:
    """A learner's relay must be able to send what the twin has handed over, and the other way round."""
    parts = Parts(2)
    pairs = ((sets.hand_over, parts[p.RELAY]), (parts[p.HAND_OVER], sets.relay))
    async with two_stores(databases, RuntimeBase.metadata) as stores:
        for store, (hand_over, relay) in zip(stores, pairs, strict=True):
            messages, sent = [outgoing(number) for number in range(5)], []

            async def publish(some, sent=sent) -> None:
                sent.append(list(some))

            async with store.writing() as session:
                await hand_over(session, messages, publish)
            async with store.writing() as session:
                await hand_over(session, [], publish)
            assert [await relay(store.sessions, publish, 3) for _ in range(3)] == [3, 2, 0]
            assert sent == [messages[:3], messages[3:]]


async def test_the_relay_s_twin_keeps_what_kafka_refuses_and_what_came_meanwhile(databases) -> None:
    async with two_stores(databases, RuntimeBase.metadata) as (store, _):

        async def refuse(_) -> None:
            raise ConnectionError

        async def slow(_) -> None:
            async with store.writing() as session:  # no transaction is open meanwhile: this one could not begin
                await sets.hand_over(session, [outgoing(2)], refuse)

        async with store.writing() as session:
            await sets.hand_over(session, [outgoing(1)], refuse)
        with pytest.raises(ConnectionError):
            await sets.relay(store.sessions, refuse, 10)
        assert await sets.relay(store.sessions, slow, 10) == 1
        async with store.reading() as session:
            assert (await session.scalars(select(OutboxRow.value))).all() == [b"value 2"]


# --- when a twin stands in


def test_a_twin_stands_in_for_its_solution_alone(tmp_path) -> None:
    mine = {"reserve": Choice("mine", tmp_path / "reserve.py")}
    assert Parts(1).twin(p.RESERVE_STOCK, "reserve", "twin") == "twin"
    assert Parts(1, mine).twin(p.RESERVE_STOCK, "reserve", "twin") is None
    assert Parts(1, mine).twin(p.COMMIT_STOCK, "ship", "twin") == "twin"
    assert Parts(1).twin(p.TAKE_PAYMENT, "bank", "twin") is None  # in phase 1 the part is that of `pay`
    assert Parts(2).twin(p.TAKE_PAYMENT, "bank", "twin") == "twin"
    assert Parts(1).twin(p.INBOX, "inbox", "twin") is None  # a pass-through is no solution
    assert Parts(2, many=False).twin(p.INBOX, "inbox", "twin") is None


def test_what_somebody_has_put_around_a_part_is_called_and_no_twin() -> None:
    class Around(Parts):
        def __getitem__(self, port):
            return (lambda *told: None) if port == p.RESERVE_STOCK else super().__getitem__(port)

    assert Around(1).twin(p.RESERVE_STOCK, "reserve", "twin") is None
    assert Around(1).twin(p.COMMIT_STOCK, "ship", "twin") == "twin"
