"""`lab topics` and `lab catalogue`: what is on Kafka, and what the shop sells."""

import asyncio
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from lab.cli.output import UNKNOWN, run, show_table, tell
from lab.cli.say import as_json
from lab.cli.where import Where, where
from lab.errors import LabError, NotRunning
from lab.shop.client import ShopClient
from lab.shop.contracts import CARD_OK, CARD_REFUSED, CUSTOMERS, PRODUCTS, TOPICS, Role, Topic
from lab.shop.scenario import FULL_LETTER_BOX, NO_CARRIER
from lab.shop.tap import partitions
from lab.shop.wording import money

ANSWER_SECONDS = 15.0
_ROLE = {Role.EVENT_QUEUE: "queue", Role.COMMAND_CHANNEL: "commands", Role.REPLY_CHANNEL: "replies"}


@dataclass(frozen=True, slots=True)
class TopicNow:
    """One topic as it is. `lag`: records its owner has not committed yet; None where it never committed anything."""

    name: str
    role: str
    writer: str
    owner: str
    messages: tuple[str, ...]
    partitions: int
    records: int
    lag: int | None


def show_topics(*, as_object: bool) -> None:
    """Show the table of topics, with what lies there now."""
    place = where()
    rows = run(_look(place))
    if as_object:
        as_json({"kafka": place.kafka, "topics": [asdict(row) for row in rows]})
        return
    show_table(
        ("topic", "role", "writer → owner", "parts", "records", "lag"),
        [
            (row.name, row.role, f"{row.writer} → {row.owner}", row.partitions, row.records, _or_dash(row.lag))
            for row in rows
        ],
    )
    tell("\nlag: records that the owner's group has not committed yet (phase 1 commits every 5 s).\n\nmessages")
    for row in rows:
        tell(f"  {row.name:<23}{', '.join(name.partition('.')[2] for name in row.messages)}")


def _or_dash(number: int | None) -> int | str:
    return UNKNOWN if number is None else number


async def _look(place: Where) -> Sequence[TopicNow]:
    consumer = AIOKafkaConsumer(bootstrap_servers=place.kafka, client_id="orderlab-topics")
    admin = AIOKafkaAdminClient(bootstrap_servers=place.kafka, client_id="orderlab-topics")
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            await consumer.start()
            await admin.start()
            return await _rows(place, consumer, admin)
    except (KafkaError, OSError, TimeoutError) as error:
        raise NotRunning(f"Kafka does not answer at {place.kafka}.", "Start it: uv run lab up") from error
    finally:
        await consumer.stop()
        await admin.close()


async def _rows(place: Where, consumer: AIOKafkaConsumer, admin: AIOKafkaAdminClient) -> Sequence[TopicNow]:
    there = await partitions(place.kafka, [place.prefix + topic.name for topic in TOPICS])
    committed: dict[str, dict[TopicPartition, Any]] = {
        owner: await admin.list_consumer_group_offsets(place.prefix + owner)
        for owner in sorted({topic.owner for topic in TOPICS})
    }
    rows = []
    for topic in TOPICS:
        full = place.prefix + topic.name
        places = [TopicPartition(full, number) for number in there.get(full, [])]
        ends = await consumer.end_offsets(places) if places else {}
        begins = await consumer.beginning_offsets(places) if places else {}
        rows.append(_row(topic, places, begins, ends, committed[topic.owner]))
    return rows


def _row(
    topic: Topic,
    places: Sequence[TopicPartition],
    begins: dict[TopicPartition, int],
    ends: dict[TopicPartition, int],
    committed: dict[TopicPartition, Any],
) -> TopicNow:
    at = {place: committed[place].offset for place in places if place in committed and committed[place].offset >= 0}
    return TopicNow(
        name=topic.name,
        role=_ROLE[topic.role],
        writer=topic.writer,
        owner=topic.owner,
        messages=tuple(body.name for body in topic.messages),
        partitions=len(places),
        records=sum(ends[place] - begins[place] for place in places),
        lag=sum(max(0, ends[place] - at.get(place, begins[place])) for place in places) if at else None,
    )


def show_catalogue(*, as_object: bool) -> None:
    """Show products, customers and cards; with the free pieces where the shop is running."""
    free = _free_now()
    if as_object:
        products = [{**asdict(product), "free_now": free.get(sku)} for sku, product in PRODUCTS.items()]
        as_json({"products": products, "customers": [asdict(customer) for customer in CUSTOMERS.values()]})
        return
    show_table(
        ("product", "name", "price", "first delivery", "free now"),
        [
            (product.sku, product.name, money(product.price_cents), product.first_delivery, _or_dash(free.get(sku)))
            for sku, product in PRODUCTS.items()
        ],
    )
    tell("")
    notes = {NO_CARRIER: "no carrier goes there", FULL_LETTER_BOX: "the letter box is always full"}
    show_table(
        ("customer", "name", "lives in", ""),
        [(one.customer_id, one.name, one.ship_to, notes.get(one.customer_id, "")) for one in CUSTOMERS.values()],
    )
    tell(f"\ncards: {CARD_OK} is taken, {CARD_REFUSED} is declined by the bank")
    tell("\nOrder something:  uv run lab order place mug:2 lamp --customer cus-bea")


def _free_now() -> dict[str, int]:
    async def ask() -> dict[str, int]:
        async with ShopClient(where().services()) as shop:
            return await shop.free(list(PRODUCTS))

    try:
        return run(ask())
    except LabError:
        return {}  # the catalogue is the same whether or not the shop is open
