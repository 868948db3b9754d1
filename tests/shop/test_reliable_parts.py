"""Each part of phase 2 by itself, on a real database, and what the runtime promises around it."""

import asyncio
import re
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest
from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.errors import CommitFailedError, KafkaConnectionError, MessageSizeTooLargeError
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from lab.shop import ports as p
from lab.shop.contracts import (
    CUSTOMERS,
    PRODUCTS,
    Message,
    OrderConfirm,
    OrderCreated,
    OrderLine,
    PaymentCancel,
    PaymentProcess,
    Record,
    State,
    Wire,
    marked,
)
from lab.shop.parts import Parts
from lab.shop.ports import Outgoing, Partition, Saga
from lab.shop.runtime import tables
from lab.shop.runtime.bus import Pulse, ShopConsumer, group_consumer
from lab.shop.runtime.in_hand import InHand
from lab.shop.runtime.store import open_store
from lab.shop.runtime.tables import OutboxRow
from lab.shop.runtime.topics import ensure_topics
from lab.shop.services.payment import tables as payment_tables
from lab.shop.services.payment.bank import BookKeepingBank
from lab.shop.services.payment.tables import PaymentRow
from tests.shop.harness import new_prefix, postgres, sqlite, until

pytestmark = pytest.mark.anyio

PARTS = Parts(2)
NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
ANNA, MUG = CUSTOMERS["cus-anna"], PRODUCTS["mug"]
ORDER = OrderCreated(
    order_id="ord-1", customer_id=ANNA.customer_id, customer_name=ANNA.name, email=ANNA.email, ship_to=ANNA.ship_to,
    card="card-ok", lines=(OrderLine(sku=MUG.sku, quantity=2, unit_cents=MUG.price_cents),), total_cents=2500,
)  # fmt: skip


@pytest.fixture(params=["sqlite", "postgres"])
def urls(request, endpoints, tmp_path):
    return sqlite(tmp_path) if request.param == "sqlite" else postgres(endpoints.postgres, new_prefix())


@asynccontextmanager
async def opened(urls):
    store = await open_store(urls("payment"), (tables.Base.metadata, payment_tables.Base.metadata))
    try:
        yield store
    finally:
        await store.close()


def message(name: str, body=None) -> Message:
    return Message(name, body or OrderConfirm(order_id="ord-1"), "/shop/mediator", NOON, "c-1")


# --- inbox


async def test_a_message_is_fresh_once_and_again_when_its_transaction_was_undone(urls) -> None:
    inbox = PARTS[p.INBOX]
    one, two = message("m-1"), message("m-2")
    async with opened(urls) as store:
        async with store.writing() as session:
            assert await inbox(session, [two, one, one]) == [two, one]
            await session.rollback()
        async with store.writing() as session:
            assert await inbox(session, [one]) == [one]
            assert await inbox(session, []) == []
            await session.commit()
        async with store.writing() as session:
            assert await inbox(session, [one, two]) == [two]


@pytest.mark.parametrize(("end", "fresh"), [("commit", 0), ("rollback", 1)])
async def test_a_message_that_somebody_has_in_work_is_waited_for(urls, end, fresh) -> None:
    inbox, one = PARTS[p.INBOX], message("m-1")
    async with opened(urls) as store:

        async def second() -> int:
            async with store.writing() as session:
                return len(await inbox(session, [one]))

        async with store.writing() as session:
            await inbox(session, [one])
            waiting = asyncio.create_task(second())
            done, _ = await asyncio.wait({waiting}, timeout=0.3)
            assert not done
            await getattr(session, end)()
        assert await waiting == fresh


# --- outbox and relay


def outgoing(text_: str, key: str = "ord-1") -> Outgoing:
    return Outgoing("order.events", key.encode(), Wire([("ce_id", "grün".encode())], text_.encode()))


async def hand_over(store, *messages: Outgoing) -> None:
    async with store.writing() as session:
        await PARTS[p.HAND_OVER](session, messages, never)


async def never(_) -> None:
    raise AssertionError("the outbox publishes nothing")


async def test_what_was_handed_over_is_sent_whole_in_sequence_and_once(urls) -> None:
    sent: list[Outgoing] = []

    async def publish(messages) -> None:
        sent.extend(messages)

    async with opened(urls) as store:
        messages = [outgoing(f"{number}") for number in range(5)]
        await hand_over(store, *messages)
        assert [await PARTS[p.RELAY](store.sessions, publish, 3) for _ in range(3)] == [3, 2, 0]
    assert sent == messages


async def test_what_kafka_has_not_acknowledged_stays_and_what_is_written_meanwhile_is_not_lost(urls) -> None:
    async with opened(urls) as store:
        await hand_over(store, outgoing("a"))

        async def refuse(_) -> None:
            raise KafkaConnectionError

        with pytest.raises(KafkaConnectionError):
            await PARTS[p.RELAY](store.sessions, refuse, 10)

        async def slow(_) -> None:
            await asyncio.wait_for(hand_over(store, outgoing("b")), 5)  # nobody holds a write transaction meanwhile

        assert await PARTS[p.RELAY](store.sessions, slow, 10) == 1
        assert await left(store) == [b"b"]


async def left(store) -> list[bytes]:
    async with store.reading() as session:
        return list((await session.scalars(select(OutboxRow.value).order_by(OutboxRow.sequence))).all())


async def test_a_row_of_a_slow_transaction_is_not_skipped(endpoints) -> None:
    """Only PostgreSQL lets a smaller number be committed after a larger one."""
    sent: list[bytes] = []

    async def publish(messages) -> None:
        sent.extend(one.wire.value for one in messages)

    async with opened(postgres(endpoints.postgres, new_prefix())) as store, store.writing() as slow:
        slow.add(OutboxRow(topic="order.events", key=b"a", headers=[], value=b"slow"))
        await slow.flush()
        await hand_over(store, outgoing("fast"))
        await PARTS[p.RELAY](store.sessions, publish, 10)
        assert sent == [b"fast"]
        await slow.commit()
        await PARTS[p.RELAY](store.sessions, publish, 10)
    assert sent == [b"fast", b"slow"]


# --- request keys


async def test_a_key_of_a_request_that_is_still_at_work_is_busy_after_a_while(endpoints) -> None:
    async with opened(postgres(endpoints.postgres, new_prefix())) as store:
        async with store.writing() as first:
            assert await PARTS[p.CLAIM_KEY](first, "k", "f") is None
            async with store.writing() as second:
                with pytest.raises(p.KeyBusy):
                    await PARTS[p.CLAIM_KEY](second, "k", "f")
            await PARTS[p.REMEMBER_ANSWER](first, "k", p.Answer(202, {"order_id": "ord-1"}))
            await first.commit()
        async with store.writing() as third:
            assert await PARTS[p.CLAIM_KEY](third, "k", "f") == p.Answer(202, {"order_id": "ord-1"})
            assert await third.scalar(text("SHOW lock_timeout")) == "0"
            with pytest.raises(p.KeyReused):
                await PARTS[p.CLAIM_KEY](third, "k", "another")


# --- errors


class Deadlock(Exception):
    sqlstate = "40P01"


class Twice(Exception):
    sqlstate = "23505"  # somebody else has just written the row of the same key


class StartingUp(Exception):
    sqlstate = "57P03"  # what PostgreSQL says after a crash, while it reads its log again


@pytest.mark.parametrize(
    ("error", "passes"),
    [
        (TimeoutError(), True),
        (ConnectionRefusedError(), True),
        (KafkaConnectionError(), True),
        (OperationalError("", {}, Exception()), True),
        (DBAPIError("", {}, Deadlock()), True),
        (DBAPIError("", {}, StartingUp()), True),
        (IntegrityError("", {}, Twice()), True),
        (IntegrityError("", {}, Exception()), False),
        (MessageSizeTooLargeError(), False),
        (FileNotFoundError(), False),
        (ValueError(), False),
        (KeyError("a mistake"), False),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else str(value),
)
def test_only_what_may_pass_is_tried_again_and_not_for_ever(error, passes) -> None:
    policy = PARTS[p.RETRY_POLICY]
    assert (policy(error, 1) is not None) is passes
    assert policy(error, 8) is None


def test_waits_grow_to_a_limit_and_no_two_who_failed_together_come_back_together() -> None:
    policy = PARTS[p.RETRY_POLICY]
    for attempt, longest in ((1, 0.1), (2, 0.2), (7, 6.4)):
        waits = [policy(TimeoutError(), attempt) for _ in range(300)]
        assert 0 <= min(waits) < longest / 4
        assert longest * 3 / 4 < max(waits) <= longest
        assert len(set(waits)) > 250


def test_marks_stand_behind_the_records_own_headers_each_once_and_the_origin_is_the_first() -> None:
    record = Record("order.events", 2, 41, b"k", None, [("ce_id", b"\xff"), ("x", b"1")])
    again = Record("order.events.mediator.retry.1", 0, 7, b"k", None, marked(record, TimeoutError("slow"), 3))
    headers = marked(again, ValueError("y" * 2000), 4)
    assert headers[:2] == [("ce_id", b"\xff"), ("x", b"1")]
    assert len(headers) == len(dict(headers))
    head = dict(headers)
    assert (head["lab-origin-topic"], head["lab-origin-partition"], head["lab-origin-offset"]) == (
        b"order.events", b"2", b"41",
    )  # fmt: skip
    assert head["lab-attempt"] == b"4"
    assert len(head["lab-error"]) == 1000


# --- timers


async def test_a_deadline_is_due_by_the_databases_clock_and_once(urls) -> None:
    set_timer, due, cancel = PARTS[p.SET_TIMER], PARTS[p.DUE_TIMERS], PARTS[p.CANCEL_TIMER]
    async with opened(urls) as store:
        async with store.writing() as session:
            for order_id, seconds in (("a", 3600), ("b", -60), ("c", -120), ("d", -60)):
                await set_timer(session, Saga(order_id, State.CONFIRMING, ORDER), seconds)
            await set_timer(session, Saga("d", State.AWAITING_SHIPPING, ORDER), 3600)  # replaces its own
            await session.commit()
        async with store.writing() as session:
            assert await due(session, 1) == ["c"]
            await session.rollback()
        async with store.writing() as session:
            assert await due(session, 10) == ["c", "b"]
            assert await due(session, 10) == []
            await cancel(session, "a")
            await cancel(session, "nobody")
            await session.commit()


# --- bank and late


def command(name: str, body) -> Message:
    return Message(name, body, "/shop/mediator", NOON, "c-1")


PROCESS = command("pay-1", PaymentProcess(order_id="ord-1", amount_cents=2500, currency="EUR", card="card-ok"))
CANCEL = command("cancel-1", PaymentCancel(order_id="ord-1"))


class Quiet(BookKeepingBank):
    """The real bank behind a line that is dead as long as it is told to be: it books, and nobody hears its answer."""

    dead = False

    async def charge(self, key, *, card, amount_cents):
        answer = await super().charge(key, card=card, amount_cents=amount_cents)
        if self.dead:
            raise TimeoutError
        return answer


@asynccontextmanager
async def paying(urls):
    bank = Quiet(urls("bank"), 0.0)
    async with opened(urls) as store:

        async def do(port, *args):
            async with store.writing() as session:
                done = await PARTS[port](*(arg if arg is not ... else session for arg in args))
                await session.commit()
                return [getattr(one, "body", one) for one in done]

        try:
            yield bank, do
        finally:
            await bank.close()


async def kept_cents(bank) -> int:
    async with (await bank._book()).reading() as session:
        return await session.scalar(text("SELECT coalesce(sum(amount_cents - refunded_cents), 0) FROM entry"))


async def test_an_answer_that_nobody_heard_is_asked_for_again_and_is_no_decline(urls) -> None:
    async with paying(urls) as (bank, do):
        assert await do(p.TAKE_PAYMENT, PROCESS, ..., bank) == []
        bank.dead = True
        assert await do(p.SETTLE_PAYMENTS, ..., bank, 10) == []
        bank.dead = False
        (told,) = await do(p.SETTLE_PAYMENTS, ..., bank, 10)
        assert (told.outcome, told.amount_cents) == ("approved", 2500)
        assert await do(p.SETTLE_PAYMENTS, ..., bank, 10) == []
        assert await kept_cents(bank) == 2500


async def test_a_payment_that_nobody_knows_of_is_undone_at_the_bank_too(urls) -> None:
    async with paying(urls) as (bank, do):
        await do(p.TAKE_PAYMENT, PROCESS, ..., bank)
        bank.dead = True
        await do(p.SETTLE_PAYMENTS, ..., bank, 10)
        assert await kept_cents(bank) == 2500
        for _ in range(2):
            (told,) = await do(p.CANCEL_PAYMENT, CANCEL, ..., bank)
            assert told.outcome == "voided"
            assert await kept_cents(bank) == 0


async def test_a_charge_that_reaches_the_bank_after_its_cancellation_is_refused_there(urls) -> None:
    async with paying(urls) as (bank, do):
        await do(p.TAKE_PAYMENT, PROCESS, ..., bank)
        await do(p.CANCEL_PAYMENT, CANCEL, ..., bank)
        assert not (await bank.charge("pay-1", card="card-ok", amount_cents=2500)).approved
        assert await kept_cents(bank) == 0


async def test_a_cancellation_that_comes_first_leaves_a_tombstone(urls) -> None:
    async with paying(urls) as (bank, do):
        (told,) = await do(p.CANCEL_PAYMENT, CANCEL, ..., bank)
        assert told.outcome == "none"
        assert await do(p.TAKE_PAYMENT, PROCESS, ..., bank) == []
        assert await do(p.SETTLE_PAYMENTS, ..., bank, 10) == []
        assert await kept_cents(bank) == 0


async def test_what_was_paid_is_given_back_once_and_what_was_declined_not_at_all(urls) -> None:
    async with paying(urls) as (bank, do):
        await do(p.TAKE_PAYMENT, PROCESS, ..., bank)
        await do(p.SETTLE_PAYMENTS, ..., bank, 10)
        for _ in range(2):
            (told,) = await do(p.CANCEL_PAYMENT, CANCEL, ..., bank)
            assert (told.outcome, told.amount_cents) == ("refunded", 2500)
        assert await kept_cents(bank) == 0
        refused = PaymentProcess(order_id="ord-2", amount_cents=700, currency="EUR", card="card-refused")
        await do(p.TAKE_PAYMENT, command("pay-2", refused), ..., bank)
        (no,) = await do(p.SETTLE_PAYMENTS, ..., bank, 10)
        assert no.outcome == "declined"
        (told,) = await do(p.CANCEL_PAYMENT, command("cancel-2", PaymentCancel(order_id="ord-2")), ..., bank)
        assert told.outcome == "none"


async def test_a_cancellation_waits_for_the_charge_that_is_on_its_way(urls) -> None:
    async with paying(urls) as (bank, do):
        await do(p.TAKE_PAYMENT, PROCESS, ..., bank)
        bank._seconds = 0.3
        settling = asyncio.create_task(do(p.SETTLE_PAYMENTS, ..., bank, 10))
        await asyncio.sleep(0.1)
        (told,) = await do(p.CANCEL_PAYMENT, CANCEL, ..., bank)
        assert [one.outcome for one in await settling] == ["approved"]
        assert told.outcome == "refunded"
        assert await kept_cents(bank) == 0


async def test_a_row_that_remembers_the_card_is_of_the_order_it_was_asked_for(urls) -> None:
    async with opened(urls) as store:
        async with store.writing() as session:
            await PARTS[p.TAKE_PAYMENT](PROCESS, session, None)
            await session.commit()
        async with store.reading() as session:
            row = await session.get(PaymentRow, "ord-1")
    assert (row.status, row.bank_key, row.cause_id, row.correlation_id) == ("pending", "pay-1", "pay-1", "c-1")


# --- logs


def test_the_trace_stays_and_the_hop_is_new_and_what_is_no_trace_begins_one() -> None:
    next_trace = PARTS[p.NEXT_TRACE]
    first = next_trace(None)
    assert re.fullmatch("00-[0-9a-f]{32}-[0-9a-f]{16}-01", first)
    second = next_trace(first)
    assert second[:36] == first[:36]
    assert second != first
    for bad in ("", "nonsense", f"00-{'0' * 32}-{'1' * 16}-01", f"{first}\n", first.upper()):
        assert next_trace(bad)[3:35] not in bad


def test_a_log_line_has_the_story_and_no_card() -> None:
    fields = PARTS[p.LOG_FIELDS](PROCESS)
    assert fields == {"message": "payment.process", "order": "ord-1", "correlation": "c-1"}


# --- health


def test_who_has_stopped_coming_round_is_not_alive_and_who_holds_nothing_is_not_ready() -> None:
    assert PARTS[p.ALIVE](0.5)
    assert not PARTS[p.ALIVE](90)
    assert PARTS[p.READY](database=True, assigned=3)
    assert not PARTS[p.READY](database=False, assigned=3)
    assert not PARTS[p.READY](database=True, assigned=0)


# --- offsets, while partitions go


class Moved:
    async def commit(self, offsets=None) -> None:
        raise CommitFailedError


async def test_a_commit_that_comes_too_late_is_no_error() -> None:
    assert await PARTS[p.COMMIT_OFFSETS](Moved(), {Partition("a", 0): 1}) is False


async def test_letting_go_waits_for_the_work_in_hand_and_begins_nothing_more() -> None:
    in_hand, gone = InHand(), [Partition("order.events", 0)]
    record = Record("order.events", 0, 5, b"k", b"v")
    async with in_hand.holding([record]) as mine:
        assert mine == [record]
        letting_go = asyncio.create_task(PARTS[p.ON_REVOKED](gone, in_hand))
        done, _ = await asyncio.wait({letting_go}, timeout=0.1)
        assert not done
    await letting_go
    async with in_hand.holding([record]) as mine:
        assert mine == []


async def test_of_a_partition_that_is_given_away_only_what_was_handled_is_committed(kafka_address) -> None:
    prefix = new_prefix()
    await ensure_topics(kafka_address, prefix)
    producer = AIOKafkaProducer(bootstrap_servers=kafka_address)
    await producer.start()
    for _ in range(4):
        await producer.send_and_wait(f"{prefix}order.events", b"x", partition=0)
    await producer.stop()
    inner = group_consumer(kafka_address, prefix, prefix, auto_offset_reset="earliest", enable_auto_commit=False)
    inner.subscribe([f"{prefix}order.events"])
    in_hand, place = InHand(), TopicPartition(f"{prefix}order.events", 0)
    consumer = ShopConsumer(inner, prefix, Pulse(), PARTS[p.COMMIT_OFFSETS], in_hand)
    await inner.start()
    try:
        records: list[Record] = []
        await until(lambda: fetch(consumer, records), "four records are read")
        consumer.handled(records[:2])
        await in_hand.finish([Partition("order.events", 0)])
        await consumer.commit({Partition("order.events", 0): 4})  # as the loop does, which was told nothing
        assert await inner.committed(place) == 2
    finally:
        await inner.stop()


async def fetch(consumer, into) -> bool:
    for records in (await consumer.getmany(timeout_ms=200)).values():
        into.extend(records)
    return len(into) == 4
