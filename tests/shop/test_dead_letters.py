"""What was parked is whole, is sent back to those who gave it up, and has its effect once, however often it is sent."""

import asyncio
from collections import Counter

import pytest
from aiokafka import AIOKafkaProducer
from hypothesis import given
from hypothesis import strategies as st

from lab.cli.dead_letters import value_lines
from lab.shop.contracts import MAX_RECORD_BYTES, PARTITIONS, TOPICS, Record, groups_of, origin_topic
from lab.shop.dead_letters import PARKED, DeadLetters
from lab.shop.mediator import engine
from lab.shop.parts import Parts
from lab.shop.ports import RESERVE_STOCK, WRAP
from lab.shop.runtime.bus import REQUEST_BYTES
from lab.shop.runtime.parked import DealtWith
from tests.cli.running import lab
from tests.shop.bodies import sample
from tests.shop.harness import new_prefix, open_shop, sqlite, until
from tests.shop.test_flow import stock
from tests.shop.test_poison import NOON, poisons
from tests.shop.test_reliable_flow import everything_is_read, phase_2

pytestmark = pytest.mark.anyio

MARKS = {"lab-attempt", "lab-error", "lab-origin-topic", "lab-origin-partition", "lab-origin-offset"}


# --- what is parked (invariant I9)


async def test_every_poisoned_record_is_parked_once_for_each_reader_with_its_own_bytes(kafka_address, tmp_path) -> None:
    async with open_shop(kafka_address, sqlite(tmp_path), parts=phase_2) as shop:
        expected = await _poison_all_topics(kafka_address, shop.prefix)
        assert await shop.ending(await shop.place()) == "delivered"
        async with DeadLetters(kafka_address, shop.prefix) as desk:

            async def all_are_parked() -> bool:
                return len(await desk.letters()) >= expected.total()

            await until(all_are_parked, "all poison is parked")
            await until(lambda: everything_is_read(shop), "everything is read")
            letters = await desk.letters()
        assert Counter(map(_as_sent, letters)) == expected
        assert not any(letter.readable for letter in letters)
        assert not any(service.failed.is_set() for service in shop.services.values())


def _as_sent(letter):
    own = tuple((name, value) for name, value in letter.record.headers if name not in MARKS)
    place = int(letter.seen.header("lab-origin-partition"))
    return letter.topic, letter.group, place, letter.record.key, letter.record.value, own


async def _poison_all_topics(kafka: str, prefix: str) -> Counter:
    """Put each kind of poison on every topic, in turn on its partitions; return what has to be parked."""
    wrap, expected = Parts(2)[WRAP], Counter()
    producer = AIOKafkaProducer(bootstrap_servers=kafka, max_request_size=2 * REQUEST_BYTES)
    await producer.start()
    for topic in TOPICS:
        good = wrap(sample(topic.messages[0]), cause=None, source=f"/shop/{topic.writer}", time=NOON)
        kinds = [*poisons(good).values(), (list(good.headers), b" " * (MAX_RECORD_BYTES + 1))]
        # whoever wrote these would like to send us to topics that are not there
        kinds += [([("lab-origin-topic", name)], b"{}") for name in (b"no.such.topic", b"orders.initiating", b"\xff")]
        kinds.append(([("x", None), ("x", b"")], b"{}"))
        for number, (headers, value) in enumerate(kinds):
            place = number % PARTITIONS
            await producer.send_and_wait(prefix + topic.name, value, key=b"x", headers=headers, partition=place)
            own = tuple((name, said) for name, said in headers if name not in MARKS)
            expected.update((topic.name, group, place, b"x", value, own) for group in groups_of(topic))
        nothing = producer.create_batch()
        nothing.append(key=None, value=None, timestamp=None)
        await (await producer.send_batch(nothing, prefix + topic.name, partition=0))
        expected.update((topic.name, group, 0, None, None, ()) for group in groups_of(topic))
    await producer.stop()
    return expected


def test_where_a_record_lay_first_is_told_by_its_place_and_by_nobody_else() -> None:
    lying = [("lab-origin-topic", b"orders.initiating")]
    assert origin_topic(Record("payment.commands", 0, 0, None, None, lying)) == "payment.commands"
    assert origin_topic(Record("payment.commands.payment.retry.2", 0, 0, None, None, lying)) == "payment.commands"


# --- what is sent back (invariant I10)


class Forgetful(Parts):
    """Phase 2, with a shelf that has no posters and no chairs, as long as nobody mends it."""

    mended = False

    def __getitem__(self, port):
        part = super().__getitem__(port)
        if port is not RESERVE_STOCK:
            return part

        async def forgetful(command, session):
            if not Forgetful.mended and {"poster", "chair"} & {line.sku for line in command.body.lines}:
                raise KeyError("\x1b[31mnobody has written this yet")
            return await part(command, session)

        return forgetful


@pytest.fixture(autouse=True)
def no_other_shop(monkeypatch, tmp_path):
    """`lab dlq` is to find the shop of the test, and not one that other tests have running."""
    monkeypatch.setenv("LAB_HOME", str(tmp_path / "home"))


async def test_what_is_sent_back_after_the_mend_ends_its_order_once(kafka_address, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(engine, "DEADLINE_SECONDS", {})  # the order waits for the mend, however long that takes
    Forgetful.mended = False
    prefix = new_prefix()
    async with open_shop(kafka_address, sqlite(tmp_path), prefix=prefix, parts=lambda: Forgetful(2)) as shop:
        chair = await shop.place(lines=[{"sku": "chair", "quantity": 1}])
        poster = await shop.place(lines=[{"sku": "poster", "quantity": 1}])
        await _poison(kafka_address, prefix)
        async with DeadLetters(kafka_address, prefix) as desk:
            await until(lambda: _count(desk, 3), "three letters are parked")
            first = next(one for one in await desk.letters() if one.seen.order_id == chair)
            assert (first.topic, first.group, first.readable) == ("inventory.commands", "inventory", True)
        Forgetful.mended = True

        # killed between the copy and the note: it is still there, and is sent once more
        async with DeadLetters(kafka_address, prefix) as desk:
            await desk.send_back(first)
        assert await shop.ending(chair) == "delivered"
        shown = await _lab(shop, "show", first.name)
        assert first.name in shown.out
        assert "KeyError" in shown.out
        assert "\x1b" not in shown.out
        listed = await _lab(shop, "list")
        assert max(map(len, listed.out.splitlines())) <= 80
        assert "\x1b" not in listed.out

        sent = (await _lab(shop, "replay", "--json")).object
        assert {one["letter"] for one in sent["sent"]} == {f"inventory.commands/inventory/{at}" for at in (0, 1)}
        assert sent["left"] == ["payment.commands/payment/0"]
        assert await shop.ending(poster) == "delivered"
        assert (await _lab(shop, "replay", "--json")).object == {"sent": [], "left": []}
        again = (await _lab(shop, "replay", "--group", "inventory", "--again", "--json")).object
        assert len(again["sent"]) == 2
        by_name = (await _lab(shop, "replay", "payment.commands/payment/0", "--again", "--json")).object
        assert len(by_name["sent"]) == 1
        async with DeadLetters(kafka_address, prefix) as desk:
            await until(lambda: _count(desk, 4), "what nobody can read is parked again")
        await until(lambda: _has_skipped(shop, 3), "all copies are read")
        assert (await stock(shop, "chair"))[2] == 1
        assert (await stock(shop, "poster"))[2] == 1


async def _poison(kafka: str, prefix: str) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=kafka)
    await producer.start()
    await producer.send_and_wait(f"{prefix}payment.commands", b"not JSON", key=b"x")
    await producer.stop()


async def _count(desk: DeadLetters, number: int) -> bool:
    return len(await desk.letters()) == number


async def _has_skipped(shop, number: int) -> bool:
    page = (await shop.clients["inventory"].get("/metrics")).text
    line = 'shop_messages_total{outcome="skipped",type="inventory.check"} '
    return any(one == f"{line}{number}.0" for one in page.splitlines())


async def _lab(shop, *words: str):
    said = await asyncio.to_thread(lab, "dlq", *words, LAB_KAFKA=shop.kafka, LAB_PREFIX=shop.prefix)
    assert said.code == 0, said.err
    return said


# --- the small things


@given(st.lists(st.integers(0, 12)))
def test_what_has_been_dealt_with_is_remembered_whatever_the_sequence(offsets) -> None:
    done = DealtWith()
    for offset in offsets:
        done = done.adding(offset)
    again = DealtWith.read(*done.commit())
    assert [offset for offset in range(15) if offset in again] == sorted(set(offsets))


@pytest.mark.parametrize("note", [None, "", "nonsense", "1,", "٣", "1,-2", "9" * 30])
def test_a_note_that_is_not_ours_counts_as_none(note) -> None:
    assert DealtWith.read(3, note) == DealtWith(3)


def test_every_letter_has_a_topic_and_a_group() -> None:
    assert PARKED["payment.commands.payment.dlq"] == ("payment.commands", "payment")
    assert len(PARKED) == sum(len(groups_of(topic)) for topic in TOPICS)


def test_a_value_is_text_where_it_is_text_and_hex_where_it_is_not_and_moves_no_cursor() -> None:
    assert value_lines(None) == ["null"]
    assert value_lines("{\n€ \x1b[2J}".encode()) == ["{", "€ ␛[2J}"]
    assert value_lines(b"\x00\xffab") == [f"{'00 ff 61 62':<48} ··ab"]
    assert value_lines(b"\x00ab") == [f"{'00 61 62':<48} ·ab"]
    assert value_lines(b"x" * 4095 + "€".encode())[-1] == "… 4098 bytes in all; --json has them"
    assert len(value_lines(b"x" * 4095 + "€".encode())) == 2
