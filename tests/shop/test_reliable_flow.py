"""Phase 2 on the real broker: every way that an order can go, the same message twice, deadlines, and what is parked."""

import asyncio
from importlib import import_module

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from sqlalchemy import func, select, update

from lab.shop.contracts import CARD_REFUSED, TOPICS, groups_of
from lab.shop.mediator import engine
from lab.shop.parts import Parts
from lab.shop.ports import CHANGE_ORDER, DECIDE, RESERVE_STOCK, RETRY_POLICY
from lab.shop.runtime.tables import OutboxRow, TimerRow
from lab.shop.services.payment.tables import PaymentRow
from lab.shop.tap import snapshot
from lab.shop.units import UNITS
from tests.shop.harness import new_prefix, open_shop, postgres, sqlite, until
from tests.shop.test_flow import are_told, payment, settled, stock

pytestmark = pytest.mark.anyio


@pytest.fixture(params=["sqlite", "postgres"])
def databases(request, endpoints, tmp_path):
    return sqlite(tmp_path) if request.param == "sqlite" else postgres(endpoints.postgres, new_prefix())


def phase_2() -> Parts:
    return Parts(2)


def test_the_groups_of_a_topic_are_the_units_that_read_it() -> None:
    read = {unit.name: import_module(unit.blueprint).BLUEPRINT.topics for unit in UNITS}
    for topic in TOPICS:
        assert set(groups_of(topic)) == {unit for unit, topics in read.items() if topic.name in topics}


async def test_every_order_ends_in_phase_2_as_it_does_in_phase_1(kafka_address, databases) -> None:
    async with open_shop(kafka_address, databases, parts=phase_2) as shop:
        good = await shop.place()
        declined = await shop.place(card=CARD_REFUSED, lines=[{"sku": "lamp", "quantity": 1}])
        sold_out = await shop.place(lines=[{"sku": "pen", "quantity": 1}, {"sku": "poster", "quantity": 3}])
        unreachable = await shop.place(customer_id="cus-finn", lines=[{"sku": "chair", "quantity": 1}])
        assert [await shop.ending(one) for one in (good, declined, sold_out, unreachable)] == [
            "delivered", "rejected", "rejected", "cancelled",
        ]  # fmt: skip
        await until(lambda: settled(shop, 4), "all sagas end and the stock is back")
        assert await stock(shop, "mug") == (398, 0, 2)
        assert await stock(shop, "chair") == (100, 0, 0)
        assert [await payment(shop, one) for one in (good, declined, unreachable)] == [
            "captured", "declined", "refunded",
        ]  # fmt: skip
        await are_told(shop, unreachable, {"confirmed": "sent", "cancelled": "sent"})
        await until(lambda: outboxes_are_empty(shop), "everything has been sent")
        assert await count(shop, "mediator", TimerRow) <= 1  # IN_TRANSIT and the ends have no deadline
        assert not any(service.failed.is_set() for service in shop.services.values())


async def count(shop, unit, table) -> int:
    async with shop.services[unit].context.store.reading() as session:
        return await session.scalar(select(func.count()).select_from(table)) or 0


async def outboxes_are_empty(shop) -> bool:
    return not any([await count(shop, unit, OutboxRow) for unit in shop.services])


async def test_all_that_was_said_a_second_time_has_no_second_effect(kafka_address, tmp_path) -> None:
    async with open_shop(kafka_address, sqlite(tmp_path), parts=phase_2) as shop:
        orders = [await shop.place(), await shop.place(card=CARD_REFUSED), await shop.place(customer_id="cus-finn")]
        endings = [await shop.ending(one) for one in orders]
        await until(lambda: settled(shop, 3), "all sagas end")
        await until(lambda: everything_is_told(shop, orders), "the letters are sent, too")
        await until(lambda: outboxes_are_empty(shop), "everything is sent")
        await until(lambda: everything_is_read(shop), "everything is read")
        before = await picture(shop, orders)
        sent = await say_everything_again(kafka_address, shop.prefix)
        assert sent > 30
        await until(lambda: everything_is_read(shop), "everything is read once more")
        assert await picture(shop, orders) == before
        assert [await shop.status(one) for one in orders] == endings


async def everything_is_told(shop, orders):
    """Say whether each customer was told of each end: that comes after the saga's own, and is in its log, too."""
    logs = [[step["name"] for step in (await shop.saga(one))["log"]] for one in orders]
    return [log.count("notification.sent") for log in logs] == [1, 1, 2]


async def picture(shop, orders):
    sagas = [[step["name"] for step in (await shop.saga(one))["log"]] for one in orders]
    report = (await shop.clients["analytics"].get("/report")).json()
    return sagas, report, await stock(shop, "mug"), [await payment(shop, one) for one in orders]


async def say_everything_again(kafka: str, prefix: str) -> int:
    """Put every record that is there on its topic once more, as a relay does that was killed before it could mark."""
    topics = [prefix + topic.name for topic in TOPICS]
    reader = AIOKafkaConsumer(*topics, bootstrap_servers=kafka, auto_offset_reset="earliest")
    producer = AIOKafkaProducer(bootstrap_servers=kafka)
    await reader.start()
    await producer.start()
    ends = await reader.end_offsets(reader.assignment())
    sent, left = 0, sum(ends.values())
    while sent < left:
        for records in (await reader.getmany(timeout_ms=200)).values():
            for one in records:
                await producer.send_and_wait(one.topic, one.value, key=one.key, headers=list(one.headers))
                sent += 1
    await reader.stop()
    await producer.stop()
    return sent


async def everything_is_read(shop) -> bool:
    for service in shop.services.values():
        ends, committed = await service.pulse.consumer.offsets()
        if any(end and committed.get(place) != end for place, end in ends.items()):
            return False
    return True


async def test_the_same_key_at_the_same_time_is_one_order(kafka_address, databases) -> None:
    async with open_shop(kafka_address, databases, parts=phase_2) as shop:
        body, key = {"customer_id": "cus-anna", "lines": [{"sku": "mug", "quantity": 1}]}, {"Idempotency-Key": "once"}
        client = shop.clients["order"]
        answers = await asyncio.gather(*(client.post("/orders", json=body, headers=key) for _ in range(8)))
        assert {answer.status_code for answer in answers} == {202}, [answer.text for answer in answers]
        assert len({answer.text for answer in answers}) == 1
        other = await client.post("/orders", json={**body, "card": "another"}, headers=key)
        assert other.status_code == 422
        await shop.ending(answers[0].json()["order_id"])
        assert sum((await shop.clients["mediator"].get("/sagas")).json().values()) == 1


async def test_a_payment_that_is_not_answered_in_time_ends_with_nothing_paid(
    kafka_address, databases, monkeypatch
) -> None:
    monkeypatch.setattr(engine, "DEADLINE_SECONDS", {"AWAITING_PAYMENT": 0.5})
    async with open_shop(kafka_address, databases, parts=phase_2, settings={"bank_seconds": 3.0}) as shop:
        order_id = await shop.place()
        assert await shop.ending(order_id) == "rejected"
        await until(lambda: settled_money(shop, order_id), "the payment is undone")
        told_why = (await shop.clients["order"].get(f"/orders/{order_id}")).json()["reason"]
        assert told_why == "the payment could not be made in time"
        await until(lambda: stock_is_back(shop), "the stock is back")
        assert "deadline.passed" in [step["name"] for step in (await shop.saga(order_id))["log"]]


async def settled_money(shop, order_id) -> bool:
    return await payment(shop, order_id) in {"voided", "refunded"}


async def stock_is_back(shop) -> bool:
    return await stock(shop, "mug") == (400, 0, 0)


async def test_a_bank_that_does_not_answer_is_asked_again_and_charges_once(kafka_address, tmp_path) -> None:
    async with open_shop(kafka_address, sqlite(tmp_path), parts=phase_2) as shop:
        order_id = await shop.place()
        assert await shop.ending(order_id) == "delivered"
        async with shop.services["payment"].context.store.writing() as session:
            # As after a kill between the bank's yes and our commit: charged there, pending here.
            await session.execute(update(PaymentRow).values(status="pending"))
            await session.commit()
        await until(lambda: is_captured(shop, order_id), "it was asked again")


async def is_captured(shop, order_id) -> bool:
    return await payment(shop, order_id) == "captured"


class PutAside(Parts):
    """Phase 2, where one part cannot handle the first message of this name: it is put aside for so many seconds."""

    def __init__(self, port, name, seconds) -> None:
        super().__init__(2)
        self._port, self._name, self._seconds = port, name, seconds
        self._failed = False

    def __getitem__(self, port):
        part = super().__getitem__(port)
        if port is RETRY_POLICY:
            return lambda error, attempt: self._seconds if attempt == 1 else None
        if port is not self._port:
            return part

        def failing(*given):
            if not self._failed and self._name in {getattr(one, "name", "") for one in given}:
                self._failed = True
                raise ConnectionError("the book does not answer")
            return part(*given)

        return failing


def mark_shipped_put_aside() -> Parts:
    return PutAside(CHANGE_ORDER, "order.mark_shipped", 2.0)


def initiated_put_aside() -> Parts:
    return PutAside(DECIDE, "shipping.initiated", 1.5)


async def test_an_order_whose_commands_overtook_one_another_ends_nonetheless(
    kafka_address, tmp_path, monkeypatch
) -> None:
    monkeypatch.setattr(engine, "DEADLINE_SECONDS", {"DELIVERING": 3.0})
    async with open_shop(kafka_address, sqlite(tmp_path), parts=mark_shipped_put_aside) as shop:
        order_id = await shop.place()
        assert await shop.ending(order_id) == "delivered"

        async def has_ended():
            return (await shop.saga(order_id))["state"] == "COMPLETED"

        await until(has_ended, "the saga ends")
        log = [step["name"] for step in (await shop.saga(order_id))["log"]]
        assert log.index("order.shipped") > log.index("shipping.delivered")  # else nothing was overtaken
        assert "deadline.passed" in log


async def test_a_parcel_that_has_arrived_has_left_whatever_was_heard_first(kafka_address, tmp_path) -> None:
    async with open_shop(kafka_address, sqlite(tmp_path), parts=initiated_put_aside) as shop:
        order_id = await shop.place()
        assert await shop.ending(order_id) == "delivered"

        async def has_heard_both():
            return {step["name"] for step in (await shop.saga(order_id))["log"]} >= {
                "shipping.initiated", "order.delivered", "inventory.committed",
            }  # fmt: skip

        await until(has_heard_both, "the late one is heard")
        saga = await shop.saga(order_id)
        log = [step["name"] for step in saga["log"]]
        assert log.index("shipping.delivered") < log.index("shipping.initiated")  # else nothing was overtaken
        assert saga["state"] == "COMPLETED"
        assert await stock(shop, "mug") == (398, 0, 2)
        assert not [step for step in saga["log"] if step["kind"] == "unexpected"]


class Mute(Parts):
    """Phase 2, with an order service that hears the first three order.confirm, and answers none of them."""

    def __init__(self) -> None:
        super().__init__(2)
        self.unanswered = 3

    def __getitem__(self, port):
        part = super().__getitem__(port)
        if port is not CHANGE_ORDER:
            return part

        async def mute(command, session):
            if command.name == "order.confirm" and self.unanswered:
                self.unanswered -= 1
                return []
            return await part(command, session)

        return mute


async def test_whoever_does_not_answer_is_asked_again_at_every_deadline(kafka_address, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(engine, "DEADLINE_SECONDS", {"CONFIRMING": 0.3})
    async with open_shop(kafka_address, sqlite(tmp_path), parts=Mute) as shop:
        order_id = await shop.place()
        assert await shop.ending(order_id) == "delivered"
        await until(lambda: outboxes_are_empty(shop), "everything is sent")
        log = [step["name"] for step in (await shop.saga(order_id))["log"]]
        seen = await snapshot(kafka_address, shop.prefix, topics=("order.commands",))
        asked = {one.message.id for one in seen if one.message.name == "order.confirm"}
        # On a slow machine a deadline may pass while the answer is on its way.
        assert log.count("deadline.passed") >= 3
        assert len(asked) == 1 + log.count("deadline.passed")
        assert "deadline.passed" not in log[log.index("order.confirmed") :]


class Stumbling(Parts):
    """Phase 2, with a shelf that does not answer the first times, and never for a poster."""

    failures = 0

    def __getitem__(self, port):
        part = super().__getitem__(port)
        if port is not RESERVE_STOCK:
            return part

        async def stumbling(command, session):
            skus = {line.sku for line in command.body.lines}
            if "poster" in skus:
                raise ValueError("nobody can read this")
            if "chair" in skus and Stumbling.failures < 6:
                Stumbling.failures += 1
                raise ConnectionError("the shelf does not answer")
            return await part(command, session)

        return stumbling


async def test_what_passes_is_tried_again_and_what_stays_is_parked_whole(kafka_address, tmp_path) -> None:
    Stumbling.failures = 0
    async with open_shop(kafka_address, sqlite(tmp_path), parts=lambda: Stumbling(2)) as shop:
        chair = await shop.place(lines=[{"sku": "chair", "quantity": 1}])
        poster = await shop.place(lines=[{"sku": "poster", "quantity": 1}])
        mug = await shop.place()
        assert await shop.ending(mug) == "delivered"
        assert await shop.ending(chair) == "delivered"
        assert Stumbling.failures == 6
        name = "inventory.commands.inventory.dlq"
        reader = AIOKafkaConsumer(shop.prefix + name, bootstrap_servers=kafka_address, auto_offset_reset="earliest")
        await reader.start()
        parked = await asyncio.wait_for(reader.getone(), 10)
        await reader.stop()
        head = dict(parked.headers)
        assert parked.key == poster.encode()
        assert b'"poster"' in parked.value
        assert head["lab-origin-topic"] == b"inventory.commands"
        assert head["lab-error"] == b"ValueError: nobody can read this"
        assert head["lab-attempt"] == b"1"
        assert head["ce_type"] == b"shop.inventory.check.v1"
