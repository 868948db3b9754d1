"""What each unit counts and measures: by the part, by the runtime, and as GET /metrics tells it."""

from datetime import UTC, datetime

import httpx
import pytest
import structlog
from aiokafka import AIOKafkaProducer
from fastapi import FastAPI
from prometheus_client.parser import text_string_to_metric_families

from lab.shop import ports as p
from lab.shop.contracts import CARD_REFUSED, PARTITIONS, Message, OrderConfirm, Record
from lab.shop.parts import Parts
from lab.shop.ports import Partition
from lab.shop.runtime import metrics, tables
from lab.shop.runtime.blueprint import Context
from lab.shop.runtime.bus import Pulse
from lab.shop.runtime.crash import CrashPoints
from lab.shop.runtime.metrics import Gauges, metrics_router
from lab.shop.runtime.outbound import Outbound
from lab.shop.runtime.settings import Settings
from lab.shop.runtime.store import open_store
from lab.shop.runtime.worker import Worker
from tests.shop.harness import open_shop, sqlite, until
from tests.shop.test_flow import settled
from tests.shop.test_reliable_flow import everything_is_read, outboxes_are_empty, phase_2

pytestmark = pytest.mark.anyio

CONFIRM = Message("m-1", OrderConfirm(order_id="ord-1"), "/shop/mediator", datetime(2026, 5, 4, tzinfo=UTC), "c-1")


def figures(page: str) -> dict[tuple[str, ...], float]:
    """Return name and label values, by the labels' names → value, of every sample of a page."""
    families = text_string_to_metric_families(page)
    return {
        (one.name, *(one.labels[name] for name in sorted(one.labels))): one.value
        for family in families
        for one in family.samples
    }


# --- the part


def test_a_message_is_counted_by_type_and_outcome_and_its_time_is_that_of_work_done() -> None:
    parts = Parts(2)
    observe = parts[p.OBSERVE]
    observe(CONFIRM, "done", 0.02)
    observe(CONFIRM, "done", 0.3)
    observe(CONFIRM, "skipped", 0.0)
    observe(None, "dead", 0.0)
    found = figures(parts[p.FIGURES]().decode())
    assert found["shop_messages_total", "done", "order.confirm"] == 2
    assert found["shop_messages_total", "skipped", "order.confirm"] == 1
    assert found["shop_messages_total", "dead", "unreadable"] == 1
    assert found["shop_handling_seconds_count", "order.confirm"] == 2
    assert found["shop_handling_seconds_bucket", "0.025", "order.confirm"] == 1


def test_two_units_in_one_process_count_apart() -> None:
    one, other = Parts(2), Parts(2)
    one[p.OBSERVE](CONFIRM, "done", 0.1)
    assert b"order.confirm" in one[p.FIGURES]()
    assert b"order.confirm" not in other[p.FIGURES]()


def test_what_was_never_committed_waits_and_nothing_less_than_nothing_does() -> None:
    lag = Parts(2)[p.LAG]
    here, there = Partition("a", 0), Partition("a", 1)
    assert lag({here: 5, there: 3}, {here: 4}) == 4
    assert lag({here: 5}, {here: 6}) == 0


# --- a running shop


async def test_every_unit_tells_what_it_has_done_and_what_waits(kafka_address, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(metrics, "ANSWER_SECONDS", 30.0)  # what comes later is left out of the page
    async with open_shop(kafka_address, sqlite(tmp_path), parts=phase_2) as shop:
        orders = [await shop.place(), await shop.place(card=CARD_REFUSED)]
        await _put(shop, kafka_address, "payment.commands", b"not JSON")
        for order in orders:
            await shop.ending(order)
        await until(lambda: settled(shop, 2), "all sagas end")
        await until(lambda: outboxes_are_empty(shop), "everything is sent")
        await until(lambda: everything_is_read(shop), "everything is read")
        pages = {unit: await _page(client) for unit, client in shop.clients.items()}

    payment = figures(pages["payment"])
    assert payment["shop_messages_total", "done", "payment.process"] == 2
    assert payment["shop_messages_total", "dead", "unreadable"] == 1
    assert payment["shop_handling_seconds_count", "payment.process"] == 2
    assert payment["shop_dead_letters", "payment.commands.payment.dlq"] == 1
    assert 0 <= payment["shop_dead_letters_oldest_seconds", "payment.commands.payment.dlq"] < 120
    order = figures(pages["order"])
    assert order["shop_messages_total", "done", "order.confirm"] == 1
    assert order["shop_dead_letters", "order.commands.order.dlq"] == 0
    assert ("shop_dead_letters_oldest_seconds", "order.commands.order.dlq") not in order
    for page in pages.values():
        found = figures(page)
        assert found["shop_outbox_rows",] == 0
        lag = [value for (name, *_), value in found.items() if name == "shop_lag_records"]
        assert len(lag) >= PARTITIONS
        assert set(lag) == {0}
        assert not any(order in page for order in orders)


async def _page(client: httpx.AsyncClient) -> str:
    answer = await client.get("/metrics")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/plain; version=")
    return answer.text


async def _put(shop, kafka: str, topic: str, value: bytes) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=kafka)
    await producer.start()
    await producer.send_and_wait(shop.prefix + topic, value, key=b"x")
    await producer.stop()


class Miscounting(Parts):
    """Phase 2, with a part that cannot count, and nothing that needs Kafka."""

    parked = 0

    def __getitem__(self, port):
        return {p.OBSERVE: self.observe, p.DEAD_LETTER: self.park}.get(port) or super().__getitem__(port)

    def observe(self, message, outcome, seconds):
        raise ZeroDivisionError

    async def park(self, *_):
        self.parked += 1


async def test_a_figure_that_cannot_be_counted_costs_no_record() -> None:
    parts = Miscounting(2)
    context = Context("order", Settings(), parts, None, Outbound("order", parts, None), CrashPoints("order"))
    worker = Worker(context, None, {})
    record = Record("order.commands", 0, 7, b"x", b"not JSON")
    with structlog.testing.capture_logs() as logs:
        assert await worker.work([record]) == [record]
    assert parts.parked == 1
    assert "observe part failed" in logs[-1]["event"]


async def test_what_cannot_be_known_is_left_out_of_the_page(tmp_path) -> None:
    parts = Parts(2)
    parts[p.OBSERVE](CONFIRM, "done", 0.1)
    store = await open_store(sqlite(tmp_path)("order"), (tables.Base.metadata,))
    app = FastAPI()
    app.include_router(
        metrics_router(Gauges("order", parts, store, Pulse(), "127.0.0.1:1", "", ["order.commands.order.dlq"]))
    )
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://order") as client:
        found = figures(await _page(client))
    await store.close()
    assert found["shop_outbox_rows",] == 0
    assert found["shop_messages_total", "done", "order.confirm"] == 1
    assert not [key for key in found if key[0].startswith(("shop_lag", "shop_dead"))]
