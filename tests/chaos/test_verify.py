"""The audit of a real shop is green, and every bug that is planted in its data turns its own invariant red."""

import asyncio
import shutil
import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete

from lab.chaos.ledger import read_ledger
from lab.chaos.verify import audit
from lab.chaos.verify.auditing import Gathered, gather
from lab.chaos.verify.invariants import INVARIANTS
from lab.chaos.verify.report import text
from lab.chaos.verify.topics import MAIN, read_topics
from lab.shop.contracts import Record
from tests.chaos.audited import Audited, as_parked, attacked_shop, copy_topics, put
from tests.chaos.plants import PLANTS
from tests.shop.harness import new_prefix, postgres, sqlite

NAMES = [one.name for one in INVARIANTS]
CHECK = "shop.inventory.check.v1"
BY_FAULTS = {"I1", "I2", "I14"}  # attacked by what is done to units: nobody kills a unit here


@pytest.fixture(scope="module")
def run(kafka_address: str, tmp_path_factory: pytest.TempPathFactory) -> Audited:
    """A shop on SQLite that was attacked, and has come to rest. Nobody changes it: each test has a copy."""
    folder = tmp_path_factory.mktemp("audited")
    return asyncio.run(attacked_shop(kafka_address, sqlite(folder), folder / "ledger.jsonl"))


@pytest.fixture
def copy(run: Audited, tmp_path: Path) -> Audited:
    """The same shop: copies of its databases and of its ledger, on the same topics."""
    shutil.copytree(run.ledger.parent, tmp_path / "copy")
    databases = {unit: sqlite(tmp_path / "copy")(unit) for unit in run.where.databases}
    return Audited(replace(run.where, databases=databases), tmp_path / "copy" / "ledger.jsonl", run.orders)


def is_green(shop: Audited) -> None:
    found = shop.audit()
    assert found.ok, "\n".join(text(found))
    assert found.moving == []
    assert {one.invariant.name for one in found.judged if not one.attacked} == BY_FAULTS
    assert found.numbers["orders"] == 7
    assert "Everything adds up." in list(text(found))
    assert found.as_object()["invariants"] == dict.fromkeys(NAMES, True)


def test_all_is_green_on_sqlite(run) -> None:
    is_green(run)


def test_all_is_green_on_postgresql(endpoints, tmp_path) -> None:
    databases = postgres(endpoints.postgres, new_prefix())
    is_green(asyncio.run(attacked_shop(endpoints.kafka, databases, tmp_path / "ledger.jsonl")))


@pytest.mark.parametrize("share", [0.0, 0.3, 0.7])
def test_what_comes_while_the_books_are_read_is_held_against_nobody(run, share) -> None:
    told = read_ledger(run.ledger)
    found = asyncio.run(gather(run.where, told)).evidence
    poisoned = {(one.topic, one.partition, one.offset) for one in told.poison}
    ends = Counter((one.record.topic, one.record.partition) for one in found.records)
    early = [
        one
        for one in found.records
        if one.record.topic not in MAIN
        or one.record.offset <= share * ends[one.record.topic, one.record.partition]
        or (one.record.topic, one.record.partition, one.record.offset) in poisoned
    ]
    later = [one for one in found.records if one not in early]
    judged = Gathered(replace(found, records=early, later=later)).judge()
    assert judged.ok, "\n".join(text(judged))
    assert judged.moving == [f"{len(later)} messages came while the books were read"]


@pytest.mark.parametrize("what", PLANTS)
def test_a_bug_in_a_database_is_found(copy, ids, what) -> None:
    plant = PLANTS[what]
    file = copy.ledger.parent / f"{plant.book}.db"
    with closing(sqlite3.connect(file)) as connection, connection:
        changed = [connection.execute(one, copy.orders | ids).rowcount for one in plant.statements]
    assert all(changed), "the bug is not planted"
    breaks(copy, plant.red, plant.says)


@pytest.fixture(scope="module")
def ids(run: Audited) -> dict[str, str]:
    """Ids of single messages that bugs are about."""
    lying = asyncio.run(read_topics(run.where.kafka, run.where.prefix)).records
    heads = {one.record.topic: one for one in lying}
    created = next(
        one for one in lying if one.record.topic == "orders.initiating" and one.order_id == run.orders["delivered"]
    )
    check = next(one for one in lying if one.header("ce_type") == CHECK and one.order_id == run.orders["delivered"])
    named = {"created": created, "check": check, "letter": heads["notification.commands.notification.dlq"]}
    return {name: one.header("ce_id") or "" for name, one in named.items()}


def breaks(shop: Audited, red: tuple[str, ...], says: str) -> None:
    found = shop.audit()
    assert found.broken == set(red), "\n".join(text(found))
    assert says in " ".join(one for judged in found.judged for one in judged.wrong)


def test_an_order_that_was_accepted_and_is_nowhere_is_found(copy, tmp_path) -> None:
    with copy.with_ledger(tmp_path / "ledger.jsonl") as ledger:
        ledger.answered("k9", ledger.sending("k9", {}), 202, "ord-LOST")
    # Nobody was told of it, and no key stands for it, for the same reason.
    breaks(copy, ("I1", "I3", "I14"), "ord-LOST was accepted, and is not in the order book")


def test_two_answers_under_one_key_are_found(copy, tmp_path) -> None:
    with copy.with_ledger(tmp_path / "ledger.jsonl") as ledger:
        ledger.answered("k1", ledger.sending("k1", {}), 202, copy.orders["declined"])
    breaks(copy, ("I3",), "the customer was told of 2 orders")


def test_a_request_that_was_refused_and_is_stored_is_found(copy, tmp_path) -> None:
    with closing(sqlite3.connect(copy.ledger.parent / "order.db")) as connection, connection:
        connection.execute("INSERT INTO request_key (key, fingerprint) VALUES ('k9', '')")
    with copy.with_ledger(tmp_path / "ledger.jsonl") as ledger:
        ledger.answered("k9", ledger.sending("k9", {}), 422)
    breaks(copy, ("I3",), "every answer was a no")


def test_poison_that_is_not_among_the_dead_letters_is_found(copy, tmp_path) -> None:
    good = asyncio.run(first(copy, "order.commands"))
    with copy.with_ledger(tmp_path / "ledger.jsonl") as ledger:
        ledger.poisoned(good.topic, good.partition, good.offset, good.value, "none at all")
    breaks(copy, ("I9",), "is not among the dead letters of order")


def test_poison_with_other_bytes_is_found(copy, tmp_path) -> None:
    good = asyncio.run(first(copy, "order.commands"))
    with copy.with_ledger(tmp_path / "ledger.jsonl") as ledger:
        ledger.poisoned(good.topic, good.partition, good.offset, b"other", "none at all")
    breaks(copy, ("I9",), "does not lie there with the bytes")


def test_poison_on_a_topic_that_nobody_reads_is_not_silently_fine(copy, tmp_path) -> None:
    with copy.with_ledger(tmp_path / "ledger.jsonl") as ledger:
        ledger.poisoned("order.comands", 0, 0, b"", "none at all")
    breaks(copy, ("I9",), "which is no topic of the shop")


def test_a_copy_of_poison_is_poison_too(copy, tmp_path) -> None:
    poison = read_ledger(copy.ledger).poison[0]
    with copy.with_ledger(tmp_path / "ledger.jsonl") as ledger:
        ledger.duplicated(poison.topic, poison.partition, poison.offset, 999)
        ledger.duplicated(poison.topic, poison.partition, 0, 1)
    breaks(copy, ("I9",), "offset 999 does not lie there with the bytes")


async def first(shop: Audited, topic: str, kind: str = "shop.") -> Record:
    """A message of this kind of which there is no copy: who gives up a record must give up its copy, too."""
    copied = {(one.topic, one.partition, one.original) for one in read_ledger(shop.ledger).duplicates}
    lying = (one.record for one in (await read_topics(shop.where.kafka, shop.where.prefix)).records)
    return next(
        one
        for one in lying
        if one.topic == topic
        and (one.header("ce_type") or "").startswith(kind)
        and (one.topic, one.partition, one.offset) not in copied
    )


@pytest.fixture
def elsewhere(copy: Audited) -> Audited:
    """The same shop with copies of its topics, too."""
    prefix = new_prefix()
    asyncio.run(copy_topics(copy.where.kafka, copy.where.prefix, prefix))
    return replace(copy, where=replace(copy.where, prefix=prefix))


def test_bugs_on_topics_are_found(elsewhere, tmp_path) -> None:
    """One after the other on the same topics: what lies on Kafka cannot be taken away."""
    before = elsewhere.audit()
    assert before.ok, "\n".join(text(before))
    assert any("not yet committed by Inventory" in one for one in before.moving)  # nobody reads these copies

    check = asyncio.run(first(elsewhere, "inventory.commands", CHECK))
    asyncio.run(produce(elsewhere, "inventory.commands.inventory.dlq", as_parked(check)))
    breaks(elsewhere, ("I13",), f"inventory has given up {CHECK}: ConnectionError: no database")
    with elsewhere.with_ledger(tmp_path / "ledger.jsonl") as ledger:
        ledger.poisoned(check.topic, check.partition, check.offset, check.value, "a handler that fails")
        ledger.fault("poison-inventory", "inventory", hits=5)  # it has stopped nobody, and excuses nothing
    assert elsewhere.audit().ok

    asyncio.run(produce(elsewhere, "inventory.commands.inventory.dlq", as_parked(replace(check, value=b"cut"))))
    breaks(elsewhere, ("I9",), "was parked 2 times by inventory")
    breaks(elsewhere, ("I9",), "was not parked as it was by inventory")

    # The shop is closed, so nobody hears the ghosts.
    created = asyncio.run(first(elsewhere, "orders.initiating"))
    asyncio.run(produce(elsewhere, "orders.initiating", said_again(created, ce_subject="ord-GHOST")))
    breaks(elsewhere, ("I9", "I2", "I14"), "ord-GHOST: order.created is on Kafka, and the order book says nothing")
    delivered = asyncio.run(first(elsewhere, "shipping.events"))
    asyncio.run(produce(elsewhere, "shipping.events", said_again(delivered, ce_causationid="nobody")))
    breaks(elsewhere, ("I9", "I2", "I14"), "is on Kafka, and what it answers is not")


def said_again(record: Record, **other: str) -> Record:
    """The same message under another id, with other headers; the body says what the subject says."""
    head = {name: value.decode() for name, value in record.headers}
    value = record.value.replace(head["ce_subject"].encode(), other.get("ce_subject", head["ce_subject"]).encode())
    headers = [(name, text.encode()) for name, text in (head | {"ce_id": f"ghost of {head['ce_id']}"} | other).items()]
    return replace(record, value=value, headers=headers)


def test_records_may_be_gone_only_when_kafka_has_thrown_them_away_for_their_age(elsewhere) -> None:
    asyncio.run(throw_away(elsewhere, ("inventory.commands", "order.events", "orders.initiating")))
    breaks(elsewhere, ("I14",), "of order.events are gone, and Kafka has not thrown")
    with closing(sqlite3.connect(elsewhere.ledger.parent / "order.db")) as connection, connection:
        connection.execute("UPDATE orders SET placed_at = datetime(placed_at, '-8 days')")
    found = elsewhere.audit()
    assert found.ok, "\n".join(text(found))
    assert set(found.gone) == {"inventory.commands", "order.events", "orders.initiating"}
    assert any("could not be judged" in line for line in text(found))
    assert {one.invariant.name: one.attacked for one in found.judged}["I1"] == 0  # no process was hurt


async def throw_away(shop: Audited, topics: tuple[str, ...]) -> None:
    ends = (await read_topics(shop.where.kafka, shop.where.prefix)).ends
    cut = {at: RecordsToDelete(end) for at, end in ends.items() if at.topic.removeprefix(shop.where.prefix) in topics}
    admin = AIOKafkaAdminClient(bootstrap_servers=shop.where.kafka)
    await admin.start()
    await admin.delete_records(cut)
    await admin.close()


def test_without_a_ledger_what_can_be_read_must_not_have_been_given_up(copy) -> None:
    found = asyncio.run(audit(copy.where))
    assert found.broken == {"I13"}, "\n".join(text(found))
    assert found.numbers["orders"] == 7
    assert {one.invariant.name for one in found.judged if not one.attacked} == BY_FAULTS | {"I3", "I9"}


async def produce(shop: Audited, topic: str, record: Record) -> None:
    async with AIOKafkaProducer(bootstrap_servers=shop.where.kafka) as producer:
        await put(producer, shop.where.prefix, topic, record)


def test_every_invariant_has_a_bug_that_turns_it_red() -> None:
    on_topics_and_ledgers = {"I2", "I9", "I13"}
    assert {plant.red[0] for plant in PLANTS.values()} | on_topics_and_ledgers == set(NAMES)
