"""The consumer of a check depends on no luck; and what it keeps running is not taken for the learner's."""

import asyncio

import pytest

from lab.course.catalog import read_course
from lab.course.kit.broker import Broker
from lab.course.kit.classify import Place, finding_of, learners_line
from lab.course.kit.faults import NotYet, SleptInLoop
from lab.course.kit.leash import Leash, forbid_blocking_sleep
from lab.course.kit.world import World
from lab.shop.ports import Partition

pytestmark = pytest.mark.anyio
TOPIC = "payment.commands"
EARLIEST = {"auto_offset_reset": "earliest", "enable_auto_commit": True}


@pytest.fixture
async def world(kafka_address, monkeypatch, tmp_path):
    monkeypatch.setenv("LAB_KAFKA", kafka_address)
    async with Broker() as broker, World(broker, tmp_path / "answer.py", partitions=3) as one:
        for number in range(9):
            await one.write(TOPIC, b"%d" % number, partition=number % 3)
        yield one


def counted(batches):
    return {partition.number: len(records) for partition, records in batches.items()}


async def test_a_poll_brings_all_that_is_stored(world):
    for group in map(str, range(5)):
        consumer = await world.open_consumer(TOPIC, group=group)(**EARLIEST)
        batches = await consumer.getmany()
        assert counted(batches) == {0: 3, 1: 3, 2: 3}
        assert [record.offset for record in batches[Partition(TOPIC, 1)]] == [0, 1, 2]


async def test_a_poll_brings_no_more_than_was_asked_for(world):
    consumer = await world.open_consumer(TOPIC, group="few")(**EARLIEST)
    sizes = [sum(counted(await consumer.getmany(max_records=4)).values()) for _ in range(4)]
    assert sizes == [4, 4, 1, 0]


async def test_an_empty_poll_does_not_wait(world):
    consumer = await world.open_consumer(TOPIC, group="late")(auto_offset_reset="latest", enable_auto_commit=True)
    async with asyncio.timeout(10):
        assert await consumer.getmany(timeout_ms=600_000) == {}


async def test_whoever_hangs_up_has_noted_how_far_it_has_come(world):
    consumer = await world.open_consumer(TOPIC, group="notes")(**EARLIEST)
    await consumer.getmany()
    await world.hang_up()
    assert await world.committed("notes") == {(TOPIC, number): 3 for number in range(3)}


async def test_an_open_consumer_s_own_tasks_are_not_the_learner_s(world):
    async def opens():
        consumer = await world.open_consumer(TOPIC, group="open")(**EARLIEST)
        await consumer.getmany()

    await world.call(opens)
    assert world._leash.left_running == set()


def written(tmp_path, source):
    """Functions of a learner's file."""
    file = tmp_path / "answer.py"
    file.write_text(source)
    space = {}
    exec(compile(source, str(file), "exec"), space)
    return file, space


async def test_a_task_that_the_learner_s_file_left_running_is_waited_for(tmp_path):
    file, space = written(
        tmp_path,
        "import asyncio\ndone = []\nasync def later():\n    await asyncio.sleep(0.01)\n    done.append(1)\n"
        "async def answer():\n    global kept\n    kept = asyncio.create_task(later())\n",
    )
    leash = Leash(file)
    await leash(space["answer"])
    assert len(leash.left_running) == 1
    await leash.settle()
    assert space["done"] == [1]


async def test_time_sleep_is_an_exception_that_names_the_line(tmp_path, monkeypatch):
    monkeypatch.setattr("time.sleep", None)  # put back after the test
    forbid_blocking_sleep()
    file, space = written(
        tmp_path,
        "import time\nasync def answer():\n    try:\n        time.sleep(1)\n    except Exception:\n        pass\n",
    )
    with pytest.raises(SleptInLoop) as caught:
        await Leash(file)(space["answer"])
    assert learners_line(caught.value, file).line == 4


def test_what_a_background_task_raised_beside_it_does_not_hide_a_finding(tmp_path):
    place = Place(read_course().find("read"), 3, tmp_path / "a.py", {"x": {"why": "w", "look": "l"}})
    both = ExceptionGroup("both", [RuntimeError("in the background"), NotYet("x", expected="a", saw="b")])
    assert finding_of(both, place).id == "x"
    assert finding_of(ExceptionGroup("none", [RuntimeError("somewhere")]), place) is None
