"""The cut: two profiles from one runtime, phase 2 composed of phase 1's parts and small ones, and every port called."""

import functools
import inspect
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from sqlalchemy.ext.asyncio import AsyncSession

from lab.shop import ports as p
from lab.shop.contracts import CARD_REFUSED, InventoryCheck, Message
from lab.shop.parts import PART_FILES, PASS_THROUGH, PartFile, Parts
from lab.shop.runtime.topics import ensure_topics
from tests.shop.harness import new_prefix, open_shop, sqlite, until

pytestmark = pytest.mark.anyio

SMALL = "small/reliable.py"
SMALL_PARTS = (
    PartFile("logs", 2, SMALL, (p.NEXT_TRACE, p.LOG_FIELDS)),
    PartFile("commit", 2, SMALL, (p.CONSUME,)),
    PartFile("rebalance", 2, SMALL, (p.COMMIT_OFFSETS, p.ON_REVOKED)),
    PartFile("inbox", 2, SMALL, (p.INBOX,)),
    PartFile("outbox", 2, SMALL, (p.HAND_OVER,)),
    PartFile("relay", 2, SMALL, (p.RELAY,)),
    PartFile("idempotency-key", 2, SMALL, (p.CLAIM_KEY, p.REMEMBER_ANSWER)),
    PartFile("which-errors", 2, SMALL, (p.RETRY_POLICY,)),
    PartFile("retry-topics", 2, SMALL, (p.RETRY_LATER,)),
    PartFile("dead-letters", 2, SMALL, (p.DEAD_LETTER,)),
    PartFile("bank", 2, SMALL, (p.TAKE_PAYMENT, p.SETTLE_PAYMENTS)),
    PartFile("timers", 2, SMALL, (p.SET_TIMER, p.CANCEL_TIMER, p.DUE_TIMERS, p.ROWS)),
    PartFile("late", 2, SMALL, (p.CANCEL_PAYMENT,)),
    PartFile("metrics", 2, SMALL, (p.OBSERVE, p.LAG, p.FIGURES)),
    PartFile("health", 2, SMALL, (p.ALIVE, p.READY)),
)


class BothPhases(Parts):
    """Solutions for phase 1, small parts for phase 2, and a count of the calls of each."""

    def __init__(self, calls: Counter[str]) -> None:
        here = Path(__file__).parent
        solutions = Path(__file__).parents[2] / "solutions"
        moved = tuple(PartFile(f.exercise, 1, str(solutions / f.path), f.fills) for f in PART_FILES if f.phase == 1)
        super().__init__(2, part_files=moved + SMALL_PARTS, solutions=here)
        self._calls = calls

    def __getitem__(self, port: p.Port[Any]) -> Any:
        part = super().__getitem__(port)
        if inspect.isclass(part):
            self._calls[port.name] += 1
            return part

        @functools.wraps(part)
        def counted(*args: Any, **kwargs: Any) -> Any:
            self._calls[port.name] += 1
            if port is p.RESERVE_STOCK:
                self._stumble(*args)
            return part(*args, **kwargs)

        return counted

    def _stumble(self, command: Message[InventoryCheck], _: AsyncSession) -> None:
        """Fail twice over a chair, and every time over a poster."""
        skus = {line.sku for line in command.body.lines}
        if "poster" in skus or ("chair" in skus and self._calls["reserve_stock"] < self._calls["chair"] + 3):
            raise ConnectionError("the shelf does not answer")


async def test_phase_2_is_composed_without_editing_phase_1_and_calls_every_port(kafka_address, tmp_path) -> None:
    calls: Counter[str] = Counter()
    prefix = new_prefix()
    await ensure_topics(kafka_address, prefix, phase=2)
    async with open_shop(kafka_address, sqlite(tmp_path), prefix=prefix, parts=lambda: BothPhases(calls)) as shop:
        good = await shop.place()
        declined = await shop.place(card=CARD_REFUSED)
        cancelled = await shop.place(customer_id="cus-finn")
        assert [await shop.ending(one) for one in (good, declined, cancelled)] == ["delivered", "rejected", "cancelled"]

        await _an_error_that_passes_and_one_that_stays(shop, calls)
        await _the_same_key_twice(shop)
        await _a_refused_request(shop)
        await _poison(shop, kafka_address)
        await _a_rebalance(kafka_address, prefix, calls)
        for unit, path in (
            ("order", f"/orders/{good}"), ("inventory", "/stock/mug"), ("payment", f"/payments/{good}"),
            ("notification", f"/notifications/{good}"), ("analytics", "/report"), ("order", "/health/live"),
            ("order", "/health/ready"), ("payment", "/health/lag"), ("payment", "/metrics"),
        ):  # fmt: skip
            answer = await shop.clients[unit].get(path)
            assert answer.status_code == 200, (path, answer.text)
    ports = {port.name for port in vars(p).values() if isinstance(port, p.Port)} - {"rows"}
    assert ports - set(calls) == set()


async def _an_error_that_passes_and_one_that_stays(shop, calls: Counter[str]) -> None:
    calls["chair"] = calls["reserve_stock"]
    chair = await shop.place(lines=[{"sku": "chair", "quantity": 1}])
    assert await shop.ending(chair) == "delivered"
    await shop.place(lines=[{"sku": "poster", "quantity": 1}])
    await until(lambda: calls["retry_later"], "the record goes to the retry topic")


async def _the_same_key_twice(shop) -> None:
    body = {"customer_id": "cus-bea", "lines": [{"sku": "pen", "quantity": 1}]}
    headers = {"Idempotency-Key": "once"}
    first = await shop.clients["order"].post("/orders", json=body, headers=headers)
    second = await shop.clients["order"].post("/orders", json=body, headers=headers)
    other = await shop.clients["order"].post("/orders", json={**body, "card": "other"}, headers=headers)
    assert first.json() == second.json()
    assert (first.status_code, second.status_code, other.status_code) == (202, 202, 422)


async def _a_refused_request(shop) -> None:
    answer = await shop.clients["order"].post("/orders", json={"customer_id": "nobody", "lines": []})
    assert answer.status_code == 422


async def _poison(shop, kafka: str) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=kafka)
    await producer.start()
    await producer.send_and_wait(f"{shop.prefix}inventory.commands", b"not for us", key=b"x")
    await producer.stop()
    reader = AIOKafkaConsumer(
        f"{shop.prefix}inventory.commands.inventory.dlq", bootstrap_servers=kafka, auto_offset_reset="earliest"
    )
    await reader.start()
    record = await reader.getone()
    await reader.stop()
    assert record.value == b"not for us"


async def _a_rebalance(kafka: str, prefix: str, calls: Counter[str]) -> None:
    topic, group = f"{prefix}payment.commands", f"{prefix}payment"
    joining = AIOKafkaConsumer(topic, bootstrap_servers=kafka, group_id=group, session_timeout_ms=10_000)
    await joining.start()
    await joining.stop()
    await until(lambda: calls["on_revoked"], "partitions are revoked")


def test_every_port_has_a_part_or_a_named_pass_through_in_phase_1() -> None:
    filled = {port for part in PART_FILES if part.phase == 1 for port in part.fills}
    ports = {port for port in vars(p).values() if isinstance(port, p.Port)}
    assert ports == filled | set(PASS_THROUGH)
    assert not filled & set(PASS_THROUGH)
