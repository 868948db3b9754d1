"""The check of exercise 5. Each test does for real, on Kafka, what one question asks; then it compares."""

import asyncio

import pytest
from aiokafka import TopicPartition

from lab.shop.contracts import BODY_OF, ORDERS_INITIATING, PARTITIONS, OrderCancelRequested, OrderCreated, new_order_id

pytestmark = pytest.mark.anyio

FINDINGS = {
    "keys-are-dealt-out": {
        "why": "If Kafka dealt messages out evenly, nothing could ever keep one order's messages in sequence. The key "
        "decides, and equal keys are always decided alike.",
        "look": "'The idea': how is the partition computed? Compute it twice.",
    },
    "key-is-luck": {
        "why": "A computation has no luck in it. You may build on it: same topic, same key, same partition.",
        "look": "'The idea': how is the partition computed? Compute it twice.",
    },
    "partition-per-key": {
        "why": "Partitions are few and fixed, keys are as many as there are orders. Kafka never adds a partition by "
        "itself; a partition carries the messages of very many keys.",
        "look": "'The idea': how many different remainders can there be?",
    },
    "neighbours-disturb": {
        "why": "A partition is one list, and Kafka writes only at its end. Other orders' messages may stand in "
        "between; they cannot make two messages change places.",
        "look": "The lines above: read one partition from left to right.",
    },
    "key-found-in-message": {
        "why": "Kafka carries headers and value as bytes, and never reads them. Whoever forgets the key has forgotten "
        "the sequence, and no error says so.",
        "look": "'The idea': what goes into the computation? Then the worked example, step 2.",
    },
    "keyless-to-zero": {
        "why": "Without a key the producer is free to choose, and it spreads them. Were all in one partition, only one "
        "reader could work on them.",
        "look": "The numbers above: how many went to partition 0?",
    },
    "topic-is-one-list": {
        "why": "A topic is three lists. 'Oldest first' holds inside each of them; between them there is no first.",
        "look": "'The idea', the second picture: does one partition wait for another?",
    },
    "kafka-holds-back": {
        "why": "Kafka has no idea of orders. It hands a partition's next message to whoever asks for it. If the shop "
        "needs one message before the other, both must lie in one partition: that is what the key is for.",
        "look": "'The idea', the second picture: does one partition wait for another?",
    },
    "key-keeps-its-place": {
        "why": "Nobody keeps a list of keys. The partition is computed anew for each message, and you have just "
        "changed the number it is divided by.",
        "look": "'The idea': compute one key for three partitions and for four.",
    },
    "old-messages-move": {
        "why": "What is written stays where it is, for ever: its partition and offset are its address, and readers "
        "have noted how far they have read. So such an order's story now lies in two partitions.",
        "look": "The lines above: where do the messages lie that were written before?",
    },
}

CHOICES = {
    "same_key": {
        "a": ("into two partitions, dealt out evenly", "keys-are-dealt-out"),
        "b": ("that is chance", "key-is-luck"),
        "c": ("into one partition, in sequence", ""),
    },
    "crowd": {
        "a": ("some share a partition, and keep their sequence", ""),
        "b": ("each key gets a partition of its own", "partition-per-key"),
        "c": ("some share a partition, and may change places", "neighbours-disturb"),
    },
    "no_key": {
        "a": ("into its order's partition", "key-found-in-message"),
        "b": ("into any partition", ""),
        "c": ("into partition 0", "keyless-to-zero"),
    },
    "two_readers": {
        "a": ("Omar waits: the oldest message first", "topic-is-one-list"),
        "b": ("Omar waits: they belong to one order", "kafka-holds-back"),
        "c": ("Omar gets the cancellation at once", ""),
    },
    "fourth_partition": {
        "a": ("some into another, order.created stays", ""),
        "b": ("where its order.created lies", "key-keeps-its-place"),
        "c": ("some into another, order.created moves along", "old-messages-move"),
    },
}
CREATED, CANCEL = OrderCreated.ce_type(), OrderCancelRequested.ce_type()
MANY = 24  # so that "all by chance alike" happens once in 10¹⁰ runs, which is: never


@pytest.fixture
def compare(answer, expect, tell):
    """Compare a prediction with what was seen. All of them are made before the first thing is done."""
    answer.given(*CHOICES)
    predicted = {question: answer.choice(question, *letters) for question, letters in CHOICES.items()}

    def compare(question, really, saw, timeline=()):
        text, finding = CHOICES[question][predicted[question]]
        right = predicted[question] == really
        if not right and question != list(CHOICES)[-1]:
            tell("  (The questions after this one are compared once it is right.)")
        expect(right, finding, expected=f"as you predicted: {text}", saw=saw, timeline=timeline)

    return compare


async def write(kafka, order_ids, ce_type, **how):
    """Each order writes one message; all are on their way at the same time. `how` is the kit's: key, partition."""
    return await asyncio.gather(
        *(
            kafka.write(
                ORDERS_INITIATING,
                b'{"order_id": "%s"}' % order_id.encode(),
                headers=[("ce_type", ce_type.encode()), ("ce_subject", order_id.encode())],
                **{"key": order_id.encode(), **how},
            )
            for order_id in order_ids
        )
    )


async def created_then_cancelled(kafka, orders):
    """Each of some new orders writes order.created, then each its cancellation. Return their ids and what was read."""
    ids = [new_order_id() for _ in range(orders)]
    await write(kafka, ids, CREATED)
    await write(kafka, ids, CANCEL)
    return ids, await kafka.stored()


def of(records, order_id):
    """The creation and the cancellation of one order."""
    return sorted(
        (one for one in records if one.header("ce_subject") == order_id), key=lambda one: type_of(one) != CREATED
    )


def type_of(record):
    return record.header("ce_type")


def in_sequence(records, order_id):
    """Say whether an order's two messages lie in one partition, the creation before the cancellation."""
    created, cancel = of(records, order_id)
    return created.partition == cancel.partition and created.offset < cancel.offset


def short(order_id):
    """`7F3K`: enough to tell a few orders apart."""
    return order_id[4:8]


def label(record):
    return f"{short(record.header('ce_subject'))} {'created' if type_of(record) == CREATED else 'cancel'}"


@pytest.mark.task(1)
async def test_one_order_two_messages_one_key(kafka, tell, compare):
    ids, stored = await created_then_cancelled(kafka, 3)
    tell("1 Three orders write two messages each into orders.initiating, with the order id as key.")
    tell("  (That is a topic of the check's own, with the same name here.)")
    for order_id in ids:
        created, cancel = of(stored, order_id)
        tell(
            f"  {short(order_id)} created: partition {created.partition}, offset {created.offset}"
            f" · cancel: partition {cancel.partition}, offset {cancel.offset}"
        )
    really = "c" if all(in_sequence(stored, order_id) for order_id in ids) else "b"
    compare("same_key", really, "both messages of each order in one partition, in sequence", kafka.timeline(stored))


@pytest.mark.task(2)
async def test_five_orders_three_partitions(kafka, tell, compare):
    ids, stored = await created_then_cancelled(kafka, 5)
    tell("2 Five orders write two messages each. The partitions, each from its beginning:")
    for number in range(PARTITIONS):
        inside = sorted((one for one in stored if one.partition == number), key=lambda one: one.offset)
        tell(f"  {number}: {' · '.join(map(label, inside)) or 'empty'}")
    partitions = len({one.partition for one in stored})
    kept = all(in_sequence(stored, order_id) for order_id in ids)
    really = "b" if partitions == len(ids) else "a" if kept else "c"
    saw = f"five orders in {partitions} of {PARTITIONS} partitions, every creation before its cancellation"
    compare("crowd", really, saw, kafka.timeline(stored))


@pytest.mark.task(3)
async def test_a_message_without_a_key(kafka, tell, compare):
    order_id = new_order_id()
    (created,) = await write(kafka, [order_id], CREATED)
    cancels = await write(kafka, [order_id] * MANY, CANCEL, key=None)
    numbers = [sum(place.partition == number for place in cancels) for number in range(PARTITIONS)]
    saw = ", ".join(f"{count} in partition {number}" for number, count in enumerate(numbers))
    tell(f"3 {short(order_id)} writes order.created with its key; it lies in partition {created.partition}.")
    tell(f"  Then it writes {MANY} cancellations without a key: {saw}")
    homes = {place.partition for place in cancels}
    really = "b" if len(homes) > 1 else "a" if homes == {created.partition} else "c"
    compare("no_key", really, f"{saw}; order.created lies in partition {created.partition}")


@pytest.mark.task(4)
async def test_two_readers_and_one_is_busy(kafka, tell, compare):
    order_id = new_order_id()
    ines, omar = await asyncio.gather(reader(kafka, 0), reader(kafka, 1))
    await write(kafka, [order_id], CREATED, partition=0)
    await write(kafka, [order_id], CANCEL, partition=1)
    stored = await kafka.stored()
    read = await reading(omar)  # Ines has not asked yet: she is busy
    tell(f"4 {short(order_id)} has order.created in partition 0; later its cancellation comes into partition 1.")
    tell(f"  Omar asks and gets {read.name}. Then Ines asks and gets {(await reading(ines)).name}.")
    really = "c" if read is OrderCancelRequested else "a"
    compare("two_readers", really, "Omar had the cancellation first", kafka.timeline(stored))


async def reader(kafka, partition):
    """A consumer of one partition, which reads what is written from now on."""
    consumer = await kafka.consumer(group=f"reader-{partition}", enable_auto_commit=False)
    await kafka.make(ORDERS_INITIATING)
    place = TopicPartition(kafka.prefix + ORDERS_INITIATING, partition)
    consumer.assign([place])
    await consumer.seek_to_end(place)
    return consumer


async def reading(consumer):
    """Ask for the next message; return what kind of event it is."""
    record = await consumer.getone()
    return BODY_OF[dict(record.headers)["ce_type"].decode()]


@pytest.mark.task(5)
async def test_a_fourth_partition(new_kafka, tell, compare):
    async with new_kafka(partitions=PARTITIONS) as kafka:
        ids = [new_order_id() for _ in range(MANY)]
        await write(kafka, ids, CREATED)
        before = await kafka.stored()
        await kafka.grow(ORDERS_INITIATING, PARTITIONS + 1)
        cancels = dict(zip(ids, await write(kafka, ids, CANCEL), strict=True))
        after = await kafka.stored()
    homes = {order_id: of(before, order_id)[0].partition for order_id in ids}
    moved = [order_id for order_id in ids if cancels[order_id].partition != homes[order_id]]
    stayed = all(of(after, order_id)[0].partition == homes[order_id] for order_id in ids)
    tell(f"5 {MANY} orders write order.created. The topic gets a fourth partition. Each writes its cancellation.")
    tell(f"  in the same partition as before: {MANY - len(moved)} orders; in another: {len(moved)} orders")
    for order_id in moved[:3]:
        to = cancels[order_id].partition
        tell(f"  {short(order_id)} created: partition {homes[order_id]} · cancel: partition {to}")
    tell(f"  order.created, looked up once more: {'all lie where they lay' if stayed else 'some lie elsewhere'}")
    really = "b" if not moved else "a" if stayed else "c"
    rows = kafka.timeline([record for order_id in moved[:2] for record in of(after, order_id)])
    saw = f"{len(moved)} of {MANY} orders now have messages in two partitions; nothing written before has moved"
    compare("fourth_partition", really, saw, rows)
