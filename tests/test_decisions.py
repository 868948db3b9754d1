"""The decision records: the list of ports is the real one, the index is complete."""

import re
from pathlib import Path

import pytest

from lab.docs import port_source
from lab.shop.parts import PART_FILES, PASS_THROUGH
from lab.shop.ports import ROWS

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "decisions"
RECORD = (FOLDER / "0001-the-port-list.md").read_text()
# The exercises of phases 1 and 2 that end in a part: each has a port that the running shop calls.
PARTS = {
    1: "await envelope produce read validate session accept reserve pay table confirm undo ship notify record",
    2: "logs commit rebalance inbox outbox relay idempotency-key which-errors retry-topics dead-letters bank timers "
    "late metrics health",
}


def recorded():
    """The record's table: port → (signature, phase 1, phase 2)."""
    lines = [line.strip("| ").split(" | ") for line in RECORD.splitlines() if line.startswith("| `")]
    return {line[0].strip("`"): line[1:] for line in lines}


def test_the_record_has_every_port_and_no_other():
    assert sorted(recorded()) == sorted(source.port for source in port_source.read())


@pytest.mark.parametrize("exercise", PARTS[1].split() + PARTS[2].split())
def test_every_part_exercise_has_a_port(exercise):
    cells = [cell for _, *cells in recorded().values() for cell in cells]
    assert any(f"`{exercise}`" in cell for cell in cells)


def test_the_record_names_what_really_fills_a_port_in_phase_1():
    wrong = {}
    for source in port_source.read():
        port = port_source.token(source)
        parts = [part.exercise for part in PART_FILES if part.phase == 1 and port in part.fills]
        names = (parts if port == ROWS else parts[-1:]) or [PASS_THROUGH[port].__name__]
        if recorded()[source.port][1] != ", ".join(f"`{name}`" for name in names):
            wrong[source.port] = names
    assert wrong == {}


def test_every_part_of_phase_1_is_in_the_table_of_parts():
    assert [part.exercise for part in PART_FILES if part.phase == 1] == PARTS[1].split()


def test_the_index_of_decisions_has_every_decision_and_no_number_twice():
    names = sorted(file.name for file in FOLDER.glob("0*.md"))
    assert re.findall(r"\]\((0[^)]+)\)", (FOLDER / "README.md").read_text()) == names
    numbers = [name[:4] for name in names]
    assert len(numbers) == len(set(numbers))
