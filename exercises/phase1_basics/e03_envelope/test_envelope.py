"""The check of exercise 3. Each test is one numbered line of 'Your task'. No broker: an envelope is only data."""

import inspect
import json
import random
import re
import uuid
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from pydantic import ValidationError

from lab.shop.contracts import (
    TOPIC_OF,
    InventoryCheck,
    InventoryChecked,
    InventoryCommit,
    Item,
    Message,
    OrderCreated,
    OrderLine,
    OrderMarkShipped,
    Record,
    ShelfLine,
    Wire,
    decode,
    new_order_id,
)

FINDINGS = {
    "not-a-wire": {
        "why": "The shop hands wire.headers and wire.value to Kafka as they are. Kafka wants headers as a list of "
        "pairs, name and bytes: a name may come twice, and the sequence is kept.",
        "look": "TODO 5: return Wire([(name, bytes), …], bytes).",
    },
    "body-is-no-dict": {
        "why": "json.dumps knows dicts and lists, not our body.",
        "look": "The body can do it itself: body.model_dump_json(). A field of it is body.order_id.",
    },
    "no-cause": {
        "why": "A story's first message has no cause: `cause` is None there, and None has nothing to give.",
        "look": "Ask `if cause` first, as the worked example does with `answers`: TODO 1, 3 and 4.",
    },
    "header-no-text": {
        "why": "encode() makes bytes of a text. A UUID, a number, a time, a method that nobody called: none is a text.",
        "look": 'A UUID: `str(…)`. A method: call it, `body.ce_type()`. A time: `time.isoformat()`. A number: "1.0".',
    },
    "text-instead-of-bytes": {
        "why": "Kafka carries bytes, in the value and in every header. Only the names of headers are text.",
        "look": "'order-7'.encode() makes bytes of a text; each header's value needs it. Hint 3.",
    },
    "envelope-inside-the-value": {
        "why": "Now a reader has to open every letter, and to know its format, before it can tell who sent it, about "
        "what, and why. Whoever only sorts, counts or traces messages would have to understand them all.",
        "look": "'The idea', first picture: the value is the body alone. The rest are headers.",
    },
    "value-not-the-body": {
        "why": "The value is what was said. A reader turns it back into the body, field by field.",
        "look": "Hint 3: the body itself can give its JSON.",
    },
    "header-wrong": {
        "why": "Readers decide by the headers which code a message goes to and which order it is about, and refuse a "
        "message whose headers they do not understand.",
        "look": "The table in 'The idea'; the names are spelt exactly so. TODO 2.",
    },
    "time-without-zone": {
        "why": "Half past ten, in Leeds or in Tokyo? A time without a zone is another time for every reader.",
        "look": "time.isoformat() writes the zone. Do not take it apart.",
    },
    "new-id-per-retry": {
        "why": "After a crash or a time-out the same thing is said again. With a new id it looks like news, and "
        "someone ships, charges or writes a second time.",
        "look": "TODO 1: the id must follow from cause, type and order, and from nothing else. uuid4() draws lots. "
        "Hint 2.",
    },
    "id-from-the-object": {
        "why": "An object, written into a text, shows all that Python knows of it. Read from Kafka once more, the same "
        "message is another object, with other details; only its id stays.",
        "look": "TODO 1: `cause.id`, not `cause`.",
    },
    "same-id-for-two-messages": {
        "why": "Two messages with one id are one message said twice: the second is dropped as a repeat, and nobody "
        "ever does what it asked for.",
        "look": "TODO 1: which three things make a message one of a kind? Hint 2.",
    },
    "correlation-broken": {
        "why": "The correlation id is the thread through a whole story. Where it is changed, the story breaks in two, "
        "and whoever searches for it finds only one half.",
        "look": "'The idea', second picture: follow the column 'correlation' from top to bottom. TODO 3.",
    },
    "causation-is-correlation": {
        "why": "Then every message claims that the very first one caused it, and you cannot see any more who asked "
        "whom. In the second message of a story both are the same, so it shows only from the third on.",
        "look": "'The idea', second picture: the third line. TODO 4.",
    },
    "causation-wrong": {
        "why": "The causation id leads one step back. From there the next step back can be found, and so on, to the "
        "beginning.",
        "look": "'The idea', second picture. TODO 4: the id of the message that made us say this.",
    },
    "causation-on-first": {
        "why": "A story's first message was caused by no message. A reader that follows the id, even 'None', looks for "
        "a message that is not there.",
        "look": "TODO 4: no cause, no header at all.",
    },
}

TAKEN_FOR_A_DICT = (
    r"Object of type (?!UUID|datetime)\w+ is not JSON serializable"
    r"|'(Order|Inventory)\w+' object (is not (a mapping|subscriptable)|has no attribute '(encode|items|keys|get)')"
)
MISREAD = (
    (TAKEN_FOR_A_DICT, "body-is-no-dict", "JSON that the body makes itself"),
    (
        r"'NoneType' object has no attribute '(id|correlation_id|encode)'",
        "no-cause",
        "an envelope for a story's first message, whose cause is None",
    ),
    (
        r"'(UUID|function|method|datetime\.datetime|float|int)' object has no attribute 'encode'",
        "header-no-text",
        "a text before each encode()",
    ),
)
"""Python's own errors that say one thing alone here: their words, the finding, and what was expected."""
ANSWERS = (
    "The ids of the library are the same on every machine: uuid5() draws nothing by lot, and adds nothing of its own.",
    "Its last letter has the id of the one before: a repeat, which the post room need not send again.",
    "payment.processed, which D caused: correlation id A, causation id D.",
)
"""To the questions that the lesson asks and leaves to the reader."""
PEOPLE = ("Zoë", "Jürgen", "Łucja", "Anaïs")  # some of their letters are more than one byte long


@dataclass(frozen=True)
class Cause:
    """The message that made someone say something."""

    id: str
    correlation_id: str
    traceparent: str | None = None


class Head(dict):
    """Headers as text, by name."""

    def __missing__(self, name):
        return "(no such header)"


class Examples:
    """What is said in the shop; other orders, pieces, times and ids for every seed."""

    def __init__(self, seed):
        self.rng = random.Random(seed)
        self.order_id = new_order_id()

    def time(self):
        microseconds = self.rng.randrange(30_000_000 * 10**6)
        return datetime(2031, 1, 1, tzinfo=UTC) + timedelta(microseconds=microseconds)

    def cause(self):
        """A message from the middle of a story: its id is not its correlation id."""
        return Cause(*(str(uuid.UUID(int=self.rng.getrandbits(128))) for _ in range(2)))

    def created(self, order_id=None):
        pieces = self.rng.randint(1, 9)
        return OrderCreated(
            order_id=order_id or self.order_id,
            customer_id="cus-zoe",
            customer_name=self.rng.choice(PEOPLE),
            email="zoe@example.org",
            ship_to="Leeds",
            card="card-ok",
            lines=(OrderLine(sku="mug", quantity=pieces, unit_cents=1250),),
            total_cents=1250 * pieces,
        )

    def check(self):
        return InventoryCheck(order_id=self.order_id, lines=(Item(sku="mug", quantity=2),))

    def checked(self, left=40):
        shelf = ShelfLine(sku="mug", quantity=2, left=left)
        return InventoryChecked(order_id=self.order_id, outcome="reserved", lines=(shelf,))


@pytest.fixture
def example(seed):
    return Examples(seed)


@pytest.fixture
def wrap(answer, expect, example):
    """Call the learner's function; what comes back is a Wire of pairs, all bytes, or a finding.

    Some of Python's errors say one thing alone here: their meaning is told.
    """

    def wrap(body, *, cause, source="/shop/order", time=None):
        try:
            wire = answer.wrap(body, cause=cause, source=source, time=time or example.time())
        except (TypeError, AttributeError) as error:
            for words, finding, expected in MISREAD:
                saw = f"{type(error).__name__}: {error}"
                expect(not re.search(words, str(error)), finding, expected=expected, saw=saw)
            raise
        expect(is_wire(wire), "not-a-wire", expected="Wire(a list of pairs (name, bytes), bytes)", saw=shape(wire))
        told = [*wire.headers, ("the value", wire.value)]
        texts = [name for name, value in told if not isinstance(value, bytes)]
        saw = f"something else in: {', '.join(texts)}"
        expect(not texts, "text-instead-of-bytes", expected="bytes in every header, and in the value", saw=saw)
        return wire

    return wrap


def is_wire(wire):
    """Say whether it is a Wire whose headers are pairs, each with a text for a name."""
    return isinstance(wire, Wire) and isinstance(wire.headers, list | tuple) and all(map(is_pair, wire.headers))


def is_pair(header):
    return isinstance(header, list | tuple) and len(header) == 2 and isinstance(header[0], str)


def shape(wire):
    if inspect.iscoroutine(wire):
        wire.close()
        return "a coroutine; nothing has to be waited for here, so it is a plain `def`"
    if not isinstance(wire, Wire):
        return repr(wire)
    if not isinstance(wire.headers, list | tuple):
        return f"headers that are a {type(wire.headers).__name__}"
    return f"among the headers: {next((header for header in wire.headers if not is_pair(header)), None)!r}"


def head_of(wire):
    return Head((name, value.decode("utf-8", "replace")) for name, value in wire.headers)


@pytest.mark.task(1)
def test_the_value_is_the_body_alone_as_json(wrap, expect, example):
    body = example.created()
    wire = wrap(body, cause=None)
    fields = body.model_dump().keys()
    more = sorted(set(as_json(wire.value)) - fields)
    expect(
        not more,
        "envelope-inside-the-value",
        expected=f"the fields of the body and no others: {', '.join(fields)}",
        saw=f"also: {', '.join(more)}",
    )
    try:
        read = type(body).model_validate_json(wire.value)
    except ValidationError:
        read = None
    saw = wire.value.decode("utf-8", "replace") or "no bytes at all"
    expect(read == body, "value-not-the-body", expected=body.model_dump_json(), saw=saw)


def as_json(value):
    try:
        told = json.loads(value)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


@pytest.mark.task(2)
def test_the_headers_say_who_what_about_which_order_and_when(wrap, expect, example):
    body, time = example.created(), example.time()
    source = example.rng.choice(("/shop/order", "/shop/somebody-else"))
    wire = wrap(body, cause=None, source=source, time=time)
    head = head_of(wire)
    wanted = {
        "ce_specversion": "1.0",
        "ce_type": body.ce_type(),
        "ce_source": source,
        "ce_subject": body.order_id,
        "content-type": "application/json",
    }
    for name, text in wanted.items():
        expect(head[name] == text, "header-wrong", expected=f"{name}: {text}", saw=f"{name}: {head[name]}")
    expect(is_uuid(head["ce_id"]), "header-wrong", expected="ce_id: a UUID", saw=f"ce_id: {head['ce_id']}")
    said, shown = moment(head["ce_time"]), f"ce_time: {head['ce_time']}"
    expect(said, "header-wrong", expected=f"ce_time: {time.isoformat()}", saw=shown)
    expect(said.tzinfo, "time-without-zone", expected=f"ce_time: {time.isoformat()}", saw=shown)
    handed_in = abs(said - time) < timedelta(seconds=1)
    expect(handed_in, "header-wrong", expected=f"ce_time: {time.isoformat()}, as handed in", saw=shown)
    twice = [name for name in head if sum(one == name for one, _ in wire.headers) > 1]
    expect(not twice, "header-wrong", expected="each header once", saw=f"twice: {', '.join(twice)}")
    told = decode(Record(TOPIC_OF[type(body)].name, 0, 0, body.order_id.encode(), wire.value, tuple(wire.headers)))
    saw = getattr(told, "detail", "")
    expect(isinstance(told, Message), "header-wrong", expected="an envelope that the shop can read", saw=saw)


def is_uuid(text):
    try:
        return bool(uuid.UUID(text))
    except ValueError:
        return False


def moment(text):
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


@pytest.mark.task(3)
def test_a_repeat_has_the_same_id(wrap, expect, example):
    body, cause, time = example.checked(left=40), example.cause(), example.time()
    first = head_of(wrap(body, cause=cause, time=time))["ce_id"]
    later = time + timedelta(seconds=4)
    repeats = {
        "the same once more": wrap(body, cause=cause, time=time),
        "the same, four seconds later": wrap(body, cause=cause, time=later),
        "the same answer, worked out anew, with one mug less": wrap(example.checked(left=39), cause=cause, time=later),
    }
    for what, wire in repeats.items():
        again = head_of(wire)["ce_id"]
        expect(again == first, "new-id-per-retry", expected=f"{what}: ce_id {first}", saw=f"ce_id {again}")
    read_anew = replace(cause, traceparent="00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
    again = head_of(wrap(body, cause=read_anew, time=time))["ce_id"]
    expected = f"the same, its cause read from Kafka once more: ce_id {first}"
    expect(again == first, "id-from-the-object", expected=expected, saw=f"ce_id {again}")


@pytest.mark.task(4)
def test_another_cause_type_or_order_has_another_id(wrap, expect, example):
    cause, other_order = example.cause(), new_order_id()
    in_the_same_story = Cause(example.cause().id, cause.correlation_id)
    shipped = OrderMarkShipped(order_id=example.order_id)
    told = {
        "order.mark_shipped": wrap(shipped, cause=cause),
        "inventory.commit, for the same cause": wrap(InventoryCommit(order_id=example.order_id), cause=cause),
        "order.mark_shipped, for another cause": wrap(shipped, cause=in_the_same_story),
        "order.mark_shipped, for another order": wrap(OrderMarkShipped(order_id=other_order), cause=cause),
        "order.created": wrap(example.created(), cause=None),
        "order.created, for another order": wrap(example.created(other_order), cause=None),
    }
    said_by = {cause.id: "the cause"}
    for what, wire in told.items():
        own = head_of(wire)["ce_id"]
        saw, expected = f"ce_id {own}, which is that of {said_by.get(own)}", f"{what}: an id of its own"
        expect(own not in said_by, "same-id-for-two-messages", expected=expected, saw=saw)
        said_by[own] = what


@pytest.mark.task(5)
def test_one_correlation_id_runs_through_the_whole_story(wrap, expect, example):
    story = story_of_three(wrap, example)
    for number, head in enumerate(story, 1):
        said = head["ce_correlationid"]
        expect(
            said == story[0]["ce_id"],
            "correlation-broken",
            expected=f"in message {number} of a story, the id of message 1: {story[0]['ce_id']}",
            saw=named(said, story[:number]),
        )


@pytest.mark.task(6)
def test_the_causation_id_leads_one_step_back(wrap, expect, tell, example):
    story = story_of_three(wrap, example)
    said = story[0].get("ce_causationid")
    expect(said is None, "causation-on-first", expected="no ce_causationid in a story's first message", saw=repr(said))
    for number, (before, head) in enumerate(pairwise(story), 2):
        said = head["ce_causationid"]
        expect(
            said == before["ce_id"],
            "causation-is-correlation" if said == head["ce_correlationid"] else "causation-wrong",
            expected=f"in message {number} of a story, the id of message {number - 1}: {before['ce_id']}",
            saw=named(said, story[:number]),
        )
    for line in ANSWERS:
        tell(line)


def story_of_three(wrap, example):
    """The headers of order.created, inventory.check and inventory.checked, each caused by the one before."""
    story, cause = [], None
    for body in (example.created(), example.check(), example.checked()):
        head = head_of(wrap(body, cause=cause))
        story.append(head)
        cause = Cause(head["ce_id"], head["ce_correlationid"])
    return story


def named(said, story):
    """Say whose id it is: `the id of message 2: 4c1f…`."""
    owner = next((f"the id of message {number}: " for number, head in enumerate(story, 1) if said == head["ce_id"]), "")
    return f"{owner}{said}"
