"""What a learner may ask for, and what is noted of it: the editor, how sure, what an update told."""

import sys
from pathlib import Path

import pytest

from lab.course import helping
from lab.course.classroom import Classroom
from lab.course.editor import edit, editor_of
from lab.course.hints import Rung
from lab.course.progress import Progress, Sureness, after_prediction
from lab.course.progress_format import Stored, from_bytes, to_bytes
from lab.errors import LabError
from tests.course.learner import MONDAY


@pytest.fixture
def room(tmp_path, course):
    with Classroom(workspace=tmp_path / "ws", course=course) as one:
        yield one


def test_visual_comes_before_editor_and_may_have_options(tmp_path):
    assert editor_of(tmp_path, env={"VISUAL": "code --wait", "EDITOR": "vi"}) == ("code", "--wait", str(tmp_path))
    assert editor_of(tmp_path, env={"EDITOR": "vi"}) == ("vi", str(tmp_path))
    assert editor_of(tmp_path, env={}) == ()
    with pytest.raises(LabError, match="cannot be read"):
        editor_of(tmp_path, env={"EDITOR": "vi 'x"})


@pytest.mark.parametrize(
    ("editor", "words"),
    [
        ("/usr/bin/vim -p", ["/usr/bin/vim", "-p", "+7", "a.py"]),
        ("hx", ["hx", "a.py:7"]),
        ("code --wait", ["code", "--wait", "--goto", "a.py:7"]),
        ("unheard-of", ["unheard-of", "a.py"]),
    ],
)
def test_an_editor_stands_at_the_line_where_it_can_be_told(editor, words):
    assert list(editor_of(Path("a.py"), 7, {"EDITOR": editor})) == words


def test_the_editor_is_run_on_the_file_and_one_that_is_not_there_is_said(tmp_path):
    file = tmp_path / "mine.py"
    program = f"{sys.executable} -c \"import sys; open(sys.argv[1], 'w').write('edited')\""
    edit(editor_of(file, env={"EDITOR": program}))
    assert file.read_text() == "edited"
    with pytest.raises(LabError, match="does not start"):
        edit(editor_of(file, env={"EDITOR": str(tmp_path / "nowhere")}))


def test_how_sure_one_was_is_kept_and_a_file_from_before_is_read():
    kept = after_prediction(Progress(), "tour", {"who_asks_payment": Sureness.GUESS}, MONDAY)
    read = from_bytes(to_bytes(kept), "progress.json")
    assert isinstance(read, Stored)
    assert read.progress.exercises["tour"].sure == {"who_asks_payment": Sureness.GUESS}
    before = to_bytes(kept).replace(b'"sure"', b'"of another lab"')
    old = from_bytes(before, "progress.json")
    assert isinstance(old, Stored)
    assert old.progress.exercises["tour"].sure == {}


def test_a_hint_is_told_with_how_all_of_them_stand_then(room, course):
    exercise = course.find("await")
    first, ladder = helping.hints(room, exercise)
    assert (first.new, ladder) == (1, (Rung.READ, Rung.LATER, Rung.LATER, Rung.LATER))
    second, ladder = helping.hints(room, exercise)
    assert (second.new, ladder.count(Rung.READ)) == (None, 1)
    third, ladder = helping.hints(room, exercise, anyway=True)
    assert (third.new, ladder.count(Rung.READ)) == (2, 2)


def test_the_solution_of_a_sheet_is_compared_by_its_answers(room, course):
    exercise = course.find("tour")
    with pytest.raises(LabError, match="opens after a pass"):
        helping.comparison(room, exercise)
    room.go_to(exercise)
    for _ in range(4):
        helping.hints(room, exercise, anyway=True)
    found = helping.comparison(room, exercise)
    assert {one.question for one in found.answers} >= {"who_asks_payment"}
    assert found.reasons
    assert not found.differences
    assert room.progress().exercises["tour"].helped
