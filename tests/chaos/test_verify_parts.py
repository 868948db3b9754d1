"""Bugs in the shop's parts: real orders run into them, and the audit says which promise is broken."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer
from sqlalchemy.exc import OperationalError

from lab.chaos.ledger import Ledger
from lab.chaos.verify import Audit, Sources, audit
from lab.chaos.verify.report import text
from lab.chaos.verify.topics import read_topics
from lab.shop import passthrough
from lab.shop.contracts import CARD_REFUSED, State
from lab.shop.parts import Parts
from lab.shop.ports import On
from lab.shop.units import UNITS
from tests.chaos.audited import Bent, Client, put, rest
from tests.shop.harness import Shop, new_prefix, open_shop, sqlite

Story = Callable[[Shop, Client], Any]


@pytest.fixture
def audited(kafka_address: str, tmp_path: Path) -> Callable[[Parts, Story], Audit]:
    """Run a shop with these parts through a story, close it, and audit it."""
    databases, prefix = sqlite(tmp_path), new_prefix()
    urls = {unit: databases(unit) for unit in (*(one.name for one in UNITS), "bank")}

    async def run(parts: Parts, story: Story) -> Audit:
        with Ledger(tmp_path / "ledger.jsonl") as ledger:
            async with open_shop(kafka_address, databases, prefix=prefix, parts=lambda: parts) as shop:
                await story(shop, Client(shop, ledger))
        return await audit(Sources(kafka_address, prefix, urls, parts), ledger.path)

    return lambda parts, story: asyncio.run(run(parts, story))


def is_broken(found: Audit, red: set[str], says: str) -> None:
    assert found.broken == red, "\n".join(text(found))
    assert says in " ".join(one for judged in found.judged for one in judged.wrong)


def test_an_inbox_that_notes_and_lets_through_gives_a_message_two_effects(audited) -> None:
    def forgetful(part: Any) -> Any:
        async def inbox(session: Any, messages: Any) -> Any:
            await part(session, messages)
            return messages

        return inbox

    async def story(shop: Shop, client: Client) -> None:
        await client.place("k1")
        await rest(shop, 1)
        lying = (await read_topics(shop.kafka, shop.prefix)).records
        check = next(one.record for one in lying if one.record.topic == "inventory.commands")
        async with AIOKafkaProducer(bootstrap_servers=shop.kafka) as producer:
            await put(producer, shop.prefix, "inventory.commands", check)
        await rest(shop, 1)

    found = audited(Bent(inbox=forgetful), story)
    is_broken(found, {"I8"}, "inventory.checked [reserved] was said more than once: its cause had two effects")
    assert found.numbers["duplicates"] > 0


def test_a_message_that_is_told_before_it_is_stored_is_a_ghost(audited) -> None:
    def hasty(part: Any) -> Any:
        async def hand_over(session: Any, messages: Any, publish: Any) -> None:
            if messages and messages[0].topic == "orders.initiating":
                await publish(messages)
                raise OperationalError("COMMIT", {}, ConnectionError("the database is gone"))
            await part(session, messages, publish)

        return hand_over

    async def story(shop: Shop, client: Client) -> None:
        assert await client.place("k1") == ""
        await rest(shop, 1, State.CONFIRMING)  # Order has no such order, and does not answer

    found = audited(Bent(hand_over=hasty), story)
    # The money is taken for an order that nobody has.
    is_broken(found, {"I2", "I4"}, "order.created is on Kafka, and the order book says nothing")


def test_who_does_not_try_again_gives_good_messages_up(audited) -> None:
    failed: list[str] = []

    def away_once(part: Any) -> Any:
        async def reserve(command: Any, session: Any) -> Any:
            if not failed:
                failed.append(command.id)
                raise ConnectionError("the shelf does not answer")
            return await part(command, session)

        return reserve

    async def story(shop: Shop, client: Client) -> None:
        await client.place("k1")
        await rest(shop, 1, State.AWAITING_INVENTORY)

    found = audited(Bent(reserve_stock=away_once, retry_policy=lambda _: passthrough.never_again), story)
    # It was the only message that could have brought the order on.
    is_broken(found, {"I13", "I1"}, "inventory has given up shop.inventory.check.v1: ConnectionError")


class Forgetful(Bent):
    """Parts whose table rejects a declined order, and does not put its stock back; and keys that nobody keeps."""

    def table(self) -> Any:
        table, credit = super().table()
        place = (State.AWAITING_PAYMENT, On("payment.processed", "declined"))
        row = table[place]
        stays = tuple(one for one in row.commands if one.__name__ != "release_stock_again")
        assert len(stays) < len(row.commands)
        return {**table, place: replace(row, commands=stays)}, credit


def test_stock_that_is_not_put_back_and_an_order_too_many_are_found(audited) -> None:
    async def story(shop: Shop, client: Client) -> None:
        await client.place("k1", card=CARD_REFUSED)
        await asyncio.gather(client.place("k2"), client.place("k2"))
        await rest(shop, 3)

    keyless = {
        "claim_key": lambda _: passthrough.every_key_is_new,
        "remember_answer": lambda _: passthrough.remember_no_answer,
    }
    found = audited(Forgetful(**keyless), story)
    is_broken(found, {"I3", "I6"}, "its saga is REJECTED, and the stock book says reserved")
    assert "key k2: the customer was told of 2 orders" in " ".join(found.as_object()["found"]["I3"])


def test_a_relay_that_forgets_before_kafka_has_it_loses_orders(audited) -> None:
    lost: list[str] = []

    def hasty(part: Any) -> Any:
        async def relay(sessions: Any, publish: Any, limit: int) -> int:
            async def lose_one(messages: Any) -> None:
                kept = [one for one in messages if lost or one.topic != "shipping.commands"]
                lost.extend(one.topic for one in messages if one not in kept)
                await publish(kept)

            return await part(sessions, lose_one, limit)

        return relay

    async def story(shop: Shop, client: Client) -> None:
        await client.place("k1")
        await rest(shop, 1, State.AWAITING_SHIPPING)

    found = audited(Bent(relay=hasty), story)
    is_broken(found, {"I14", "I1"}, "the mediator has decided shipping.initiate, and it is not on Kafka")
