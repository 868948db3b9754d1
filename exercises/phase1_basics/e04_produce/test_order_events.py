"""The check of exercise 4. Each test is one numbered line of 'Your task', run against a real Kafka."""

import json
import random
from datetime import UTC, datetime

import pytest
from aiokafka.errors import MessageSizeTooLargeError

from lab.shop.contracts import ORDERS_INITIATING, OrderCreated, OrderLine, Wire, new_order_id

pytestmark = pytest.mark.anyio

FINDINGS = {
    "wrong-topic": {
        "why": "Only orders.initiating is read by the mediator. An order elsewhere is an order nobody works on.",
        "look": "Hint 2, and the list of topics: uv run lab topics",
    },
    "arguments-by-position": {
        "why": "What comes third and fourth there is key and partition. The fourth was taken for a partition's number.",
        "look": "After the value, key and partition come by position; name them: `key=…, headers=…`. Hint 3.",
    },
    "nothing-stored": {
        "why": "The order exists only in your function's memory, and that is gone now.",
        "look": "Hint 3: the producer's method that sends.",
    },
    "stored-more-than-once": {
        "why": "Whoever reads this topic will start the same order twice.",
        "look": "Send once. The producer repeats a lost send by itself.",
    },
    "key-missing": {
        "why": "Without a key Kafka spreads messages over the partitions as it likes, and between partitions there is "
        "no sequence. A cancellation could overtake the order it cancels. Kafka never looks into the value for an id.",
        "look": "'The idea', second picture; then hint 2.",
    },
    "key-is-customer-id": {
        "why": "It keeps one customer's orders in sequence, which nobody needs, and puts all the work of your biggest "
        "customer on one partition. What must stay in sequence is the story of one order.",
        "look": "Ask 'which messages must never overtake each other?'; then hint 2.",
    },
    "key-wrong": {
        "why": "Everyone in the shop finds an order by its id. Another key sends its later messages elsewhere.",
        "look": "Hint 2.",
    },
    "bytes-changed": {
        "why": "Exercise 3 made this envelope once. Its headers carry the message's identity and the thread that ties "
        "an order's messages together. Whoever makes it anew sends another message, be it only with other spaces.",
        "look": "Pass wire.value and wire.headers on as they are; hint 3.",
    },
    "returned-too-early": {
        "why": "Your function said 'done' while the message was still in this process. If the process dies now, the "
        "customer has a confirmation and nobody has the order.",
        "look": "'send' and 'send_and_wait' are two methods. What does each wait for? Hint 3.",
    },
    "place-not-returned": {
        "why": "The log line 'stored in orders.initiating, partition 2, offset 41' is how you will find this order "
        "again when something goes wrong.",
        "look": "TODO 4: return what Kafka gave you.",
    },
    "refusal-hidden": {
        "why": "The caller goes on as if all were well, and answers '202 Accepted' for an order that exists nowhere.",
        "look": "This function cannot mend a refusal. Let the error pass to the caller, who can.",
    },
}

PEOPLE = (("cus-anna", "Anna"), ("cus-bea", "Bea"), ("cus-cem", "Cem"))


def order(customer, name, rng):
    """An order as a customer would place it; every attempt has other ids and other totals."""
    quantity = rng.randint(1, 9)
    return OrderCreated(
        order_id=new_order_id(),
        customer_id=customer,
        customer_name=name,
        email=f"{customer}@example.org",
        ship_to="Leeds",
        card="card-ok",
        lines=(OrderLine(sku="mug", quantity=quantity, unit_cents=1250),),
        total_cents=1250 * quantity,
    )


def wrapped(event):
    """The event in its envelope, as exercise 3 makes it; one header is there only to see whether it survives.

    The value says the same as usual, with other spaces and in another sequence: who makes it anew makes other bytes.
    """
    told = dict(reversed(event.model_dump(mode="json").items()))
    value = json.dumps(told, separators=(" , ", " : ")).encode()
    head = {
        "ce_specversion": "1.0",
        "ce_id": f"id-{event.order_id}",
        "ce_type": event.ce_type(),
        "ce_source": "/shop/order",
        "ce_subject": event.order_id,
        "ce_time": datetime.now(UTC).isoformat(),
        "ce_correlationid": f"id-{event.order_id}",
        "content-type": "application/json",
        "x-of-this-check": "a header that only this check knows",
    }
    return Wire([(name, text.encode()) for name, text in head.items()], value)


def orders(seed):
    """Two orders of one customer and one of another."""
    rng = random.Random(seed)
    one, other = rng.sample(PEOPLE, 2)
    return [order(*one, rng), order(*one, rng), order(*other, rng)]


async def publish(answer, kafka, events):
    for event in events:
        await kafka.call(answer.publish_order_created, kafka.producer, event, wrapped(event))
    await kafka.settle()
    return await kafka.stored()


def by_position(error):
    """Say whether something else came where aiokafka compares the number of a partition with 0."""
    return "'>=' not supported" in str(error) and str(error).endswith("and 'int'")


@pytest.mark.task(1)
async def test_each_order_is_stored_once_on_orders_initiating(answer, kafka, expect, seed):
    try:
        stored = await publish(answer, kafka, orders(seed))
    except TypeError as error:
        saw = "topic, value, and two more without a name"
        expect(not by_position(error), "arguments-by-position", expected="key and headers by their names", saw=saw)
        raise
    elsewhere = [record for record in stored if record.topic != ORDERS_INITIATING]
    rows = kafka.timeline(stored, lambda record: record in elsewhere)
    expect(stored, "nothing-stored", expected="3 messages", saw="none")
    saw = elsewhere[0].topic if elsewhere else ORDERS_INITIATING
    expect(not elsewhere, "wrong-topic", expected=ORDERS_INITIATING, saw=saw, timeline=rows)
    finding = "stored-more-than-once" if len(stored) > 3 else "nothing-stored"
    expect(len(stored) == 3, finding, expected="3 messages", saw=f"{len(stored)}", timeline=rows)


@pytest.mark.task(2)
async def test_the_key_is_the_order_id(answer, kafka, expect, seed):
    events = orders(seed)
    stored = await publish(answer, kafka, events)
    right = {event.order_id.encode(): event.order_id for event in events}
    keys = [record.key for record in stored]
    if None in keys:
        finding, saw = "key-missing", "no key"
    elif {key.decode(errors="replace") for key in keys} == {event.customer_id for event in events}:
        finding, saw = "key-is-customer-id", "customer ids, so two of the three orders share a key"
    else:
        finding, saw = "key-wrong", ", ".join(sorted({str(key) for key in keys}))
    expect(
        sorted(map(str, keys)) == sorted(map(str, right)),
        finding,
        expected=f"the order id, as bytes: {', '.join(right.values())}",
        saw=saw,
        timeline=kafka.timeline(stored, lambda record: record.key not in right),
        difference=f"the first line marked ✗; its key should be {_subject(stored, right)}",
    )


def _subject(stored, right):
    """The id of the order that the first wrongly keyed message speaks of."""
    return next((record.header("ce_subject") for record in stored if record.key not in right), "")


@pytest.mark.task(3)
async def test_headers_and_value_travel_unchanged(answer, kafka, expect, seed):
    event = orders(seed)[0]
    wire = wrapped(event)
    await kafka.call(answer.publish_order_created, kafka.producer, event, wire)
    await kafka.settle()
    (record,) = await kafka.stored()
    rows = kafka.timeline([record], lambda _: True)
    expect(
        list(record.headers) == list(wire.headers),
        "bytes-changed",
        expected=f"wire.headers: {len(wire.headers)} headers, beginning with ce_specversion",
        saw=f"{len(record.headers)} headers" + (", but others" if len(record.headers) == len(wire.headers) else ""),
        timeline=rows,
    )
    expect(
        record.value == wire.value,
        "bytes-changed",
        expected=f"wire.value: {_begin(wire.value)} …, {len(wire.value)} bytes",
        saw=f"{_begin(record.value)} …, {len(record.value or b'')} bytes",
        timeline=rows,
    )


def _begin(value):
    """The beginning of a value, for a card."""
    return (value or b"")[:40].decode(errors="replace")


@pytest.mark.task(4)
async def test_when_it_returns_kafka_has_the_order(answer, new_kafka, expect, seed):
    # linger_ms makes the producer keep a message for 30 ms, so that "too early" is certain and not a matter of luck.
    async with new_kafka(linger_ms=30) as kafka:
        event = orders(seed)[0]
        place = await kafka.call(answer.publish_order_created, kafka.producer, event, wrapped(event))
        acknowledged = kafka.acknowledged_on_return
        await kafka.settle()
        (stored,) = await kafka.stored()
    expect(
        acknowledged == 1,
        "returned-too-early",
        expected="Kafka has answered 'stored' when your function returns",
        saw="your function returned; Kafka's answer came later (the line below)",
        timeline=kafka.timeline([stored], lambda _: True),
    )
    expect(
        (getattr(place, "partition", None), getattr(place, "offset", None)) == (stored.partition, stored.offset),
        "place-not-returned",
        expected=f"the place where Kafka stored it: partition {stored.partition}, offset {stored.offset}",
        saw=repr(place),
    )


@pytest.mark.task(5)
async def test_when_kafka_refuses_the_caller_is_told(answer, new_kafka, expect, tell):
    async with new_kafka(topic_config={"max.message.bytes": "64"}) as kafka:
        event = orders(1)[0]
        told = False
        try:
            await kafka.call(answer.publish_order_created, kafka.producer, event, wrapped(event))
        except MessageSizeTooLargeError:
            told = True
    expect(
        told,
        "refusal-hidden",
        expected="MessageSizeTooLargeError, raised to the caller (this topic takes 64 bytes at most)",
        saw="a normal return",
    )
    tell("`send` would return as soon as the message is in the producer's queue, with a promise of Kafka's answer.")
    tell("Anna's two orders have two keys: each is a story of its own, and neither needs to wait for the other.")
