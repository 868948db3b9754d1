"""A phase summed up: what was done and how, the words, what breaks next; and the learner's notes stay theirs."""

from datetime import date, timedelta

import pytest

from lab.course.catalog import Kind
from lab.course.choices import Source
from lab.course.classroom import Classroom
from lab.course.hints import take_hint
from lab.course.lesson import read_lesson
from lab.course.progress import after_check, after_look
from lab.course.summary import is_over, sum_up
from lab.course.summary_page import MARK, keep, text
from lab.docs.port_source import read as read_ports
from lab.errors import Conflict, NotFound
from lab.shop.parts import PART_FILES, PASS_THROUGH
from tests.course.learner import DAY, MINUTE, MONDAY, having_passed, not_yet, passed


@pytest.fixture
def room(tmp_path, course):
    return Classroom(workspace=tmp_path / "ws", course=course, clock=lambda: MONDAY + 3 * DAY)


@pytest.fixture
def has_passed(room):
    """Note that these have passed, one a day."""

    def note(*names):
        for number, name in enumerate(names):
            room.store.change(lambda p, name=name, day=MONDAY + number * DAY: having_passed(p, day, name))

    return note


# --- what it says ---


def test_who_has_done_nothing_has_everything_open_and_knows_no_word(room, course):
    found = sum_up(room, 1)
    assert found.passed == found.words == found.built == ()
    assert found.open == tuple(one for one in course if one.phase == 1)
    assert "None of" in text(found)
    assert "What you built" not in text(found)
    assert "What breaks next" in text(found)


def test_every_pass_is_told_with_its_day_in_the_sequence_of_the_course(room, has_passed):
    has_passed("produce", "tour", "await")
    found = sum_up(room, 1)
    days = [(one.exercise.id, one.on) for one in found.passed]
    assert days == [("tour", date(2026, 3, 3)), ("await", date(2026, 3, 4)), ("produce", date(2026, 3, 2))]
    assert [one.exercise.id for one in found.built] == ["await", "produce"]
    assert f"3 of {found.total} exercises passed, from 2026-03-02 to 2026-03-04." in text(found)
    assert "tour" not in [one.id for one in found.open]


def test_help_and_what_could_not_be_run_are_told(room, has_passed):
    room.store.change(lambda p: take_hint(p, "await", ("1", "2", "3", "4"), "", MONDAY)[0])
    room.store.change(lambda p: take_hint(p, "await", ("1", "2", "3", "4"), "", MONDAY, anyway=True)[0])
    has_passed("await", "produce")
    room.store.change(lambda p: after_check(p, "kraft", passed("kraft", ran=False), "x", MONDAY))
    said = text(sum_up(room, 1))
    assert line(said, "[await]").endswith("| 2026-03-02, with help |")
    assert line(said, "[produce]").endswith("| 2026-03-03, without help |")
    assert "8 · KRaft: a broker that is its own controller (2026-03-02, without help; not run: no Docker)" in said


def line(said, begins):
    return next(one for one in said.splitlines() if begins in one)


def test_a_piece_says_what_it_does_and_whose_lines_run_now(room, has_passed, course):
    has_passed("await", "produce", "pay")
    room.choices.file.parent.mkdir(parents=True, exist_ok=True)
    for name in ("await", "produce"):
        room.workspace.ensure(course.find(name))
    room.choices.use(course.find("await"), Source.MINE)
    room.choices.use(course.find("produce"), Source.BROKEN)
    said = text(sum_up(room, 1))
    for name, runs in (("await", "yours"), ("produce", "the broken one"), ("pay", "the solution")):
        assert f"| {course.find(name).does} | {runs} |" in line(said, f"[{name}]({name}/")


def test_the_words_of_what_was_passed_are_known_with_their_meanings(room, has_passed, course):
    has_passed("produce", "kraft")
    found = sum_up(room, 1)
    assert [one.word for one in found.words] == [*course.find("produce").teaches, *course.find("kraft").teaches]
    assert all(one.meaning for one in found.words)
    meaning = read_lesson(course.find("produce").lesson).terms["producer"]
    assert f"| producer | {meaning} | 4 |" in text(found)
    assert found.words_in_all == sum(len(one.teaches) for one in course if one.phase == 1)


def test_the_time_that_was_worked_is_told(room, has_passed):
    for minutes in range(0, 45, 5):
        room.store.change(lambda p, m=minutes: after_look(p, "tour", MONDAY + m * MINUTE))
    has_passed("tour")
    assert "in about 40 min" in text(sum_up(room, 1))


def test_what_breaks_next_is_told_with_the_exercise_that_mends_it(room, course):
    said = text(sum_up(room, 1))
    assert course.phase[0].breaks
    for one in course.phase[0].breaks:
        assert f"- {one.what} (exercise `{one.then}`)" in said


def test_a_damaged_file_of_choices_hides_no_summary(room, has_passed):
    has_passed("await")
    room.choices.file.write_text("{")
    assert sum_up(room, 1).built[0].runs is Source.SOLUTION


def test_a_phase_without_exercises_is_refused(room):
    with pytest.raises(NotFound, match="phase 9"):
        sum_up(room, 9)


def test_for_programs_it_is_the_same(room, has_passed):
    has_passed("await")
    data = sum_up(room, 1).as_object()
    assert data["passed"][0] | {"title": ""} == {
        "id": "await",
        "place": "e02",
        "title": "",
        "kind": "part",
        "file": "carriers.py",
        "does": data["passed"][0]["does"],
        "on": "2026-03-02",
        "helped": False,
        "ran": True,
        "runs": "solution",
    }
    assert len(data["open"]) == data["total"] - 1
    assert data["words"][0]["word"] == "coroutine"


def test_a_phase_is_over_when_its_last_exercise_has_passed(room, has_passed, course):
    names = [one.id for one in course if one.phase == 1]
    has_passed(*names[:-1])
    room.store.change(lambda p: after_check(p, names[-1], not_yet(names[-1]), "x", MONDAY))
    assert not is_over(1, course, room.progress())
    has_passed(names[-1])
    assert is_over(1, course, room.progress())


# --- the page ---


def test_notes_below_the_mark_stay_byte_for_byte_and_what_is_above_is_new(room, has_passed):
    file = keep(sum_up(room, 1), room.folder)
    notes = "\n\n## Mine\r\n\nKafka is a book. Größe, 🧡, and no newline at the end".encode()
    above = file.read_bytes().partition(MARK.encode())[0]
    file.write_bytes(b"# scribbled over\n" + MARK.encode() + notes)
    has_passed("produce")
    assert keep(sum_up(room, 1), room.folder) == file
    written = file.read_bytes()
    assert written.endswith(MARK.encode() + notes)
    assert b"[produce]" in written
    assert b"[produce]" not in above
    assert b"scribbled" not in written


def test_a_page_without_the_mark_is_left_as_it_is(room):
    file = room.folder / "phase-1.md"
    file.parent.mkdir(parents=True)
    file.write_text("# all mine\n")
    with pytest.raises(Conflict) as refused:
        keep(sum_up(room, 1), room.folder)
    assert f"mv '{file}'" in refused.value.mend
    assert file.read_text() == "# all mine\n"


def test_every_link_of_the_page_leads_to_a_file_of_the_learner(room, has_passed, course):
    names = [one.id for one in course if one.kind is Kind.PART]
    has_passed(*names)
    for name in names:
        room.workspace.ensure(course.find(name))
    said = keep(sum_up(room, 1), room.folder).read_text()
    for name in names:
        assert f"({name}/{course.find(name).file})" in said
        assert (room.folder / name / course.find(name).file).is_file()


# --- the table it is written from ---


def test_every_part_says_in_one_sentence_what_it_does_in_the_shop(course):
    assert [one.id for one in course if (one.kind is Kind.PART) is not bool(one.does)] == []
    assert [one.id for one in course if one.does and not one.does.endswith(".")] == []


def test_what_breaks_is_where_phase_1_only_passes_through_or_has_a_part_that_phase_2_supersedes(course):
    weak = [port for one in course.phase[0].breaks for port in one.ports]
    superseded = {source.port for source in read_ports() if source.then}
    filled = {port.name for part in PART_FILES if part.phase == 1 for port in part.fills}
    assert sorted(weak) == sorted({port.name for port in PASS_THROUGH} | (superseded & filled))


def test_what_breaks_names_the_exercise_that_the_port_waits_for(course):
    awaited = {source.port: {source.first, source.then} for source in read_ports()}
    odd = [one.then for one in course.phase[0].breaks if not any(one.then in awaited[port] for port in one.ports)]
    assert odd == []


def test_a_day_begins_in_the_morning_of_whoever_learned(tmp_path, course):
    late = MONDAY.replace(hour=23, minute=30) + timedelta(hours=2)
    room = Classroom(workspace=tmp_path, course=course, clock=lambda: late)
    room.store.change(lambda p: having_passed(p, late, "tour"))
    assert sum_up(room, 1).passed[0].on == MONDAY.date()
