"""Every group reads everything once more from offset 0, and not one row of any database is another (invariant I8)."""

import asyncio
import hashlib
import sqlite3
from contextlib import closing

import pytest
from aiokafka import TopicPartition

from lab.shop.contracts import CARD_REFUSED
from lab.shop.figures import read_figures
from lab.shop.runtime.bus import group_consumer
from tests.shop.harness import new_prefix, open_shop, sqlite, until
from tests.shop.test_flow import settled
from tests.shop.test_reliable_flow import everything_is_read, everything_is_told, outboxes_are_empty, phase_2

pytestmark = pytest.mark.anyio


async def test_all_groups_read_again_from_the_beginning_and_no_row_is_another(kafka_address, tmp_path) -> None:
    prefix = new_prefix()
    async with open_shop(kafka_address, sqlite(tmp_path), prefix=prefix, parts=phase_2) as shop:
        orders = [await shop.place(), await shop.place(card=CARD_REFUSED), await shop.place(customer_id="cus-finn")]
        await _a_repeated_request(shop)
        sold_out = await shop.place(lines=[{"sku": "poster", "quantity": 3}])
        endings = [await shop.ending(one) for one in (*orders, sold_out)]
        assert endings == ["delivered", "rejected", "cancelled", "rejected"]
        await until(lambda: settled(shop, 5), "all sagas end")
        await until(lambda: everything_is_told(shop, orders), "the letters are sent, too")
        await until(lambda: _is_quiet(shop), "everything is sent and read")
        read, before = await _committed(shop), digests(tmp_path)
    assert {"inventory.db inbox", "mediator.db saga_log", "order.db request_key", "bank.db entry"} <= before.keys()
    await asyncio.gather(*(_back_to_the_beginning(kafka_address, prefix, *one) for one in read.items()))

    async with open_shop(kafka_address, sqlite(tmp_path), prefix=prefix, parts=phase_2) as shop:
        await until(lambda: _is_quiet(shop), "everything is read once more")
        assert await _committed(shop) == read  # nobody has said a word more
        assert {unit: await _handled(client) for unit, client in shop.clients.items()} == {
            unit: {"skipped": sum(offsets.values())} for unit, offsets in read.items()
        }
        assert digests(tmp_path) == before
        assert [await shop.status(one) for one in (*orders, sold_out)] == endings


def digests(folder) -> dict[str, str]:
    """Return database and table → a digest of all its rows, for every file of the folder."""
    found = {}
    for file in sorted(folder.glob("*.db")):
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as database:
            names = database.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
            for (name,) in names.fetchall():
                rows = sorted(map(repr, database.execute(f'SELECT * FROM "{name}"')))
                found[f"{file.name} {name}"] = f"{len(rows)} rows, {hashlib.sha256(repr(rows).encode()).hexdigest()}"
    return found


async def _a_repeated_request(shop) -> None:
    body, key = {"customer_id": "cus-bea", "lines": [{"sku": "pen", "quantity": 1}]}, {"Idempotency-Key": "once"}
    answers = [await shop.clients["order"].post("/orders", json=body, headers=key) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert await shop.ending(answers[0].json()["order_id"]) == "delivered"


async def _is_quiet(shop) -> bool:
    return await outboxes_are_empty(shop) and await everything_is_read(shop)


async def _committed(shop) -> dict[str, dict]:
    return {unit: dict((await service.pulse.consumer.offsets())[1]) for unit, service in shop.services.items()}


async def _handled(client) -> dict[str, int]:
    return dict(read_figures((await client.get("/metrics")).text).handled)


async def _back_to_the_beginning(kafka: str, prefix: str, unit: str, offsets) -> None:
    """Commit 0 for every partition, as the unit itself: its place in the group is kept for it while it is away."""
    consumer = group_consumer(kafka, prefix + unit, prefix + unit, enable_auto_commit=False)
    consumer.subscribe(sorted({prefix + place.topic for place in offsets}))
    await consumer.start()
    try:
        await until(consumer.assignment, f"{unit} has its partitions")
        await consumer.commit({TopicPartition(prefix + place.topic, place.number): 0 for place in offsets})
    finally:
        await consumer.stop()
