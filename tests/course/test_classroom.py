"""The course as one object: checks are noted, a pass goes into the running shop, and nobody's choice is overruled."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from lab.course.catalog import Kind
from lab.course.choices import Source
from lab.course.classroom import Classroom, Live
from lab.course.verdict import Outcome
from lab.errors import LabError
from lab.shop.parts import read_choices


class ShopOfThisTest:
    """Hears what is put into it."""

    def __init__(self):
        self.put_in = []

    def put(self, exercise):
        self.put_in.append(exercise.id)
        return Live(("fulfilment",), 0.1)

    def env(self, _):
        return {}


@pytest.fixture
def shop():
    return ShopOfThisTest()


@pytest.fixture
def room(tmp_path, course, shop, checker):
    with Classroom(workspace=tmp_path / "ws", course=course, shop=shop) as one:
        one._checker.close()
        one._checker = checker
        yield one
        one._checker = type(checker)()  # the session's goes on


def answer(room, exercise, file):
    room.go_to(exercise)
    room.workspace.file(exercise).write_bytes(Path(file).read_bytes())


def test_a_first_check_makes_the_file_and_says_that_this_is_expected(room, part, shop):
    checked = room.check(part)
    assert checked.verdict.finding.id == "not-started"
    assert room.workspace.file(part).read_bytes() == part.starter.read_bytes()
    assert checked.standing.attempts == 1
    assert shop.put_in == []


def test_a_pasted_solution_passes_and_goes_into_the_shop_as_the_learner_s(room, part, shop):
    answer(room, part, part.solution)
    checked = room.check(part)
    assert checked.first_pass
    assert room.bring_in(checked) == Live(("fulfilment",), 0.1)
    assert shop.put_in == [part.id]
    choice = read_choices(room.choices.file)[part.id]
    assert (choice.origin, choice.file) == ("mine", room.workspace.file(part))


def test_a_second_check_of_the_same_lines_leaves_the_shop_and_its_choice_alone(room, part, shop):
    answer(room, part, part.solution)
    room.bring_in(room.check(part))
    room.use(part, Source.BROKEN)
    again = room.check(part)
    assert again.verdict.passed
    assert not again.first_pass
    assert room.bring_in(again) is None
    assert room.choices.source(part) is Source.BROKEN
    room.workspace.file(part).write_text(part.solution.read_text() + "\n# better\n")
    assert room.bring_in(room.check(part)) is not None
    assert room.choices.source(part) is Source.MINE
    assert shop.put_in == [part.id] * 3


def test_a_wrong_answer_is_noted_with_its_finding_and_put_nowhere(room, part, shop):
    answer(room, part, part.wrong_answers / "forgot_await.py")
    checked = room.check(part)
    assert room.bring_in(checked) is None
    assert checked.verdict.outcome is Outcome.NOT_YET
    assert checked.standing.last_finding == checked.verdict.finding.id
    assert shop.put_in == []


def test_a_verdict_is_not_thrown_away_where_progress_cannot_be_written(room, part, shop):
    answer(room, part, part.solution)
    lock = room.folder / ".course" / "progress.lock"
    lock.unlink(missing_ok=True)
    lock.mkdir()
    checked = room.check(part)
    assert checked.verdict.passed
    assert checked.standing is None
    assert str(lock) in checked.notice
    assert "LAB_WORKSPACE" in checked.notice
    assert room.bring_in(checked) is None
    lock.rmdir()
    again = room.check(part)
    assert again.first_pass
    assert not again.notice
    assert room.bring_in(again) is not None
    assert shop.put_in == [part.id]


def test_a_damaged_file_of_choices_is_told_with_its_mend_and_costs_no_verdict(room, part, shop):
    answer(room, part, part.solution)
    room.choices.file.write_text("{")
    live = room.bring_in(room.check(part))
    assert "choices.json is damaged" in live.what
    assert f"uv run lab use {part.id} mine" in live.mend
    assert shop.put_in == []


def test_a_deleted_file_is_a_finding_and_is_not_made_anew_behind_the_learner_s_back(room, part):
    answer(room, part, part.solution)
    room.workspace.file(part).rename(room.workspace.file(part).with_name("mine.py"))
    assert room.check(part).verdict.finding.id == "file-missing"
    assert not room.workspace.file(part).exists()


def test_every_exercise_can_be_taken_at_any_time(room, course):
    last = course.exercise[-1]
    room.go_to(last)
    assert room.current() == last
    assert room.whereabouts().next == last


def test_coming_back_after_months_finds_everything_as_it_was(tmp_path, course, shop, checker, part):
    now = datetime(2026, 1, 5, 20, tzinfo=UTC)
    folder = tmp_path / "ws"
    with Classroom(workspace=folder, course=course, shop=shop, clock=lambda: now) as room:
        room._checker = checker
        answer(room, part, part.solution)
        room.bring_in(room.check(part))
        room._checker = type(checker)()
    later = now + timedelta(days=150)
    with Classroom(workspace=folder, course=course, shop=shop, clock=lambda: later) as room:
        here = room.whereabouts()
        assert (here.last, here.days, here.passed) == (part, 150, 1)
        assert here.was_long_away
        assert room.choices.source(part) is Source.MINE
        assert room.workspace.file(part).is_file()


def test_nothing_but_a_part_can_be_put_into_the_shop(room, course):
    other = next(one for one in course if one.kind is not Kind.PART)
    with pytest.raises(LabError, match=r"Nothing of .* runs in the shop"):
        room.use(other, Source.MINE)


def test_every_word_of_the_course_is_explained_once(room, course):
    for exercise in course:
        for word in exercise.teaches:
            assert any(word.casefold() in term.casefold() for term in room.words), (exercise.id, word)


def test_a_report_is_written_when_a_check_breaks(own_course, tmp_path, part, monkeypatch):
    monkeypatch.setenv("LAB_HOME", str(tmp_path / "home"))
    with Classroom(workspace=tmp_path / "ws") as room:
        broken = room.course.find(part.id)
        broken.check.write_text("1 / 0\n")
        checked = room.check(broken)
    assert checked.verdict.outcome is Outcome.LAB_BUG
    report = Path(checked.verdict.report).read_text()
    assert "ZeroDivisionError" in report
    assert checked.standing is None or checked.standing.attempts == 0
