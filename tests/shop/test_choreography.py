"""The shop without a mediator, on a real Kafka: the same services and parts, and nobody who leads."""

import json
from importlib import import_module

import pytest
from aiokafka.admin import AIOKafkaAdminClient

from lab.bundle import shipped
from lab.errors import LabError
from lab.shop.choreography.carrying import ORDER, order_in
from lab.shop.choreography.channels import STALE_SECONDS, channels, new_prefix
from lab.shop.choreography.running import Choreography
from lab.shop.choreography.table import LISTENS, table
from lab.shop.contracts import CARD_OK, Event, Item, Message, OrderConfirmed, OrderStatus, replies
from lab.shop.ports import On
from lab.shop.scenario import PlannedOrder, first_delivery, scenario
from lab.shop.tap import snapshot
from tests.shop.harness import until

pytestmark = pytest.mark.anyio

EVENTS = replies()
SHORT_LIVED = ("choreo-", "check-")
"""So begin the names of topics that other tests have deleted, and that Kafka may still name for a moment."""
MUG = PlannedOrder("cus-anna", CARD_OK, (Item(sku="mug", quantity=1),))


@pytest.fixture(autouse=True)
def _quick(monkeypatch, tmp_path):
    monkeypatch.setenv("LAB_TRANSIT_SECONDS", "0.1")
    monkeypatch.setenv("LAB_BANK_SECONDS", "0.001")
    monkeypatch.setenv("LAB_CHOICES", str(tmp_path / "choices.json"))


async def topics_of(kafka):
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await admin.start()
    try:
        return set(await admin.list_topics())
    finally:
        await admin.close()


async def messages_of(choreography):
    seen = await snapshot(choreography.kafka, choreography.prefix, topics=EVENTS)
    assert all(isinstance(one.message, Message) for one in seen), seen
    return [one.message for one in seen]


async def place_all(choreography, orders):
    return [(await choreography.client.place(order.body())).order_id for order in orders]


async def test_the_same_orders_end_as_planned_and_no_command_travels(kafka_address):
    plan = scenario(20, 7, first_delivery())
    async with Choreography(kafka_address) as shop:
        ids = await place_all(shop, plan.orders)

        async def have_ended():
            views = [await shop.client.order(order_id) for order_id in ids]
            return [view.status for view in views] == [order.ending for order in plan.orders]

        await until(have_ended, "all orders end as planned")

        async def all_is_told():  # the last words of an order come after its end
            told = {(one.source.rpartition("/")[2], On.of(one.body)) for one in await messages_of(shop)}
            heard = {reaction.on for listens in LISTENS.values() for reaction in listens}
            return heard <= {on for _, on in told}

        await until(all_is_told, "every event of the tables has been told once")
        messages = await messages_of(shop)
        assert all(isinstance(one.body, Event) for one in messages)
        tells = {name: {event for one in listens for event in one.tells} for name, listens in LISTENS.items()}
        for one in messages:
            name = one.source.rpartition("/")[2]
            assert one.name == "order.created" or type(one.body) in tells[name], (name, one.name)


async def test_a_processor_that_is_away_keeps_an_order_waiting_and_nobody_s_book_says_for_what(kafka_address):
    async with Choreography(kafka_address) as shop:
        await shop.stop("fulfilment")
        (order,) = await place_all(shop, [MUG])

        async def is_told():
            return [one.table for one in await shop.kept(order)] == [
                "order.orders",
                "inventory.reservation",
                "payment.payment",
                "notification.notification",
            ]

        await until(is_told, "all others have done their work")
        assert {one.table: one.says for one in await shop.kept(order)} == {
            "order.orders": "confirmed",
            "inventory.reservation": "reserved",
            "payment.payment": "captured",
            "notification.notification": "sent",
        }
        await shop.start("fulfilment")

        async def is_delivered():
            return (await shop.client.order(order)).status is OrderStatus.DELIVERED

        await until(is_delivered, "the order is delivered after all")


async def test_nothing_of_it_is_left_and_nothing_else_was_touched(kafka_address):
    before = await topics_of(kafka_address)
    kept = {name for name in before if not name.startswith(SHORT_LIVED)}
    async with Choreography(kafka_address) as shop:
        during = await topics_of(kafka_address)
        assert during - before - {"__consumer_offsets"} == {shop.prefix + name for name in EVENTS}
        folder = shop._folder
        assert folder.is_dir()
    assert not folder.exists()

    async def is_gone():
        return not any(name.startswith(shop.prefix) for name in await topics_of(kafka_address))

    await until(is_gone, "its topics are deleted")
    assert kept <= await topics_of(kafka_address)


async def test_what_a_killed_run_has_left_behind_a_later_one_deletes(kafka_address, monkeypatch):
    import lab.shop.choreography.channels as module  # noqa: PLC0415

    old = f"choreo-{int(module.time.time() - STALE_SECONDS - 60):x}-abcdef.order.events"
    young = f"{new_prefix()}order.events"
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka_address)
    await admin.start()
    try:
        await admin.create_topics([module.NewTopic(name, 1, 1) for name in (old, young)])
        async with channels(kafka_address, new_prefix()):
            pass

        async def is_gone():
            return old not in await admin.list_topics()

        await until(is_gone, "the stale topic is deleted")
        assert young in await admin.list_topics()
    finally:
        await admin.delete_topics([young])
        await admin.close()


async def test_the_learner_s_parts_do_the_work_here_too(kafka_address, tmp_path):
    mine = shipped() / "solutions" / "phase1_basics" / "e13_pay" / "pay.py"
    (tmp_path / "choices.json").write_text(json.dumps({"pay": {"origin": "mine", "file": str(mine)}}))
    async with Choreography(kafka_address) as shop:
        (order,) = await place_all(shop, [MUG])

        async def is_paid():
            return any(one.name == "payment.processed" for one in await messages_of(shop))

        await until(is_paid, "the money is taken")
        paid = next(one for one in await messages_of(shop) if one.name == "payment.processed")
        assert (paid.order_id, paid.handled_by, paid.parts) == (order, "mine", {"pay": "mine"})


async def test_every_event_carries_the_order_along_as_far_as_its_cause_did(kafka_address):
    async with Choreography(kafka_address) as shop:
        (order,) = await place_all(shop, [MUG])

        async def is_confirmed():
            return any(one.name == OrderConfirmed.name for one in await messages_of(shop))

        await until(is_confirmed, "the order is confirmed")
        confirmed = next(one for one in await messages_of(shop) if one.name == OrderConfirmed.name)
    assert (order_in(confirmed).order_id, order_in(confirmed).card) == (order, CARD_OK)
    bare = Message(confirmed.id, confirmed.body, confirmed.source, confirmed.time, confirmed.correlation_id)
    with pytest.raises(LabError, match="carries no order"):
        order_in(bare)
    assert ORDER in dict(confirmed.record.headers)


def test_every_event_that_is_heard_is_told_by_somebody():
    told = {"order.created"} | {event.name for listens in LISTENS.values() for one in listens for event in one.tells}
    assert {one.on.name for listens in LISTENS.values() for one in listens} <= told


def test_no_processor_has_two_lines_for_one_event():
    for listens in LISTENS.values():
        assert len({one.on for one in listens}) == len(listens)


def test_each_table_stands_in_the_file_of_its_processor_and_the_whole_one_has_every_line():
    for name, listens in LISTENS.items():
        assert import_module(f"lab.shop.choreography.{name}").LISTENS is listens
    assert len(table()) == 1 + sum(map(len, LISTENS.values()))
