"""The kit on a real broker: what a check can see, and what it refuses."""

import asyncio
import time

import pytest

from lab.course.kit import broker as module
from lab.course.kit.broker import Broker, new_prefix
from lab.course.kit.faults import BlockedLoop, EnvironmentDown, ForgottenAwait, NeverReturned, NotAsync
from lab.course.kit.leash import Leash
from lab.course.kit.world import World
from lab.shop.runtime.bus import NoSuchTopic
from tests.engines.conftest import free_port

pytestmark = pytest.mark.anyio
TOPIC = "orders.initiating"


@pytest.fixture
async def world(kafka_address, monkeypatch, tmp_path):
    monkeypatch.setenv("LAB_KAFKA", kafka_address)
    async with Broker() as broker, World(broker, tmp_path / "answer.py") as one:
        yield one


async def test_each_test_sees_only_what_was_stored_since_it_began(world):
    await world.write(TOPIC, b"one", key=b"a")
    assert [record.value for record in await world.stored()] == [b"one"]
    async with World(world._broker, world._broker.kafka) as later:
        assert await later.stored() == []
        await later.write(TOPIC, b"two", key=b"a")
        assert [record.value for record in await later.stored()] == [b"two"]
        assert len(await later.everything()) == 2


async def test_an_unknown_topic_is_refused_at_once(world):
    with pytest.raises(NoSuchTopic):
        await world.write("order.created", b"x")


async def test_the_acknowledgements_are_counted_at_the_instant_of_the_return(kafka_address, monkeypatch, tmp_path):
    monkeypatch.setenv("LAB_KAFKA", kafka_address)

    async def early(producer):
        return await producer.send(TOPIC, b"x", key=b"k")

    async def right(producer):
        return await producer.send_and_wait(TOPIC, b"x", key=b"k")

    async with Broker() as broker:
        for _ in range(5):
            async with World(broker, tmp_path / "a.py", linger_ms=20) as world:
                await world.call(early, world.producer)
                assert world.acknowledged_on_return == 0
                await world.settle()
                assert len(await world.stored()) == 1
            async with World(broker, tmp_path / "a.py", linger_ms=20) as world:
                await world.call(right, world.producer)
                assert world.acknowledged_on_return == 1


async def test_a_group_s_offsets_can_be_asked_for(world):
    await world.write(TOPIC, b"x", key=b"k", partition=1)
    consumer = await world.consumer(TOPIC, group="readers", enable_auto_commit=False)
    while not await consumer.getmany(timeout_ms=100):
        pass
    await consumer.commit()
    assert (await world.committed("readers"))[TOPIC, 1] == 1


async def test_without_a_broker_nothing_is_waited_for(monkeypatch):
    monkeypatch.setenv("LAB_KAFKA", f"127.0.0.1:{free_port()}")
    began = time.monotonic()
    with pytest.raises(EnvironmentDown) as down:
        async with Broker():
            pass
    assert time.monotonic() - began < 10
    assert down.value.mend == "uv run lab up"


async def test_topics_of_an_attempt_that_was_killed_are_deleted_by_a_later_one(world, monkeypatch):
    stale = f"check-{int(time.time()) - 10_000:x}-abcdef."
    await world._broker.make(stale, (TOPIC,))
    del world._broker._made[stale]  # as after a kill: nobody remembers it
    async with Broker():
        pass
    for _ in range(200):  # Kafka answers that it will delete a topic, and then does it
        if stale + TOPIC not in await world._broker._admin.list_topics():
            break
        await asyncio.sleep(0.05)
    else:
        raise AssertionError("the stale topic is still there")
    assert not module._is_stale(new_prefix() + TOPIC)


def leash(tmp_path):
    return Leash(tmp_path / "nobody.py")


async def test_a_coroutine_that_the_learner_s_file_forgot_is_named(tmp_path):
    file = tmp_path / "answer.py"
    source = "import asyncio\nasync def forget():\n    asyncio.sleep(0)\n"
    space = {}
    exec(compile(source, str(file), "exec"), space)
    with pytest.raises(ForgottenAwait, match="sleep"):
        await Leash(file)(space["forget"])


async def test_a_coroutine_that_somebody_else_forgot_is_not_the_learner_s(tmp_path):
    def lost():
        asyncio.sleep(0)  # made here, and not in the learner's file

    async def right():
        lost()

    await leash(tmp_path)(right)


async def test_a_coroutine_that_is_returned_and_not_awaited_is_forgotten(tmp_path):
    async def half():
        return asyncio.sleep(0)

    with pytest.raises(ForgottenAwait):
        await leash(tmp_path)(half)


async def test_what_gather_gives_is_forgotten_when_it_is_returned_and_not_awaited(tmp_path):
    async def half():
        return asyncio.gather(asyncio.sleep(0))

    with pytest.raises(ForgottenAwait, match="gather"):
        await leash(tmp_path)(half)


async def test_what_never_returns_is_ended(tmp_path, monkeypatch):
    monkeypatch.setattr("lab.course.kit.leash.LEASH_SECONDS", 0.1)

    async def forever():
        await asyncio.Event().wait()

    with pytest.raises(NeverReturned):
        await leash(tmp_path)(forever)


async def test_a_time_out_of_the_learner_s_own_is_theirs(tmp_path):
    async def own():
        raise TimeoutError("mine")

    with pytest.raises(TimeoutError, match="mine"):
        await leash(tmp_path)(own)


async def test_a_plain_function_is_told_from_an_async_one(tmp_path):
    with pytest.raises(NotAsync):
        await leash(tmp_path)(lambda: 7)


def test_a_blocking_sleep_is_an_error_only_inside_a_loop():
    from lab.course.kit.leash import forbid_blocking_sleep  # noqa: PLC0415

    real = time.sleep
    try:
        forbid_blocking_sleep()
        time.sleep(0)

        async def blocks():
            time.sleep(0)  # noqa: ASYNC251  that is what is tried

        with pytest.raises(BlockedLoop):
            asyncio.run(blocks())
    finally:
        time.sleep = real
