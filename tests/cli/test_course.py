"""The course through the command line, as a learner walks it: with a shop beside it, and without."""

import asyncio
import os
import pty
import select
import subprocess
import time
from pathlib import Path

import httpx
import pytest

from lab.course.catalog import Kind, read_course
from lab.course.lesson import read_lesson
from lab.course.pasting import apply_hint
from lab.shop.contracts import Message
from lab.shop.parts import SILENT
from lab.shop.tap import snapshot
from tests.cli.running import LAB, lab
from tests.course.learner import save
from tests.engines.conftest import free_port, processes_of

COURSE = read_course()


@pytest.fixture
def workspace(tmp_path, monkeypatch):
    folder = tmp_path / "ws"
    monkeypatch.setenv("LAB_WORKSPACE", str(folder))
    monkeypatch.setenv("LAB_CHOICES", str(folder / "choices.json"))
    monkeypatch.delenv("LAB_KAFKA", raising=False)
    return folder


def put(workspace, exercise, text):
    file = workspace / exercise.id / exercise.file
    save(file, text)
    return file


def pasted(exercise):
    return apply_hint(exercise.starter.read_text(), read_lesson(exercise.lesson).pasted)


def verdict(*words, **env):
    said = lab("check", *words, "--json", **env)
    (one,) = said.object["checks"]
    return said.code, one


# --- the whole way ---


@pytest.mark.docker
@pytest.mark.slow
@pytest.mark.timeout(600)
def test_pasting_only_the_last_hints_passes_every_exercise_and_the_shop_then_runs_the_learner_s_parts(
    home, workspace, monkeypatch
):
    monkeypatch.setenv("LAB_SERVICE_PORT", str(free_port()))
    monkeypatch.setenv("LAB_TRANSIT_SECONDS", "0.2")
    try:
        opened = lab("up", "--engine", "native")
        assert opened.code == 0, opened.err
        for exercise in COURSE:
            _walk(exercise, workspace)
        assert f"All {len(COURSE.exercise)} exercises are passed" in lab("next").out
        placed = lab("order", "place", "--json").object["orders"][0]["order_id"]
        told = lab("order", "follow", placed)
        assert "yours" in told.out
        assert "pieces were yours" in " ".join(told.out.split())
        refused = lab("order", "place", "mug", "--card", "card-refused", "--json").object["orders"][0]["order_id"]
        assert "rejected" in lab("order", "follow", refused).out
        _every_part_has_its_hand_in(placed, refused)
        _analytics_counts_them()
    finally:
        lab("down", "--volumes")
    assert processes_of(home) == []


def _walk(exercise, workspace):
    shown = lab("next")
    assert f"{exercise.number} · {exercise.title}" in shown.out, shown.out
    code, first = verdict(exercise.id)
    assert (code, first["finding"]["id"]) == (1, "not-started"), first
    put(workspace, exercise, pasted(exercise))
    code, second = verdict(exercise.id)
    assert (code, second["outcome"]) == (0, "pass"), second
    assert second["attempts"] == 2
    assert bool(second["units"]) is (exercise.kind is Kind.PART)


def _every_part_has_its_hand_in(*orders):
    """In a good order and one that must be undone; but for Analytics, which only listens and puts nothing on Kafka."""
    from lab.running import running  # noqa: PLC0415

    shop, keys = running(), {order.encode() for order in orders}
    seen = asyncio.run(snapshot(shop.kafka, shop.prefix, keep=lambda record: record.key in keys))
    messages = [one.message for one in seen]
    assert all(isinstance(one, Message) and one.handled_by == "mine" for one in messages)
    hands = {name for one in messages for name in one.parts}
    assert hands == {exercise.id for exercise in COURSE if exercise.kind is Kind.PART} - SILENT


def _analytics_counts_them():
    """The learner's report: asked until the last event has been read."""
    from lab.running import running  # noqa: PLC0415

    deadline = time.monotonic() + 20
    while True:
        report = httpx.get(f"{running().url('analytics')}/report", timeout=5, trust_env=False).json()
        if report["orders"] >= 2 and report["delivered"] >= 1 and report["rejected"] >= 1:
            return
        assert time.monotonic() < deadline, report
        time.sleep(0.1)


# --- one thing at a time, without a shop ---


def test_the_first_minute_of_the_course(home, workspace):
    del home
    listed = lab("list")
    assert listed.code == 0, listed.err
    assert all(exercise.id in listed.out for exercise in COURSE)
    assert f"0 of {len(COURSE.exercise)} passed" in listed.out
    begun = lab("next")
    assert COURSE.exercise[0].title in begun.out
    assert all(len(line) <= 200 for line in begun.out.splitlines())
    assert (workspace / COURSE.exercise[0].id / COURSE.exercise[0].file).is_file()
    assert [row["id"] for row in lab("list", "--json").object["exercises"]] == [one.id for one in COURSE]


def test_a_check_without_kafka_says_what_brings_it_and_counts_nothing(home, workspace):
    del home, workspace
    said = lab("check", "produce")
    assert said.code == 3
    assert "ENVIRONMENT" in said.out
    assert "uv run lab up" in said.out
    assert verdict("produce")[1]["attempts"] == 0


def test_hints_open_one_after_the_other_and_the_solution_after_all(home, workspace):
    del home
    first = lab("hint", "await")
    assert "Hint 1 of 4" in first.out
    assert "Hint 2" not in first.out
    assert lab("solution", "await").code != 0
    again = lab("hint", "await")
    assert "Hint 2 opens after a changed attempt" in again.err
    put(workspace, COURSE.find("await"), "import asyncio\n")
    assert verdict("await")[1]["finding"]["id"] == "name-missing"
    assert "Hint 2 of 4" in lab("hint", "await").out
    for number in (3, 4):
        assert f"Hint {number} of 4" in lab("hint", "await", "--anyway").out
    assert "+" in lab("solution", "await").out


def test_a_reset_keeps_what_was_there_and_says_how_to_have_it_back(home, workspace):
    del home
    exercise = COURSE.find("await")
    assert lab("open", "await").code == 0
    mine = put(workspace, exercise, "# mine\n")
    said = lab("reset", "await")
    assert mine.read_bytes() == exercise.starter.read_bytes()
    command = next(line for line in said.out.splitlines() if "cp " in line).split(": ", 1)[1]
    subprocess.run(command, shell=True, check=True)
    assert mine.read_text() == "# mine\n"


def test_after_a_reset_the_shop_runs_the_solution_not_the_bare_starter(home, workspace):
    del home
    assert lab("open", "produce").code == 0
    assert lab("use", "produce", "mine").code == 0
    said = lab("reset", "produce")
    assert "Until it passes, the shop runs the solution of produce." in said.out
    assert "mine" not in (workspace / "choices.json").read_text()
    assert "Until it passes" not in lab("reset", "produce").out


def test_the_wrong_copy_that_was_edited_is_noticed_and_moved_over(home, workspace, own_course):
    del home
    exercise = COURSE.find("await")
    wrong = own_course / "exercises" / exercise.folder / exercise.file
    assert lab("open", "await").code == 0
    shipped = wrong.read_text()
    wrong.write_text(shipped + "\n# here, by mistake\n")
    said = lab("check", "await")
    assert "--take-over" in said.err
    assert lab("open", "await", "--take-over").code == 0
    assert "by mistake" in (workspace / exercise.id / exercise.file).read_text()
    assert wrong.read_text() == shipped


def test_an_update_of_the_course_in_mid_work_loses_nothing(home, workspace, own_course):
    del home
    exercise = COURSE.find("await")
    assert lab("open", "await").code == 0
    mine = workspace / exercise.id / exercise.file
    mine.write_text(mine.read_text() + "\n\n# a note of mine\n")
    shipped = own_course / "exercises" / exercise.folder / exercise.file
    shipped.write_text(shipped.read_text().replace('"""Exercise', '"""A better exercise', 1))
    _write_sums(own_course)
    said = lab("check", "await")
    assert "newer starter" in said.err
    text = mine.read_text()
    assert "A better exercise" in text
    assert "a note of mine" in text


def _write_sums(root):
    from lab.course import starters  # noqa: PLC0415

    (root / "exercises" / "starters.toml").write_text(starters.write(read_course(root / "exercises" / "course.toml")))


def test_what_is_broken_is_the_lab_s_bug_with_a_report(home, workspace, own_course):
    del workspace
    check = own_course / "exercises" / COURSE.find("await").folder / COURSE.find("await").check.name
    check.write_text("1 / 0\n")
    said = lab("check", "await")
    assert said.code == 70
    assert "Sorry" in said.out
    assert list((home / "reports").glob("check-await-*.txt"))
    assert "lab use await solution" in " ".join(said.out.split())


def test_using_lines_without_a_shop_is_remembered_for_the_next_start(home, workspace):
    del home
    said = lab("use", "produce", "broken")
    assert said.code == 0, said.err
    assert "The shop is not running" in said.out
    assert "broken" in (workspace / "choices.json").read_text()
    assert lab("use", "produce", "solution").code == 0
    assert lab("use", "tour", "mine").code == 2
    assert lab("use", "produce", "nobody").code == 2
    assert lab("use", "nonsense", "mine").code == 6


def test_words_are_explained(home, workspace):
    del home, workspace
    assert "offset" in lab("words", "offset").out
    assert lab("words", "nonsense").code == 6


def test_an_example_that_needs_no_kafka_runs(home, workspace):
    del workspace
    said = lab("example", "await")
    assert said.code == 0, said.err
    assert said.out.strip()
    example = home / "examples" / "await.py"
    example.write_text("print('changed by me')\n")
    assert lab("example", "await").out == said.out
    assert example.with_name("await-1.py").read_text() == "print('changed by me')\n"
    assert lab("example", "await").code == 0
    assert not example.with_name("await-2.py").exists()
    assert lab("example", "produce").code == 5


def test_what_the_learner_prints_is_shown_when_it_is_asked_for(home, workspace):
    del home
    exercise = COURSE.find("await")
    put(workspace, exercise, 'print("here I am")\n')
    said = lab("check", "await")
    assert "here I am" not in said.out
    assert "your prints    uv run lab check await --raw" in said.out
    raw = lab("check", "await", "--raw")
    assert raw.code == said.code == 1
    assert "here I am" in raw.out
    assert "your prints" not in raw.out
    assert raw.out.index("NOT YET") < raw.out.index("here I am")


def test_a_check_that_cannot_be_noted_says_its_verdict_and_then_why(home, workspace):
    del home
    exercise = COURSE.find("await")
    put(workspace, exercise, exercise.solution.read_text())
    (workspace / ".course" / "progress.lock").mkdir(parents=True)
    said = lab("check", "await")
    assert said.code == 0, said.err
    assert "PASS" in said.out
    assert "not noted" in said.err
    assert "LAB_WORKSPACE" in said.err


def test_a_damaged_file_of_choices_is_told_also_where_no_card_has_room_for_it(home, workspace):
    del home
    exercise = COURSE.find("await")
    put(workspace, exercise, exercise.solution.read_text())
    (workspace / "choices.json").write_text("{")
    said = lab("check", "await", "--json")
    assert said.code == 0, said.err
    assert said.object["checks"][0]["outcome"] == "pass"
    assert "choices.json is damaged" in said.err


def test_an_editor_that_cannot_be_read_is_told(home, workspace, monkeypatch):
    del home, workspace
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", "vi 'x")
    terminal = Terminal("open", "await")
    try:
        terminal.until("cannot be read: vi 'x (No closing quotation)")
        assert terminal.ended() == 1
    finally:
        terminal.close()


# --- watch mode on a terminal ---


def test_watch_mode_checks_at_every_save_and_obeys_its_keys(home, workspace):
    del home
    exercise = COURSE.find("await")
    assert lab("open", "await").code == 0
    terminal = Terminal("watch", "await")
    try:
        terminal.until("q quit")
        put(workspace, exercise, exercise.solution.read_text())
        terminal.until("PASS")
        put(workspace, exercise, "def broken(:\n")
        terminal.until("does-not-load")
        terminal.press("h")
        terminal.until("Hint 1 of 4")
        put(workspace, exercise, 'print("here I am")\n')
        terminal.until("NOT YET")
        terminal.press("o")
        terminal.until("here I am")
        terminal.press("q")
        assert terminal.ended() == 0
    finally:
        terminal.close()


def test_watch_mode_goes_on_to_the_next_exercise_and_loses_no_key_that_is_typed_quickly(home, workspace):
    del home
    exercise = COURSE.find("await")
    following = COURSE.exercise[exercise.number + 1]
    assert lab("open", "await").code == 0
    terminal = Terminal("watch", "await")
    try:
        terminal.until("q quit")
        put(workspace, exercise, exercise.solution.read_text())
        terminal.until("PASS")
        terminal.press("n")
        terminal.until(f"{following.number} · {following.title}   ")
        put(workspace, following, "def broken(:\n")
        terminal.until(f"{following.id} saved, checking")
        terminal.press("hq")
        terminal.until("Hint 1 of 4")
        assert terminal.ended() == 0
    finally:
        terminal.close()


def test_a_key_that_meets_an_error_says_it_and_watch_mode_goes_on(home, workspace):
    del home
    exercise = COURSE.find("await")
    assert lab("open", "await").code == 0
    terminal = Terminal("watch", "await")
    try:
        terminal.until("q quit")
        lock = workspace / ".course" / "progress.lock"
        lock.unlink(missing_ok=True)
        lock.mkdir()
        terminal.press("h")
        terminal.until("LAB_WORKSPACE")
        put(workspace, exercise, "def broken(:\n")
        terminal.until("not noted")
        assert "does-not-load" in terminal.said
        lock.rmdir()
        terminal.press("h")
        terminal.until("Hint 1 of 4")
        terminal.press("q")
        assert terminal.ended() == 0
    finally:
        terminal.close()


class Terminal:
    """A `lab` command on a terminal of its own."""

    def __init__(self, *words):
        self._master, other = pty.openpty()
        env = {**os.environ, "TERM": "xterm", "COLUMNS": "80", "LINES": "24"}
        self._process = subprocess.Popen([*LAB, *words], stdin=other, stdout=other, stderr=other, env=env)
        os.close(other)
        self.said = ""

    def until(self, text, seconds=60):
        deadline = time.monotonic() + seconds
        before = len(self.said)
        while text not in self.said[max(0, before - len(text)) :]:
            assert time.monotonic() < deadline, self.said
            if select.select([self._master], [], [], 0.2)[0]:
                self.said += os.read(self._master, 4096).decode(errors="replace")

    def press(self, key):
        os.write(self._master, key.encode())

    def ended(self):
        return self._process.wait(timeout=30)

    def close(self):
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        os.close(self._master)


def test_the_judge_is_pytest_and_reads_as_sentences(home, workspace):
    """`uv run pytest exercises/…` judges the learner's own file."""
    del home
    exercise = COURSE.find("await")
    put(workspace, exercise, exercise.solution.read_text())
    folder = str(Path("exercises") / exercise.folder)
    command = [LAB[0], "-m", "pytest", folder]
    env = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    good = subprocess.run(command, capture_output=True, text=True, env=env, check=False, timeout=100)
    assert good.returncode == 0, good.stdout
    assert good.stdout.count("✓") >= len(read_lesson(exercise.lesson).tasks)
    put(workspace, exercise, (exercise.wrong_answers / "forgot_await.py").read_text())
    bad = subprocess.run(command, capture_output=True, text=True, env=env, check=False, timeout=100)
    assert bad.returncode == 1
    assert "await-forgotten" in bad.stdout
    assert "Traceback" not in bad.stdout
