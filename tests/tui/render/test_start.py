"""The Start screen's rows: the first visit, a silent Docker, a start, an open shop, one that was hurt."""

from dataclasses import replace

import pytest

from lab.engines.base import EngineName
from tests.tui.start_world import (
    DOCKER_SHOP,
    NO_IMAGE,
    SILENCE,
    TAKEN,
    learner,
    machine,
    newcomer,
    opened,
    starting,
    units,
)
from tests.tui.world import NOON_MS
from tui.model.first_minute import Step
from tui.model.item import UnitLook, UnitState
from tui.render.staged import staged
from tui.render.start import entries, home, stops
from tui.render.start_blocks import AIRY, Block, Entry, fitted, marked
from tui.render.start_status import status
from tui.render.start_units import log_line
from tui.render.text import Role, plain, row

SMALL, LARGE = (78, 20), (118, 35)
BROKEN = UnitLook(UnitState.CRASHED, restarts=5, file="/clone/workspace/reserve/reserve.py:14", why="a part's file")
LOOPS = UnitLook(UnitState.CRASHED, restarts=5)
SILENT = machine(SILENCE, silent=True, fetch={EngineName.NATIVE: 40_000_000})


def drawn(known, size=SMALL, cursor=None, *, motion=True):
    """The rows of the screen, and its status."""
    at = home(known) if cursor is None else cursor
    rows = marked(entries(known, at, *size, motion=motion), at, size[0])
    return [*(one.fitted(size[0]) for one in rows), status(known, size[0]).fitted(size[0])]


SCENES = {
    "first visit": newcomer(),
    "looking": newcomer(machine=None, looking_since_ms=NOON_MS - 2_000),
    "silent": newcomer(machine=SILENT),
    "port taken": newcomer(machine=machine(TAKEN, NO_IMAGE, fetch={EngineName.DOCKER: 230_000_000})),
    "starting": newcomer(board=starting()),
    "failed": newcomer(board=starting().ended(NOON_MS, "Kafka did not answer.", "Read: uv run lab logs kafka")),
    "open": opened(step=Step.ORDER),
    "comes back": opened(learner=learner("produce", task=2, passed=("tour",)), order="ord-7F3K"),
    "does not load": opened(look=units(inventory=BROKEN)),
    "orphaned": opened(orphaned=True),
    "docker gone": opened(shop=DOCKER_SHOP, no_docker="Docker is installed, but its engine does not answer."),
}


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["80x24", "120x40"])
@pytest.mark.parametrize("scene", SCENES)
def test_a_scene(scene, size, frame_is):
    shown = drawn(SCENES[scene], size)
    assert all(one.cells == size[0] for one in shown)
    assert len(shown) <= size[1] + 1
    frame_is(shown)


def test_the_first_visit_is_the_one_that_was_drawn():
    text = plain(drawn(newcomer()))
    for line in (
        "  You are going to build a small online shop out of programs that only talk",
        "  customer ─▶ Order ─▶ │ mediator │ ⇄ Inventory  Payment  Fulfilment",
        "    ✓ Docker 27.3, compose 2.29    ✓ 6.1 GB memory free    ✓ port 9092 free",
        "    ! Kafka's image is not here yet: 230 MB to fetch, once",
        "  › Start the shop            Kafka in Docker (KRaft), 7 services, ~1 min",
        "    Begin exercise 1          needs no Kafka; it can start meanwhile",
        "    docker compose -f compose/kafka.yaml up -d --wait",
    ):
        assert line in text


def test_a_silent_docker_is_drawn_as_a_question():
    text = plain(drawn(newcomer(machine=SILENT)))
    assert "  › I have started Docker, look again" in text
    assert "    Go on without Docker      the same Kafka, as an ordinary program (40 MB)" in text


def test_a_part_that_does_not_load_is_named_with_file_and_line():
    shown = plain(drawn(opened(look=units(inventory=BROKEN))))
    assert "Inventory cannot start: reserve/reserve.py:14 does not load." in shown
    assert "Inventory    ✗ crashed           –   5       –  reserve/reserve.py:14 d…" in shown


def test_a_unit_that_keeps_ending_is_told_with_the_engines_words():
    known = opened(look=units(payment=LOOPS), notes={"payment": "it ended at once each time it was tried"})
    assert "Payment: it ended at once each time it was tried. 4 has its log; u starts it." in plain(drawn(known, LARGE))


def test_figures_that_are_old_are_not_drawn_as_news():
    old = replace(opened(), now_ms=NOON_MS + 9_000)
    kafka = next(entry.row for entry in entries(old, "", *SMALL) if entry.id == "unit:kafka")
    assert {span.role for span in kafka.spans} == {Role.GHOST}
    assert "Units 9 s ago" in plain(drawn(old))


def test_without_motion_nothing_turns_and_the_seconds_go_on():
    board = starting()
    frames = {plain(staged(board, NOON_MS + ms, 78, motion=False)) for ms in (0, 125, 250)}
    assert len(frames) == 1
    assert "0:21 so far" in next(iter(frames))
    assert len({plain(staged(board, NOON_MS + ms, 78, motion=True)) for ms in (0, 125, 250)}) == 3


def test_bytes_are_told_while_they_come():
    halfway = starting()
    text = plain(staged(halfway, NOON_MS, 78, motion=False))
    assert "231 of 231 MB" in text
    assert "▓▓▓▓▓▓▓▓▓▓▓▓" in text


def test_a_stage_says_how_long_it_took_and_a_slow_one_how_long_it_has_taken():
    lines = plain(staged(starting(), NOON_MS, 78, motion=False)).splitlines()
    assert next(line for line in lines if "Kafka  " in line).endswith(" 5 s")
    assert next(line for line in lines if "Docker" in line).endswith(" 0.0 s")


def test_a_start_that_failed_marks_the_stage_that_did():
    failed = starting().ended(NOON_MS, "Kafka did not answer.", "Read its log.")
    rows = staged(failed, NOON_MS, 78, motion=True)
    assert [str(one).strip()[0] for one in rows if "Kafka  " in str(one)] == ["✗"]


@pytest.mark.parametrize("height", range(6, 21))
@pytest.mark.parametrize("known", [newcomer(), opened(look=units(inventory=BROKEN)), newcomer(board=starting())])
def test_wherever_the_keyboard_stands_its_line_is_seen(known, height):
    for place in stops(known):
        assert place in {entry.id for entry in entries(known, place, 58, height)}


def test_the_drawing_leaves_before_what_can_be_done():
    for height in range(6, 20):
        text = plain(drawn(newcomer(), (78, height)))
        assert "Start the shop" in text
        if height < 14:
            assert "mediator" not in text


def test_a_block_that_can_leave_leaves_before_the_others_lose_a_line():
    stays, leaves = [Entry(row(f"stays {number}")) for number in range(4)], [Entry(row("leaves"))]
    assert len(fitted([Block(leaves, AIRY), Block(stays)], 6)) == 6
    assert [str(one.row) for one in fitted([Block(leaves, AIRY), Block(stays)], 5)][-1] == "stays 3"
    assert "leaves" not in [str(one.row) for one in fitted([Block(leaves, AIRY), Block(stays)], 5)]


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("14:38:21.964064 [warning] Marking the coordinator dead unit=order", "[warning] Marking the coordinator dead"),
        ("2026-11-24 14:38:09.607 INFO  [Raft] started", "INFO  [Raft] started"),
        ("\x1b[31mred\x07", "␛[31mred·"),
        ("", ""),
    ],
)
def test_a_logs_line_moves_no_cursor_and_leaves_out_what_is_known(line, shown):
    assert log_line(line) == shown
