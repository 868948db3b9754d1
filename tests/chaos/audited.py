"""A real shop for the audit: orders of every kind go through it, it is attacked, it comes to rest and is closed."""

import asyncio
import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import TopicAlreadyExistsError

from lab.chaos.ledger import Ledger
from lab.chaos.verify import Audit, Sources, audit
from lab.chaos.verify.topics import read_topics
from lab.shop.contracts import CARD_REFUSED, Record, State, marked
from lab.shop.parts import Parts
from lab.shop.ports import RETRY_POLICY, SEND_NOTIFICATION, SET_TIMER, SETTLE_PAYMENTS, Port
from lab.shop.units import UNITS
from tests.shop.harness import Shop, new_prefix, open_shop, until
from tests.shop.test_reliable_flow import outboxes_are_empty

LETTERS = "notification.commands.notification"
LAMP_CENTS = 4900  # an order for one lamp: the bank never answers for it


class Bent(Parts):
    """Phase 2, with other parts at some ports: each is made from the one that belongs there."""

    def __init__(self, **bent: Callable[[Any], Any]) -> None:
        super().__init__(2)
        self._bent = bent

    def __getitem__(self, port: Port[Any]) -> Any:
        part = super().__getitem__(port)
        return self._bent[port.name](part) if port.name in self._bent else part


@dataclass
class Audited:
    """A shop that has come to rest, and its ledger. `orders`: by what became of them."""

    where: Sources
    ledger: Path
    orders: dict[str, str] = field(default_factory=dict)

    def audit(self) -> Audit:
        return asyncio.run(audit(self.where, self.ledger))

    def with_ledger(self, path: Path) -> Ledger:
        """A copy of the ledger to write into; `audit` uses it from now on."""
        path.write_bytes(self.ledger.read_bytes())
        self.ledger = path
        return Ledger(path)


class Client:
    """Places orders, and keeps the ledger."""

    def __init__(self, shop: Shop, ledger: Ledger) -> None:
        self.shop, self.ledger = shop, ledger

    async def place(self, key: str, sku: str = "mug", quantity: int = 1, **order: str) -> str:
        body = {"customer_id": "cus-anna", "lines": [{"sku": sku, "quantity": quantity}], **order}
        attempt = self.ledger.sending(key, body)
        answer = await self.shop.clients["order"].post("/orders", json=body, headers={"Idempotency-Key": key})
        order_id = str(answer.json().get("order_id", ""))
        self.ledger.answered(key, attempt, answer.status_code, order_id)
        return order_id


class Mute:
    """A bank that takes money, and never answers for one lamp."""

    def __init__(self, bank: Any) -> None:
        self.refund = bank.refund
        self._bank = bank

    async def charge(self, key: str, *, card: str, amount_cents: int) -> Any:
        if amount_cents == LAMP_CENTS:
            raise TimeoutError
        return await self._bank.charge(key, card=card, amount_cents=amount_cents)


def stumbling(mended: asyncio.Event) -> Bent:
    """Parts that a fault has hit: a bank that does not answer for a lamp, letters that fail once or until mended."""
    aside = asyncio.Event()
    return Bent(
        **{
            SETTLE_PAYMENTS.name: mute,
            SET_TIMER.name: soon,
            SEND_NOTIFICATION.name: failing({"Bea": (ConnectionError, aside), "Carl": (ValueError, mended)}),
            RETRY_POLICY.name: patient(aside),
        }
    )


def mute(part: Any) -> Any:
    async def settle(session: Any, bank: Any, limit: int) -> Any:
        return await part(session, Mute(bank), limit)

    return settle


def soon(part: Any) -> Any:
    async def set_timer(session: Any, saga: Any, seconds: float) -> None:
        never = saga.state == State.AWAITING_PAYMENT and saga.order.total_cents == LAMP_CENTS
        await part(session, saga, 0.3 if never else seconds)

    return set_timer


def failing(faults: Mapping[str, tuple[type[Exception], asyncio.Event]]) -> Any:
    """Letters to these customers fail so, until that has happened."""

    def bent(part: Any) -> Any:
        async def send(command: Any, session: Any, letter_box: Any) -> Any:
            error, until_then = faults.get(command.body.customer_name, (None, None))
            if error and until_then and not until_then.is_set():
                raise error("not now")
            return await part(command, session, letter_box)

        return send

    return bent


def patient(aside: asyncio.Event) -> Any:
    """A retry policy that puts what may pass aside for a second, and says when it has."""

    def bent(part: Any) -> Any:
        def policy(error: Exception, attempt: int) -> Any:
            if not isinstance(error, ConnectionError):
                return part(error, attempt)
            aside.set()
            return 1.01  # too long to be waited for on the spot

        return policy

    return bent


async def attacked_shop(kafka: str, databases: Callable[[str], str], ledger: Path) -> Audited:
    """Run a whole shop of phase 2 until it is at rest: orders of every kind, repeats, poison, a deadline, a retry."""
    prefix, mended = new_prefix(), asyncio.Event()
    parts = stumbling(mended)
    where = Sources(kafka, prefix, {unit: databases(unit) for unit in (*(one.name for one in UNITS), "bank")}, Parts(2))
    told = Audited(where, ledger)
    with Ledger(ledger) as book:
        async with open_shop(kafka, databases, prefix=prefix, parts=lambda: parts) as shop:
            client = Client(shop, book)
            told.orders = {
                "delivered": await client.place("k1"),
                "declined": await client.place("k2", card=CARD_REFUSED),
                "refused": await client.place("k3", "poster", 3),
                "cancelled": await client.place("k4", customer_id="cus-finn"),
                "unanswered": await client.place("k5", "lamp"),
                "tried again": await client.place("k6", customer_id="cus-bea"),
                "given up": await client.place("k7", customer_id="cus-carl"),
            }
            assert await client.place("k1") == told.orders["delivered"]
            await poison(kafka, prefix, book)
            await are_parked(kafka, prefix)
            await rest(shop, len(told.orders))
            mended.set()
            await send_again(kafka, prefix, book)
            await rest(shop, len(told.orders))
    return told


async def rest(shop: Shop, orders: int, state: str = "") -> None:
    """Wait until every saga has ended (or stands where it will stay) and nobody has anything to read or to send."""

    async def all_over() -> bool:
        sagas = (await shop.clients["mediator"].get("/sagas")).json()
        over = sum(sagas.get(one, 0) for one in ("COMPLETED", "REJECTED", "CANCELLED", state))
        return over == orders and await outboxes_are_empty(shop) and await everything_is_read(shop)

    times = 0

    async def twice() -> bool:  # what is handled in between may say something new
        nonlocal times
        times = times + 1 if await all_over() else 0
        return times > 1

    await until(twice, "the shop is at rest", 60)


async def everything_is_read(shop: Shop) -> bool:
    """Say whether every group has read all of its topics, those among them where something waits for another try."""
    return not any((await read_topics(shop.kafka, shop.prefix)).waiting.values())


async def poison(kafka: str, prefix: str, book: Ledger) -> None:
    """Put a bad record on a topic with one reader and on one with two."""
    async with AIOKafkaProducer(bootstrap_servers=kafka) as producer:
        for topic, value, kind in (
            ("payment.commands", b"\x00 no JSON", "no envelope"),
            ("order.events", None, "null"),
        ):
            at = await producer.send_and_wait(prefix + topic, value, key=b"ord-X", headers=[("ce_id", b"x")])
            book.poisoned(topic, at.partition, at.offset, value, kind)


async def are_parked(kafka: str, prefix: str) -> None:
    """Wait until the poison, of which one has two readers, and one letter lie among the dead letters."""
    parked = ("payment.commands.payment", "order.events.mediator", "order.events.analytics", LETTERS)
    topics = [f"{prefix}{topic}.dlq" for topic in parked]
    async with (
        asyncio.timeout(60),
        AIOKafkaConsumer(*topics, bootstrap_servers=kafka, auto_offset_reset="earliest") as reader,
    ):
        assert {(await reader.getone()).topic for _ in topics} == set(topics)


async def send_again(kafka: str, prefix: str, book: Ledger) -> None:
    """Send the letter that was given up once more, as whoever has mended it would; and some messages a second time."""
    lying = (await read_topics(kafka, prefix)).records
    letter = next(one for one in lying if one.record.topic == f"{LETTERS}.dlq")
    head = {name: value.decode() for name, value in letter.record.headers}
    book.poisoned(
        head["lab-origin-topic"], int(head["lab-origin-partition"]), int(head["lab-origin-offset"]),
        letter.record.value, "a handler that fails",
    )  # fmt: skip
    again = {"orders.initiating", "payment.commands", "inventory.commands", "shipping.events"}
    async with AIOKafkaProducer(bootstrap_servers=kafka) as producer:
        mended = replace(letter.record, headers=[pair for pair in letter.record.headers if pair[0][:4] != "lab-"])
        await put(producer, prefix, "notification.commands", mended)
        for topic in sorted(again):
            one = next(seen.record for seen in lying if seen.record.topic == topic and seen.record.key != b"ord-X")
            at = await put(producer, prefix, topic, one)
            book.duplicated(topic, one.partition, one.offset, at.offset)


async def put(producer: AIOKafkaProducer, prefix: str, topic: str, record: Record, *, partition: Any = None) -> Any:
    """Put a record's bytes on a topic."""
    options = {"key": record.key, "headers": list(record.headers), "partition": partition}
    return await producer.send_and_wait(prefix + topic, record.value, **options)


async def copy_topics(kafka: str, old: str, new: str) -> None:
    """Put everything that lies under one prefix under another, each record at its own partition and offset."""
    lying = await read_topics(kafka, old)
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await admin.start()
    counts: dict[str, int] = {}
    for place in lying.ends:
        counts[place.topic] = max(counts.get(place.topic, 0), place.partition + 1)
    full = {one.record.topic for one in lying.records} | {"inventory.commands.inventory.dlq"}
    wanted = [NewTopic(new + topic, counts[old + topic], 1) for topic in full]
    with contextlib.suppress(TopicAlreadyExistsError):
        await admin.create_topics(wanted)
    await admin.close()
    async with AIOKafkaProducer(bootstrap_servers=kafka) as producer:
        for one in lying.records:
            await put(producer, new, one.record.topic, one.record, partition=one.record.partition)


def as_parked(record: Record) -> Record:
    """The record as a group parks it that has given it up."""
    return replace(record, headers=tuple(marked(record, ConnectionError("no database"), 1)))
