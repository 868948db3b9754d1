"""The learner's file beside the solution."""

import pytest

from lab.course.solution import CONTEXT, Line, Side, diff
from lab.errors import LabError, NotFound
from tests.course.small import ANSWER, NOW, SOLUTION, STARTER, Small, write


@pytest.fixture
def small(tmp_path, monkeypatch):
    return Small(tmp_path, monkeypatch)


def against(small, mine):
    small.learner_has(mine)
    return diff(small.send, small.workspace.file(small.send))


def test_a_solution_pasted_in_differs_in_nothing(small):
    assert against(small, SOLUTION) == ()


@pytest.mark.parametrize(
    "typed",
    [
        SOLUTION.replace("\n", "\r\n"),
        SOLUTION.rstrip("\n"),
        SOLUTION.replace("\n", "  \n"),
        SOLUTION.encode("utf-8-sig"),
    ],
)
def test_what_nobody_sees_is_no_difference(small, typed):
    assert against(small, typed) == ()


def test_a_difference_says_whose_each_line_is_and_where_it_stands(small):
    (difference,) = against(small, ANSWER)
    changed = [line for line in difference.lines if line.side is not Side.BOTH]
    assert changed == [
        Line(Side.MINE, "    # TODO 1  Choose the topic.", mine=8),
        Line(Side.MINE, "    # TODO 2  Send it.", mine=9),
        Line(Side.MINE, "    return TOPIC, event", mine=10),
        Line(Side.SOLUTION, "    # The topic is who should read it,", solution=8),
        Line(Side.SOLUTION, "    # and nothing else.", solution=9),
        Line(Side.SOLUTION, "    topic = TOPIC", solution=10),
        Line(Side.SOLUTION, "    return topic, event", solution=11),
    ]
    first, last = difference.lines[0], difference.lines[-1]
    assert (first.mine, first.solution) == (8 - CONTEXT, 8 - CONTEXT)
    assert (last.mine, last.solution, last.text) == (13, 14, "def close():")


def test_the_solutions_comments_are_its_reasons_and_the_learners_are_not(small):
    (difference,) = against(small, ANSWER)
    assert difference.reasons == ("The topic is who should read it, and nothing else.",)


def test_comments_apart_are_reasons_apart(small):
    write(small.send.solution, "# one\na = 1\n# two\n#  lines\nb = 2\n# three\n")
    assert against(small, "# mine\n")[0].reasons == ("one", "two lines", "three")


def test_places_that_lie_apart_are_differences_apart(small):
    far = SOLUTION + "\n" * 20 + "x = 1\n"
    write(small.send.solution, far)
    one, other = against(small, far.replace('"""Send it."""', '"""Mine."""').replace("x = 1", "x = 2"))
    assert one.lines[0].mine == 1
    assert [line.text for line in other.lines if line.side is not Side.BOTH] == ["x = 2", "x = 1"]


def test_the_lines_of_all_differences_lead_from_one_file_to_the_other(small):
    for mine in (ANSWER, STARTER, "", "one line\n"):
        (difference,) = against(small, mine)
        shown = {line.mine: line.text for line in difference.lines if line.mine}
        assert all(mine.splitlines()[number - 1] == text for number, text in shown.items())
        shown = {line.solution: line.text for line in difference.lines if line.solution}
        assert all(SOLUTION.splitlines()[number - 1] == text for number, text in shown.items())


def test_a_file_in_another_encoding_can_be_compared(small):
    (difference,) = against(small, ANSWER.replace("TOPIC, event\n", "TOPIC, event  # größer\n").encode("latin-1"))
    assert any("gr\ufffd" in line.text for line in difference.lines)


def test_without_a_file_there_is_nothing_to_compare(small):
    with pytest.raises(NotFound, match="nothing to compare"):
        diff(small.send, small.workspace.file(small.send))


def test_a_solution_that_is_not_there_is_told(small):
    small.workspace.reset(small.send, NOW)
    small.send.solution.unlink()
    with pytest.raises(LabError, match="is not there") as error:
        diff(small.send, small.workspace.file(small.send))
    assert "git checkout" in error.value.mend
