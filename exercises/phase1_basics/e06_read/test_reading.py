"""The check of exercise 6. Each test is one numbered line of 'Your task', run against a real Kafka."""

import asyncio
import inspect
import random
from collections import Counter
from datetime import UTC, datetime

import pytest

from lab.shop.contracts import (
    InventoryCheck,
    InventoryChecked,
    InventoryCommit,
    InventoryRelease,
    Item,
    Message,
    new_order_id,
)

pytestmark = pytest.mark.anyio

FINDINGS = {
    "starts-at-the-end": {
        "why": "Your consumer began after the last message. What lay there before is read by nobody, ever: not now, "
        "and not after a restart. In the shop these are orders that came before a service's first start.",
        "look": "'The idea', second picture: where does a group begin that has never read? Then hint 2.",
    },
    "not-a-list": {
        "why": "`work` takes a list, so that it can handle several records in one transaction. The shop's own `work` "
        "stops at anything else.",
        "look": "One record alone is a list of one: [record]. And getmany() answers with a dict; its values are lists.",
    },
    "other-way-to-poll": {
        "why": "aiokafka also has `async for` and `getone`. Neither comes back while nothing arrives, so `running()` "
        "is never asked, and the service cannot be stopped.",
        "look": "Use `getmany`: step 3 of the worked example.",
    },
    "keys-not-values": {
        "why": "A `for` over a dict gives its keys. Here these are the partitions, not the records.",
        "look": "Take `.values()`: `for records in batches.values():`, and inside it a loop over `records`.",
    },
    "option-left-out": {
        "why": "Both decide what happens to an order after a restart, so every service of the shop says both. The "
        "shop's own open_consumer stops at anything less.",
        "look": "Say both: auto_offset_reset and enable_auto_commit. 'The idea', the second picture and below.",
    },
    "records-left-out": {
        "why": "A poll brings several records, from several partitions. Once fetched, a record does not come again: "
        "what you leave out is an order that stands still for ever.",
        "look": "'The idea', first picture: what does one poll bring? Two loops, one inside the other; hint 3.",
    },
    "gave-up": {
        "why": "An empty poll says 'nothing just now', not 'nothing any more'. A service whose loop has ended "
        "still runs, and reads nothing.",
        "look": "`while running():` and nothing else ends your loop: no `break`, no `return`, no `while batches`.",
    },
    "never-rests": {
        "why": "A poll with no `timeout_ms`, or a tiny one, comes back at once when there is nothing. So your loop "
        "asks Kafka hundreds or thousands of times a second, and one processor does little else.",
        "look": "timeout_ms counts thousandths of a second: 200, as in step 3 of the worked example, is a fifth.",
    },
    "does-not-wait": {
        "why": "Two records in hand at once can overtake each other, and nobody notices when one fails. The service "
        "says it has read what it has not handled.",
        "look": "Await `work`, right there, before you take the next record.",
    },
    "another-sequence": {
        "why": "A partition is a sequence: 'set the mugs aside' comes before 'put them back'. `work` relies on it. It "
        "takes each record for news, and a list for a piece of one partition.",
        "look": "getmany() has sorted the records already. Take its values as they are: one partition after the other.",
    },
    "error-hidden": {
        "why": "`work` puts aside by itself what it cannot read. When it raises, something greater is wrong, such as "
        "the database. A loop that goes on then reads past every order and handles none.",
        "look": "No try around `work`. The service ends, is started again, and reads on.",
    },
    "ignores-running": {
        "why": "A service that does not stop when asked is killed after a few seconds, in the middle of a record.",
        "look": "`while running():`. Without `()` you ask whether the function exists; it always does.",
    },
    "stops-late": {
        "why": "A service that is to stop has a few seconds, and is killed then. What it still waits for keeps it. And "
        "what it has fetched may be noted as read already: killed now, nobody handles that any more.",
        "look": "Step 3 of the worked example: how long may a poll wait, and how many may it bring?",
    },
    "begins-anew": {
        "why": "Your group had noted nothing of how far it has come. So after every restart the service does all "
        "its work again, from the very first order.",
        "look": "`enable_auto_commit=True`: then the consumer writes the note ('The idea', below the second picture).",
    },
    "unknown-type-kills": {
        "why": "A topic carries more than concerns you, and will carry messages that were invented after you. If one "
        "of them is an error, the loop stops at somebody else's message, after each restart again.",
        "look": "A dict's [name] raises where there is none. Its method `get` does not.",
    },
    "message-for-name": {
        "why": "You looked up the message itself. The keys of `handlers` are names, so nothing is found, ever.",
        "look": "Its name is `message.name`.",
    },
    "wrong-handler": {
        "why": "The shop does with the message what your answer says. Another's handler does the wrong thing; and "
        "where a handler is not found, an order waits for ever.",
        "look": "Only an equal name: 'inventory.check' asks, 'inventory.checked' tells. Return the handler, uncalled.",
    },
}

TOPIC = "inventory.commands"
WAYS = {
    "other-way-to-poll": "await consumer.getmany(…)",
    "keys-not-values": "records, which are the dict's values",
    "option-left-out": "open_consumer(auto_offset_reset=…, enable_auto_commit=…)",
}
REST = 50  # thousandths of a second that an empty poll should wait, at least


def record_of(body, **changes):
    """What lies on Kafka for a body: key, headers, value."""
    head = {
        "ce_specversion": "1.0",
        "ce_id": f"id-{new_order_id()}",
        "ce_type": body.ce_type(),
        "ce_source": "/shop/mediator",
        "ce_subject": body.order_id,
        "ce_time": datetime.now(UTC).isoformat(),
        "ce_correlationid": f"id-{body.order_id}",
        "content-type": "application/json",
    } | changes
    headers = [(name, text.encode()) for name, text in head.items()]
    return {"key": body.order_id.encode(), "value": body.model_dump_json().encode(), "headers": headers}


def commands(count):
    """So many commands, new ones in every attempt; the last two are a type of tomorrow, and no message at all."""
    usual = [InventoryCheck(order_id=new_order_id(), lines=(Item(sku="mug", quantity=2),)) for _ in range(count - 2)]
    tomorrow = record_of(InventoryRelease(order_id=new_order_id()), ce_type="shop.inventory.count.v7")
    return [*map(record_of, usual), tomorrow, {"key": b"?", "value": None}]


async def store(kafka, records, partition=None):
    """Store records as somebody else would: in turn on all three partitions, or all on one."""
    where = [number % 3 if partition is None else partition for number in range(len(records))]
    await asyncio.gather(*(kafka.write(TOPIC, partition=at, **one) for at, one in zip(where, records, strict=True)))


def place_of(record):
    return record.partition, record.offset


async def all_are_handled(kafka, expect, *shifts):
    """Meet records that these shifts, taken together, have not handled."""
    end = shifts[0].no_way
    if end:
        expect(False, end.finding, expected=WAYS[end.finding], saw=end.saw)
    strange = shifts[0].not_a_list
    expect(not strange, "not-a-list", expected="a list of records", saw=strange)
    stored = await kafka.stored()
    done = {place_of(record) for shift in shifts for record in shift.handled}
    left = [record for record in stored if place_of(record) not in done]
    saw = f"{len(stored) - len(left)} of them"
    if shifts[0].opened_with.get("auto_offset_reset") == "latest":
        finding = "starts-at-the-end"
    elif any(shift.ended_by_itself for shift in shifts):
        finding, saw = "gave-up", f"{saw}; then your loop ended, while running() was still True"
    else:
        finding = "records-left-out"
    expect(
        not left,
        finding,
        expected=f"all {len(stored)} records handled",
        saw=saw,
        timeline=kafka.timeline(stored, lambda record: record in left),
        difference="the first line marked ✗: it was stored, and `work` never got it",
    )


@pytest.fixture
async def kafka(new_kafka):
    """For each test a topic of its own, so that a new group finds only what this test has stored."""
    async with new_kafka(partitions=3) as own:
        await own.make(TOPIC)
        yield own


@pytest.fixture
def read(answer, kafka):
    """Let the learner's loop run once, as the service Inventory, to its end; return what became of it."""
    return lambda **settings: kafka.shift(TOPIC, group="inventory", **settings).run(answer.consume)


@pytest.mark.task(1)
async def test_on_its_first_start_it_handles_everything_that_is_there(read, kafka, expect):
    await store(kafka, commands(random.randint(7, 9)))
    shift = await read()
    await all_are_handled(kafka, expect, shift)


@pytest.mark.task(2)
async def test_after_an_empty_poll_it_reads_on(read, kafka, expect):
    shift = await read(later=lambda: store(kafka, commands(random.randint(4, 6))))
    expect(
        not shift.ended_by_itself,
        "gave-up",
        expected="a loop that goes on for as long as running() says True",
        saw=f"it ended after {shift.empty_polls} empty poll, before anything had come",
    )
    wait = min(shift.waits)
    saw = f"timeout_ms={wait}: {wait} thousandths of a second"
    expect(wait >= REST, "never-rests", expected="a poll that waits a little for records", saw=saw)
    await all_are_handled(kafka, expect, shift)


@pytest.mark.task(3)
async def test_it_hands_over_one_record_after_another_and_waits_for_work(read, kafka, expect):
    await store(kafka, commands(9))
    shift = await read()
    first = "`work` returns; only then comes the next record, or the next poll"
    expect(not shift.not_waited_for, "does-not-wait", expected=first, saw=shift.not_waited_for)
    times = Counter(map(place_of, shift.handled))
    twice = [place for place, number in times.items() if number > 1]
    mixed = [records for records in shift.lists if len({record.partition for record in records}) > 1]
    saw = f"{len(twice)} of them more than once" if twice else "another sequence"
    expect(
        not twice and not mixed and all(one == sorted(one) for one in map(shift.offsets, range(3))),
        "another-sequence",
        expected="each record once, in the sequence of its partition, in lists of one partition",
        saw="several partitions in one list" if mixed else saw,
        timeline=kafka.timeline(shift.handled, lambda record: place_of(record) in twice),
    )


@pytest.mark.task(4)
async def test_when_work_fails_the_caller_is_told(read, kafka, expect):
    await store(kafka, commands(9))
    shift = await read(fails_at=3)
    went_on = len(shift.handled) - 2
    expect(
        shift.raised,
        "error-hidden",
        expected="at the third record `work` raises, and your function lets the error pass",
        saw=f"{went_on} more records handled after it" if went_on > 0 else "a normal return",
    )


@pytest.mark.task(5)
async def test_when_running_says_no_it_ends(read, kafka, expect):
    idle = await read()
    await kafka.hang_up()
    await store(kafka, commands(33), partition=random.randint(0, 2))
    busy = await read(until=1)
    polls = max(idle.polls_after_the_no, busy.polls_after_the_no)
    ends = "when running() says no, your function returns"
    expect(not (idle.kept_reading or busy.kept_reading), "ignores-running", expected=ends, saw=f"{polls} more polls")
    wait, most = max(idle.waits), busy.largest_poll
    soon = "a poll that waits two seconds at most, and takes ten records at most"
    expect(wait <= 2000, "stops-late", expected=soon, saw=f"timeout_ms={wait}: one that waits {wait / 1000:g} s")
    expect(most <= 10, "stops-late", expected=soon, saw=f"{most} records in one poll, for there were so many")


@pytest.mark.task(6)
async def test_after_a_restart_it_goes_on_where_it_stopped(read, kafka, expect):
    await store(kafka, commands(6))
    before = await read()
    await kafka.hang_up()
    await store(kafka, commands(3))
    after = await read()
    again = {place_of(record) for record in before.handled} & {place_of(record) for record in after.handled}
    expect(
        not again,
        "begins-anew",
        expected="after the restart, only the 3 new records",
        saw=f"{len(again)} old ones handled once more",
        timeline=kafka.timeline(after.handled, lambda record: place_of(record) in again),
        difference="the first line marked ✗: it was handled before the restart, too",
    )
    await all_are_handled(kafka, expect, before, after)


@pytest.mark.task(7)
def test_dispatch_finds_the_handler_by_the_messages_name(answer, expect, seed):
    rng = random.Random(seed)
    order, called = new_order_id(), []
    bodies = [
        InventoryCheck(order_id=order, lines=(Item(sku="mug", quantity=1),)),
        InventoryChecked(order_id=order, outcome="reserved", lines=()),
        InventoryCommit(order_id=order),
        InventoryRelease(order_id=order),
    ]
    ours = ["inventory.check", rng.choice(["inventory.commit", "inventory.release"])]
    handlers = Handlers({name: (lambda *_, name=name: called.append(name)) for name in rng.sample(ours, 2)})
    names = {handler: name for name, handler in handlers.items()}
    for body in rng.sample(bodies, len(bodies)):
        right = handlers.get(body.name)
        expected = f"for {body.name}: " + ("its handler" if right else "None, for nobody here handles it")
        found, error = pick(answer.dispatch, handlers, body)
        expect(not handlers.asked_for_message, "message-for-name", expected=expected, saw="the message, taken as a key")
        expect(not error, "unknown-type-kills", expected=expected, saw=error)
        expect(not called, "wrong-handler", expected=expected, saw="your function has called a handler itself")
        saw = f"the handler of {names[found]}" if found in handlers.values() else f"{found!r}"
        if inspect.iscoroutine(found):
            found.close()
            saw = "a coroutine: `dispatch` waits for nothing, so it is no async function"
        expect(found is right, "wrong-handler", expected=expected, saw=saw)


class Handlers(dict):
    """Handlers by name, which note that somebody has looked up a message."""

    asked_for_message = False

    def get(self, key, default=None):
        return default if self._is_message(key) else super().get(key, default)

    def __getitem__(self, key):
        return None if self._is_message(key) else super().__getitem__(key)

    def __contains__(self, key):
        return not self._is_message(key) and super().__contains__(key)

    def _is_message(self, key):
        self.asked_for_message |= isinstance(key, Message)
        return isinstance(key, Message)


def pick(dispatch, handlers, body):
    """Return what dispatch says to a message with this body, and the error of a name that is not there."""
    asked = Message(id="a", body=body, source="/shop/test", time=datetime.now(UTC), correlation_id="a")
    try:
        return dispatch(handlers, asked), ""
    except LookupError as error:
        return None, f"{type(error).__name__}: {error}"
