"""`lab` with a real shop: up, the phase run, one unit's life, Ctrl-C, the other engine."""

import json

import pytest

from lab.bundle import shipped
from lab.shop.parts import PART_FILES
from tests.cli.running import lab, lab_interrupted
from tests.engines.conftest import free_port, kill_everything, processes_of

PHASE = ("phase", "1", "--orders", "25", "--seed", "7", "--json", "--engine")
COUNTS = {"delivered": 18, "rejected": 5, "cancelled": 2}


@pytest.fixture(autouse=True)
def own_ports(monkeypatch):
    monkeypatch.setenv("LAB_SERVICE_PORT", str(free_port()))
    monkeypatch.setenv("LAB_TRANSIT_SECONDS", "0.2")


def check_phase(said, engine):
    assert said.code == 0, said.err[-2000:]
    result = said.object
    assert result["engine"] == engine
    assert result["kafka_version"] == "4.3.1"
    assert result["kraft"] is True
    assert result["unfinished"] == 0
    assert {name: result[name] for name in COUNTS} == COUNTS == result["planned"]
    assert result["adds_up"] is True
    assert "a customer placed this order" in said.err


def choose(folder, **origins):
    """Have the shop run these exercises' pieces from files of the learner's: the solution's lines, by another hand."""
    choices = {}
    for part in PART_FILES:
        if part.exercise in origins:
            mine = folder / part.path
            mine.parent.mkdir(parents=True)
            mine.write_bytes((shipped() / "solutions" / part.path).read_bytes())
            choices[part.exercise] = {"origin": origins[part.exercise], "file": str(mine)}
    file = folder / "choices.json"
    file.write_text(json.dumps(choices))
    return file


@pytest.mark.every_dependency
@pytest.mark.timeout(300)
def test_phase_1_runs_25_orders_on_native_says_whose_pieces_ran_and_leaves_nothing_running(home, tmp_path):
    chosen = choose(tmp_path, undo="mine", record="mine", produce="mine", confirm="broken")
    said = lab(*PHASE, "native", seconds=280, LAB_CHOICES=str(chosen))
    check_phase(said, "native")
    assert said.object["yours"] == ["produce", "undo", "record"]
    assert said.object["broken"] == ["confirm"]
    assert said.object["not_needed"] == []
    assert said.object["parts"] == len([part for part in PART_FILES if part.phase == 1])
    assert processes_of(home) == []


@pytest.mark.docker
@pytest.mark.timeout(300)
def test_phase_1_runs_25_orders_on_docker(home):
    try:
        check_phase(lab(*PHASE, "docker", seconds=280), "docker")
    finally:
        lab("down", "--volumes")
    assert processes_of(home) == []


@pytest.mark.timeout(300)
def test_a_shop_lives_through_its_commands(home):
    try:
        _it_opens_in_parts_and_an_interrupted_part_is_taken_back()
        again = lab("up")
        assert again.code == 0
        assert "already" in again.out
        _the_other_engine_is_refused()
        _orders_can_be_placed_and_followed()
        _what_phase_2_brings_says_so()
        _one_unit_can_be_stopped_and_started()
        _after_kill_9_of_everything_it_opens_again(home)
    finally:
        assert lab("down", "--volumes").code == 0
    assert processes_of(home) == []


def _it_opens_in_parts_and_an_interrupted_part_is_taken_back():
    first = lab("up", "payment", "--engine", "native")
    assert first.code == 0, first.err
    assert "Not running: order" in first.out
    assert lab_interrupted("up", after="topics:").code == 130
    assert answering() == {"payment"}
    second = lab("up")
    assert second.code == 0, second.err
    assert "Started beside what ran already: analytics" in second.out


def answering():
    return {unit["name"] for unit in lab("status", "--json").object["units"] if unit["answers"]}


def _the_other_engine_is_refused():
    said = lab("up", "--engine", "docker")
    assert said.code == 4
    assert "native engine is running" in " ".join(said.err.split())
    assert lab("phase", "1", "--database", "postgres", "--engine", "native").code == 4


def _orders_can_be_placed_and_followed():
    placed = lab("order", "place", "mug:2", "--json")
    assert placed.code == 0, placed.err
    told = lab("order", "follow", "last")
    assert told.code == 0, told.err
    assert "delivered" in told.out
    assert all(len(line) <= 80 for line in told.out.splitlines())
    shown = lab("order", "show", "last", "--json").object
    assert "delivered" in json.dumps(shown)
    page = lab()
    assert "/docs" in page.out
    topics = lab("topics", "--json")
    assert "orders.initiating" in topics.out


def _what_phase_2_brings_says_so():
    for words in (("metrics",), ("dlq", "list")):
        said = lab(*words)
        assert said.code == 4
        assert "uv run lab up --phase 2" in " ".join(said.err.split())


def _one_unit_can_be_stopped_and_started():
    assert lab("stop", "payment").code == 0
    assert "payment" not in answering()
    assert lab("start", "payment").code == 0
    assert lab("restart", "payment").code == 0
    assert lab("stop", "nosuchunit").code == 6
    assert "started server process" in lab("logs", "payment").out.lower()


def _after_kill_9_of_everything_it_opens_again(home):
    kill_everything(home)
    assert lab("order", "place").code == 5
    opened = lab("up", "--engine", "native")
    assert opened.code == 0, opened.err
    assert "already" not in opened.out
    assert lab("order", "place", "unicorn").code == 2
    assert lab("order", "place").code == 0
    assert "delivered" in lab("order", "follow", "last").out


@pytest.mark.parametrize("after", ["java:", "kafka: answers"])
def test_ctrl_c_in_the_middle_of_a_start_leaves_nothing_running(home, after):
    said = lab_interrupted("up", "--engine", "native", after=after)
    assert said.code == 130, said.err
    assert "Stopped by Ctrl-C." in said.err
    assert "Traceback" not in said.err
    assert processes_of(home) == []
