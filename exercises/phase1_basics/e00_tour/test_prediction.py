"""The check of the tour: it does on a real Kafka what the questions ask, and then looks at the predictions."""

import pytest

from lab.shop.contracts import TOPIC_OF, OrderCreated, PaymentProcess, new_order_id

pytestmark = pytest.mark.anyio

QUESTIONS = ("who_asks_payment", "payment_is_stopped", "second_reader")
ASKED = TOPIC_OF[PaymentProcess]

FINDINGS = {
    "order-calls-payment": {
        "why": "If Order called Payment, both would have to be there at the same moment, and each would have to know "
        "the other. In this shop nobody calls anybody: who has something to say writes a message.",
        "look": "'Why', the line at 0.081 s: who asks, and whom?",
    },
    "around-the-mediator": {
        "why": "Order would have to know what comes after an order, and after that, and so on. That knowledge lies "
        "in one place. Order only says that a customer has ordered.",
        "look": "'Why', the line at 0.081 s: who asks, and whom?",
    },
    "mediator-calls": {
        "why": "A mediator that called would have to wait for each program, and stand still with every one that is "
        "away. It writes a message and turns to the next order.",
        "look": "'The idea', the arrows: what lies between the mediator and Payment?",
    },
    "order-refused": {
        "why": "With a call it would be so. But whoever writes a message needs only the broker. Payment may be away "
        "for a minute or a day; the message is there when it comes back.",
        "look": "'Worked example', steps 3 and 4: were the clerk and the baker ever there at the same time?",
    },
    "lost-while-away": {
        "why": "With a radio it would be so: what is said while it is off is gone. Kafka is a book. Payment finds "
        "the message in the place where it was written.",
        "look": "'Worked example', steps 3 and 4: had the baker come when the slips were written?",
    },
    "reading-removes": {
        "why": "Reading is looking. A message that is gone after one reader could not be read by a second program, "
        "nor again after a mistake.",
        "look": "'The idea': what is said there of a message's place?",
    },
    "reading-copies": {
        "why": "Reading writes nothing. The offset counts messages, not readings: it is the message's number in its "
        "partition, and every reader sees the same one.",
        "look": "'The idea': what is said there of the offset?",
    },
    "one-reader-only": {
        "why": "Any number of programs may read a topic, and none of them notices the others. In our shop, Analytics "
        "reads along wherever the mediator is told something.",
        "look": "'The idea': does a book mind how many people read in it? Then hint 3.",
    },
}


WRONG = {
    ("who_asks_payment", "a"): ("order-calls-payment", "Order calls Payment"),
    ("who_asks_payment", "b"): ("around-the-mediator", "Order writes a message, and Payment reads it"),
    ("who_asks_payment", "d"): ("mediator-calls", "the mediator calls Payment"),
    ("payment_is_stopped", "a"): ("order-refused", "nothing can be done while the reader is away"),
    ("payment_is_stopped", "c"): ("lost-while-away", "a reader that comes later finds nothing"),
    ("second_reader", "b"): ("reading-removes", "the second reader finds nothing"),
    ("second_reader", "c"): ("reading-copies", "the second reader finds a copy, with the next offset"),
    ("second_reader", "d"): ("one-reader-only", "the second reader is refused"),
}


@pytest.mark.task(1)
async def test_who_asks_payment_for_the_money(answer, expect, tell):
    answer.given(*QUESTIONS)
    misconception, predicted = judged(answer, "who_asks_payment", "a", "b", "c", "d")
    tell(
        f"1 In the shop's list of topics (uv run lab topics): the {ASKED.writer} writes to {ASKED.name}, Payment reads "
        f"there. Order writes to {TOPIC_OF[OrderCreated].name}."
    )
    expect(
        not misconception,
        misconception,
        expected=f"as you predicted: {predicted}",
        saw=f"the {ASKED.writer} writes to {ASKED.name}, and Payment reads there",
    )


@pytest.mark.task(2)
async def test_what_becomes_of_an_order_while_payment_is_stopped(answer, kafka, expect, tell):
    misconception, predicted = judged(answer, "payment_is_stopped", "a", "b", "c")
    order = new_order_id()
    place = await ask_for_money(kafka, order)
    tell(f"2 Nobody is reading. A message about {order} is written: {where(place)}. Its writer ends.")
    payment = await reader(kafka, "payment")
    read = await find(payment, order)
    assert where(read) == where(place)
    tell(f"  A reader starts, and finds it: {where(read)}.")
    tell("  Writing took the writer and Kafka; reading took Kafka and the reader. So no order is refused.")
    expect(
        not misconception,
        misconception,
        expected=f"as you predicted: {predicted}",
        saw="the message was stored while nobody was reading, and the reader found it when it came",
        timeline=kafka.timeline(await kafka.stored()),
    )


@pytest.mark.task(3)
async def test_what_the_second_reader_finds(answer, kafka, expect, tell):
    misconception, predicted = judged(answer, "second_reader", "a", "b", "c", "d")
    order = new_order_id()
    await ask_for_money(kafka, order)
    first = await find(await reader(kafka, "first"), order)
    tell(f"3 One reader finds the message about {order}: {where(first)}.")
    second = await find(await reader(kafka, "second"), order)
    assert where(second) == where(first)
    tell(f"  Another one comes after it, and finds it: {where(second)}.")
    left = await kafka.stored()
    tell(f"  Messages about {order} that Kafka has now: {len(left)}.")
    expect(
        not misconception,
        misconception,
        expected=f"as you predicted: {predicted}",
        saw=f"both readers found the same message: {where(second)}",
        timeline=kafka.timeline(left),
    )
    tell("Now do it in your shop: 'After', in the lesson, says how.")


def judged(answer, question, *choices):
    """The finding of a wrong prediction and what it says; two empty texts for the right one."""
    return WRONG.get((question, answer.choice(question, *choices)), ("", ""))


async def ask_for_money(kafka, order):
    """Write what the mediator writes, wait until Kafka has it, and end the writer."""
    command = PaymentProcess(order_id=order, amount_cents=2500, currency="EUR", card="card-ok")
    headers = [("ce_type", command.ce_type().encode())]
    place = await kafka.write(ASKED.name, command.model_dump_json().encode(), key=order.encode(), headers=headers)
    await kafka.producer.stop()
    return place


async def reader(kafka, name):
    """Start a program that reads the topic from its beginning."""
    return await kafka.consumer(ASKED.name, group=name, enable_auto_commit=False)


async def find(consumer, order):
    """Read on until the message for this order comes."""
    async for record in consumer:
        if record.key == order.encode():
            return record
    raise AssertionError


def where(record):
    return f"{ASKED.name}, partition {record.partition}, offset {record.offset}"
