"""The envelope: whatever lies on Kafka is read without an error, and what was wrapped comes out the same."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lab.shop.contracts import (
    BODY_OF,
    MAX_RECORD_BYTES,
    Message,
    OrderCancelled,
    OrderConfirmed,
    OrderCreated,
    Reason,
    Record,
    Unreadable,
    decode,
)
from lab.shop.parts import Parts
from lab.shop.ports import WRAP
from tests.shop.bodies import any_body, body_of

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
HEADER_NAMES = (
    "ce_specversion", "ce_id", "ce_type", "ce_source", "ce_subject", "ce_time", "ce_correlationid", "ce_causationid",
    "content-type", "traceparent", "handled-by", "lab-attempt",
)  # fmt: skip
UNHURRIED = settings(deadline=None, database=None)  # other programs share the machine


@pytest.fixture(scope="module")
def wrap():
    return Parts(1)[WRAP]


def lying(wire, **other) -> Record:
    """The record that a wire becomes on Kafka."""
    return Record(**{"topic": "t", "partition": 0, "offset": 7, "key": b"k", "value": wire.value,
                     "headers": tuple(wire.headers), **other})  # fmt: skip


def caused_by(message_id: str = "m-1", correlation_id: str = "c-1") -> Message:
    return Message(message_id, OrderConfirmed(order_id="ord-1"), "/shop/order", NOON, correlation_id)


def with_header(wire, name: str, value: bytes | None):
    """The same wire with another value for one header; None takes it out."""
    kept = [(key, old) for key, old in wire.headers if key != name]
    return replace(wire, headers=kept if value is None else [*kept, (name, value)])


names = st.sampled_from(HEADER_NAMES) | st.text(max_size=12)
texts = st.sampled_from([*BODY_OF, "1.0", "ord-1", "2026-05-04T12:00:00+00:00", "0000-00-00", ""]) | st.text()
header_values = st.binary(max_size=40) | texts.map(str.encode) | st.none()
bytes_of_a_value = st.none() | st.binary(max_size=200) | st.sampled_from([b"{}", b"null", b"[]", b'"x"', b"1e999"])


@UNHURRIED
@given(key=st.none() | st.binary(), value=bytes_of_a_value, headers=st.lists(st.tuples(names, header_values)))
@example(key=None, value=b"[" * 100_000, headers=[])
def test_decode_never_raises_and_keeps_the_record(key, value, headers) -> None:
    record = Record("t", 0, 0, key, value, tuple(headers))
    told = decode(record)
    assert isinstance(told, Message | Unreadable)
    assert told.record is record


@UNHURRIED
@given(body=any_body(), name=names, header=header_values, value=st.none() | bytes_of_a_value)
def test_decode_never_raises_for_a_good_message_with_one_thing_spoilt(wrap, body, name, header, value) -> None:
    wire = with_header(wrap(body, cause=None, source="/shop/x", time=NOON), name, header)
    decode(lying(wire))
    decode(lying(wire, value=value))


@UNHURRIED
@given(body=any_body(), value=st.recursive(st.none() | st.booleans() | st.floats() | st.text(max_size=9), st.lists))
def test_decode_never_raises_for_any_json_under_a_good_envelope(wrap, body, value) -> None:
    wire = wrap(body, cause=None, source="/shop/x", time=NOON)
    fields = dict.fromkeys(type(body).model_fields, value) | {"order_id": body.order_id}
    told = decode(lying(wire, value=json.dumps(fields).encode("utf-8", "replace")))
    assert isinstance(told, Message | Unreadable)


@pytest.mark.parametrize("model", BODY_OF.values(), ids=lambda model: model.name)
def test_what_was_wrapped_comes_out_the_same(wrap, model) -> None:
    @settings(UNHURRIED, max_examples=15)
    @given(body=body_of(model))
    def there_and_back(body) -> None:
        cause = caused_by()
        record = lying(wrap(body, cause=cause, source="/shop/x", time=NOON))
        told = decode(record)
        assert isinstance(told, Message), told
        assert told == Message(told.id, body, "/shop/x", NOON, "c-1", "m-1")
        assert told.record is record

    there_and_back()


@UNHURRIED
@given(body=any_body())
def test_equal_arguments_give_an_equal_id_also_at_another_time(wrap, body) -> None:
    first = wrap(body, cause=caused_by(), source="/shop/x", time=NOON)
    again = wrap(body, cause=caused_by(), source="/shop/x", time=NOON.replace(hour=13))
    assert decode(lying(first)).id == decode(lying(again)).id


@UNHURRIED
@given(body=any_body(), others=st.lists(st.text(min_size=1), min_size=2, unique=True))
def test_another_cause_gives_another_id(wrap, body, others) -> None:
    causes = [None, *(caused_by(other) for other in others)]
    ids = [decode(lying(wrap(body, cause=cause, source="/shop/x", time=NOON))).id for cause in causes]
    assert len(set(ids)) == len(ids)


def test_another_type_and_another_order_give_another_id(wrap) -> None:
    bodies = (
        OrderConfirmed(order_id="ord-1"),
        OrderConfirmed(order_id="ord-2"),
        OrderCancelled(order_id="ord-1", reason=""),
    )
    wires = [wrap(body, cause=caused_by(), source="/shop/x", time=NOON) for body in bodies]
    assert len({decode(lying(wire)).id for wire in wires}) == 3


def test_the_correlation_is_handed_on_and_the_causation_points_one_step_back(wrap) -> None:
    story = [decode(lying(wrap(OrderConfirmed(order_id="ord-1"), cause=None, source="/shop/order", time=NOON)))]
    for _ in range(3):
        body = OrderCancelled(order_id="ord-1", reason="")
        story.append(decode(lying(wrap(body, cause=story[-1], source="/shop/order", time=NOON))))
    first = story[0]
    assert first.causation_id is None
    assert {message.correlation_id for message in story} == {first.id}
    assert [message.causation_id for message in story[1:]] == [message.id for message in story[:-1]]
    assert len({message.id for message in story}) == len(story)


ORDER = OrderCreated(
    order_id="ord-1", customer_id="cus-anna", customer_name="Anna", email="anna@mail.example", ship_to="Leeds",
    card="card-of-hers", lines=(), total_cents=1,
)  # fmt: skip


@pytest.mark.parametrize(
    ("header", "value", "reason"),
    [
        ("ce_id", None, Reason.NO_ENVELOPE),
        ("ce_correlationid", None, Reason.NO_ENVELOPE),
        ("ce_type", b"shop.order.created.v2", Reason.UNKNOWN_TYPE),
        ("ce_type", b"shop.order.eaten.v1", Reason.UNKNOWN_TYPE),
        ("ce_type", b"shop.order.shipped.v1", None),  # every order.created has what order.shipped needs
        ("ce_type", b"shop.payment.process.v1", Reason.BAD_BODY),
        ("ce_time", b"yesterday", Reason.BAD_HEADER),
        ("ce_time", b"2026-05-04T12:00:00", Reason.BAD_HEADER),  # of which place?
        ("ce_source", b"\xff\xfe", Reason.BAD_HEADER),
        ("ce_subject", b"ord-2", Reason.OTHER_ORDER),
    ],
)
def test_a_spoilt_header_is_named(wrap, header, value, reason) -> None:
    wire = with_header(wrap(ORDER, cause=None, source="/shop/order", time=NOON), header, value)
    told = decode(lying(wire))
    assert (told.reason if isinstance(told, Unreadable) else None) == reason


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (None, Reason.NO_VALUE),
        (b"", Reason.BAD_BODY),
        (b"not json", Reason.BAD_BODY),
        (b'{"order_id": "ord-1"}', Reason.BAD_BODY),
        (b'{"order_id": "ord-1", "total_cents": "1"}', Reason.BAD_BODY),
        (b" " * (MAX_RECORD_BYTES + 1), Reason.TOO_LARGE),
    ],
    ids=["null", "empty", "not JSON", "fields missing", "a number as text", "too large"],
)
def test_a_spoilt_value_is_named(wrap, value, reason) -> None:
    told = decode(lying(wrap(ORDER, cause=None, source="/shop/order", time=NOON), value=value))
    assert isinstance(told, Unreadable)
    assert told.reason is reason


def test_what_is_said_about_a_spoilt_value_repeats_nothing_of_it(wrap) -> None:
    wire = wrap(ORDER, cause=None, source="/shop/order", time=NOON)
    told = decode(lying(wire, value=wire.value.replace(b'"total_cents":1', b'"total_cents":"card-of-hers"')))
    assert isinstance(told, Unreadable)
    assert "card-of-hers" not in told.detail


def test_fields_of_a_newer_sender_are_passed_over(wrap) -> None:
    wire = wrap(ORDER, cause=None, source="/shop/order", time=NOON)
    told = decode(lying(wire, value=wire.value.replace(b"{", b'{"gift": true, ', 1)))
    assert isinstance(told, Message)
    assert told.body == ORDER


def test_a_value_of_the_largest_size_is_read(wrap) -> None:
    wire = wrap(ORDER, cause=None, source="/shop/order", time=NOON)
    told = decode(lying(wire, value=wire.value + b" " * (MAX_RECORD_BYTES - len(wire.value))))
    assert isinstance(told, Message)
