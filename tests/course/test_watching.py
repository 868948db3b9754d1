"""Watch mode: a check at every save, none lost, none twice; also where the file system tells nothing."""

import os
import threading
import time

import pytest
import watchfiles

from lab.course.classroom import Checked, Classroom
from lab.course.verdict import Outcome
from lab.course.watching import Began, BroughtIn, Trouble, Waiting, Watching
from tests.course.learner import save

PATIENCE = 30


class Watched:
    """A watching in a thread of its own, and what it has told."""

    def __init__(self, room, only=None):
        self.room = room
        self.watching = Watching(room, only)
        self.events = []
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        self.until(lambda events: any(isinstance(one, Waiting) for one in events))

    def _run(self):
        for event in self.watching:
            with self._changed:
                self.events.append(event)
                self._changed.notify_all()

    def until(self, condition):
        with self._changed:
            assert self._changed.wait_for(lambda: condition(self.events), PATIENCE), self.events

    @property
    def checks(self):
        return [event for event in self.events if isinstance(event, Checked)]

    def checked(self, number):
        self.until(lambda events: sum(isinstance(one, Checked) for one in events) >= number)
        self.until(lambda events: isinstance(events[-1], Waiting))
        return self.checks

    def close(self):
        self.watching.stop()
        self._thread.join(timeout=30)
        assert not self._thread.is_alive()


@pytest.fixture
def room(tmp_path, course):
    with Classroom(workspace=tmp_path / "ws", course=course) as one:
        one.warm()
        yield one


@pytest.fixture
def watched(room, part):
    room.go_to(part)
    one = Watched(room)
    yield one
    one.close()


def test_every_save_is_checked_once(watched, room, part):
    file = room.workspace.file(part)
    save(file, part.solution.read_text())
    checks = watched.checked(1)
    assert [one.verdict.outcome for one in checks] == [Outcome.PASS]
    save(file, (part.wrong_answers / "forgot_await.py").read_text())
    checks = watched.checked(2)
    assert checks[-1].verdict.finding.id == "await-forgotten"
    os.utime(file)  # touched, and not changed
    save(file, file.read_text())  # saved again, the same
    (file.parent / "notes.txt").write_text("mine")
    save(file, part.solution.read_text())
    assert len(watched.checked(3)) == 3


def test_a_save_during_a_check_is_checked_after_it(watched, room, part):
    file = room.workspace.file(part)
    slow = part.solution.read_text().replace("    quotes = await", "    await asyncio.sleep(1)\n    quotes = await")
    save(file, slow)
    watched.until(lambda events: any(isinstance(one, Began) for one in events))
    save(file, "def broken(\n")
    checks = watched.checked(2)
    assert checks[-1].verdict.finding.id == "does-not-load"


def test_two_saves_of_equal_size_within_a_second_are_both_seen(watched, room, part):
    file = room.workspace.file(part)
    right = part.solution.read_text()
    wrong = right.replace("return min(", "return max(")
    stamp = time.time()
    for number, text in enumerate((right, wrong, right), 1):
        save(file, text)
        os.utime(file, (stamp, stamp))
        outcome = watched.checked(number)[-1].verdict.outcome
        assert outcome is (Outcome.PASS if text == right else Outcome.NOT_YET)


def test_an_editor_that_saves_by_renaming_is_heard(watched, room, part):
    file = room.workspace.file(part)
    beside = file.with_name(f".{file.name}.swp")
    beside.write_text(part.solution.read_text())
    beside.replace(file)
    assert watched.checked(1)[0].verdict.passed


def test_an_editor_that_empties_the_file_and_writes_into_it_is_heard(watched, room, part):
    room.workspace.file(part).write_text(part.solution.read_text())
    watched.until(lambda events: any(isinstance(one, Checked) and one.verdict.passed for one in events))


def test_one_can_ask_for_a_check_without_saving(watched, part):
    watched.watching.now(part)
    assert watched.checked(1)[0].verdict.finding.id == "not-started"


def test_only_the_chosen_exercise_is_checked(room, part, course):
    other = next(one for one in course if one.id == "commands")
    room.go_to(part)
    room.go_to(other)
    watched = Watched(room, only=part)
    try:
        file = room.workspace.file(other)
        save(file, file.read_text() + "\n# mine\n")
        save(room.workspace.file(part), part.solution.read_text())
        assert [one.exercise for one in watched.checked(1)] == [part]
    finally:
        watched.close()


@pytest.mark.parametrize("every", [False, True], ids=["one", "every"])
def test_an_exercise_that_is_followed_is_watched_and_its_untouched_starter_is_no_save(room, part, course, every):
    following = course.find("commands")
    room.go_to(part)
    watched = Watched(room, only=None if every else part)
    try:
        assert watched.watching.follow(following) == room.workspace.file(following)
        assert room.current() == following
        save(room.workspace.file(part), part.solution.read_text())
        assert [one.exercise for one in watched.checked(1)] == [part]
        save(room.workspace.file(following), "def broken(\n")
        assert [one.exercise for one in watched.checked(2)] == [part, following]
    finally:
        watched.close()


def test_a_save_just_before_its_exercise_is_followed_is_not_lost(watched, room, part):
    with watched.watching._looking:  # whoever follows first
        room.workspace.file(part).write_text(part.solution.read_text())
    watched.watching.follow(part)
    assert watched.checked(1)[0].verdict.passed


def test_a_check_that_cannot_be_made_is_told_and_the_watching_goes_on(watched, room, part):
    file = room.workspace.file(part)
    file.unlink()
    file.mkdir()
    watched.until(lambda events: any(isinstance(one, Trouble) for one in events))
    watched.until(lambda events: isinstance(events[-1], Waiting))
    trouble = next(one for one in watched.events if isinstance(one, Trouble))
    assert trouble.exercise == part
    assert str(file) in trouble.what
    assert trouble.mend
    file.rmdir()
    save(file, part.solution.read_text())
    watched.until(lambda events: any(isinstance(one, Checked) and one.verdict.passed for one in events))


def test_a_damaged_file_of_choices_is_told_and_the_watching_goes_on(watched, room, part):
    room.choices.file.write_text("{")
    save(room.workspace.file(part), part.solution.read_text())
    assert watched.checked(1)[0].verdict.passed
    (brought,) = [one for one in watched.events if isinstance(one, BroughtIn)]
    assert "choices.json is damaged" in brought.live.what
    save(room.workspace.file(part), "def broken(\n")
    assert len(watched.checked(2)) == 2


@pytest.mark.parametrize("error", [OSError("OS file watch limit reached"), RuntimeError("from the watcher")])
def test_where_the_system_s_watches_are_used_up_the_files_are_looked_at(room, part, monkeypatch, error):
    def used_up(*_, **__):
        raise error

    monkeypatch.setattr(watchfiles, "watch", used_up)
    room.go_to(part)
    watched = Watched(room)
    try:
        save(room.workspace.file(part), part.solution.read_text())
        assert watched.checked(1)[0].verdict.passed
    finally:
        watched.close()


def test_where_the_file_system_tells_nothing_the_files_are_looked_at(room, part, monkeypatch):
    def deaf(*_, stop_event, rust_timeout, **__):
        while not stop_event.wait(rust_timeout / 1000):
            yield set()

    monkeypatch.setattr(watchfiles, "watch", deaf)
    room.go_to(part)
    watched = Watched(room)
    try:
        save(room.workspace.file(part), part.solution.read_text())
        assert watched.checked(1)[0].verdict.passed
    finally:
        watched.close()
