"""`lab summary`: what a learner gets to keep, and when it is offered."""

from datetime import UTC, datetime

import pytest

from lab.course.catalog import read_course
from lab.course.progress_store import ProgressStore
from tests.cli.running import lab
from tests.course.learner import having_passed

COURSE = read_course()
MONDAY = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@pytest.fixture
def workspace(tmp_path, monkeypatch):
    folder = tmp_path / "ws"
    monkeypatch.setenv("LAB_WORKSPACE", str(folder))
    monkeypatch.setenv("LAB_CHOICES", str(folder / "choices.json"))
    return folder


def passed(workspace, *names):
    ProgressStore(workspace).change(lambda progress: having_passed(progress, MONDAY, *names))


def answered(workspace, exercise):
    file = workspace / exercise.id / exercise.file
    file.parent.mkdir(parents=True)
    file.write_bytes(exercise.solution.read_bytes())


def test_a_summary_is_written_into_the_workspace_and_told(home, workspace):
    del home
    passed(workspace, "tour", "await")
    said = lab("summary")
    assert said.code == 0, said.err
    assert f"Phase 1 · Basic setup: 2 of {sum(one.phase == 1 for one in COURSE)} exercises passed" in said.out
    assert "pieces: await" in said.out
    page = workspace / "phase-1.md"
    assert str(page) in said.out
    assert "[await](await/carriers.py)" in page.read_text()
    told = lab("summary", "1", "--json")
    assert told.object["file"] == str(page)
    assert [one["id"] for one in told.object["passed"]] == ["tour", "await"]
    assert lab("summary", "7").code == 6


def test_it_is_offered_when_the_last_exercise_of_a_phase_has_passed_and_not_before(home, workspace):
    del home
    last, other = COURSE.find("await"), COURSE.find("validate")
    before = [one.id for one in COURSE if one.id not in {last.id, other.id}]
    passed(workspace, *before)
    for exercise in (last, other):
        answered(workspace, exercise)
    early = lab("check", other.id)
    assert "PASS" in early.out
    assert "lab summary" not in early.out
    at_last = lab("check", last.id)
    assert "PASS" in at_last.out
    assert "uv run lab summary 1" in at_last.out
    assert "uv run lab summary" in lab("next").out
