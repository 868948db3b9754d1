"""The ladder of hints: what opens the next one, and what it costs to take it before."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.course.hints import Rung, after_solution, rungs, solution_is_open, take_hint
from lab.course.progress import Progress, after_check
from tests.course.learner import MINUTE, MONDAY, not_yet, passed, trouble

TEXTS = ("goal", "where to look", "which call", "the lines")


class Learner:
    """Somebody at one exercise, who edits, checks and asks."""

    def __init__(self):
        self.progress, self.now, self.digest = Progress(), MONDAY, "starter"

    @property
    def standing(self):
        return self.progress.exercises.get("produce")

    def edits(self, digest):
        self.digest = digest

    def checks(self, verdict=None):
        self.now += MINUTE
        self.progress = after_check(self.progress, "produce", verdict or not_yet(), self.digest, self.now)

    def tries(self, digest):
        self.edits(digest)
        self.checks()

    def asks(self, texts=TEXTS, **how):
        self.now += MINUTE
        self.progress, hints = take_hint(self.progress, "produce", texts, self.digest, self.now, **how)
        return hints


@pytest.fixture
def learner():
    return Learner()


def test_the_first_hint_is_free(learner):
    hints = learner.asks()
    assert (hints.open, hints.new) == (("goal",), 1)
    assert not learner.standing.helped


def test_asking_again_shows_what_is_open_and_says_what_opens_the_next_one(learner):
    learner.asks()
    hints = learner.asks()
    assert (hints.open, hints.new, hints.later.number) == (("goal",), None, 2)
    assert "uv run lab check produce" in hints.later.mend
    assert "lab hint produce --anyway" in hints.later.mend


def test_a_changed_failing_attempt_opens_one_more_and_only_one(learner):
    learner.asks()
    learner.tries("a")
    learner.tries("b")
    assert learner.asks().open == TEXTS[:2]
    assert learner.asks().new is None


def test_checking_the_file_as_it_was_at_the_hint_opens_nothing(learner):
    learner.edits("edited, not checked yet")
    learner.asks()
    learner.checks()
    assert learner.asks().new is None


def test_a_change_without_a_check_opens_nothing(learner):
    learner.asks()
    learner.edits("a")
    assert learner.asks().new is None


def test_an_attempt_is_not_lost_by_going_back_to_the_older_lines(learner):
    learner.asks()
    learner.tries("a")
    learner.tries("starter")
    assert learner.asks().new == 2


def test_trouble_of_the_machine_opens_nothing(learner):
    learner.asks()
    learner.edits("a")
    learner.checks(trouble())
    assert learner.asks().new is None


def test_what_was_tried_before_the_first_hint_earns_the_second_one_and_no_third(learner):
    learner.tries("a")
    learner.tries("b")
    learner.asks()
    assert learner.asks().new == 2
    assert learner.asks().new is None


def test_anyway_opens_the_next_one_at_once_and_is_noted(learner):
    learner.asks()
    assert learner.asks(anyway=True).new == 2
    assert learner.standing.helped


def test_anyway_is_never_refused(learner):
    assert [learner.asks(anyway=True).new for _ in range(6)] == [1, 2, 3, 4, None, None]


def test_anyway_on_a_hint_that_is_due_is_no_help(learner):
    learner.asks(anyway=True)
    learner.tries("a")
    learner.asks(anyway=True)
    assert not learner.standing.helped


def test_a_pass_does_not_wash_off_the_help(learner):
    learner.asks()
    learner.asks(anyway=True)
    learner.edits("a")
    learner.checks(passed())
    assert learner.standing.helped


def test_after_the_fourth_all_can_be_read_again_and_nothing_comes_later(learner):
    for number in range(4):
        learner.asks()
        learner.tries(str(number))
    hints = learner.asks()
    assert (hints.open, hints.new, hints.later) == (TEXTS, None, None)
    assert not learner.standing.helped


def test_after_a_pass_all_are_open_and_none_is_help(learner):
    learner.edits("right")
    learner.checks(passed())
    hints = learner.asks(anyway=True)
    assert (hints.open, hints.later) == (TEXTS, None)
    assert not learner.standing.helped


def test_the_ladder_says_what_is_read_what_is_due_and_what_comes_later(learner):
    assert rungs(None) == (Rung.DUE, Rung.LATER, Rung.LATER, Rung.LATER)
    learner.asks()
    assert rungs(learner.standing) == (Rung.READ, Rung.LATER, Rung.LATER, Rung.LATER)
    learner.tries("a")
    assert rungs(learner.standing) == (Rung.READ, Rung.DUE, Rung.LATER, Rung.LATER)
    learner.checks(passed())
    assert rungs(learner.standing) == (Rung.READ,) * 4


def test_a_course_that_has_fewer_hints_than_were_read_shows_what_there_is(learner):
    for _ in range(4):
        learner.asks(anyway=True)
    hints = learner.asks(texts=TEXTS[:2])
    assert (hints.open, hints.new, hints.later) == (TEXTS[:2], None, None)
    assert rungs(learner.standing, 2) == (Rung.READ, Rung.READ)


def test_an_exercise_without_hints_has_none_to_show(learner):
    hints = learner.asks(texts=())
    assert (hints.open, hints.new, hints.later) == ((), None, None)


def test_the_solution_is_open_after_a_pass_or_after_all_hints(learner):
    assert not solution_is_open(learner.standing)
    for _ in range(3):
        learner.asks(anyway=True)
    assert not solution_is_open(learner.standing)
    learner.asks(anyway=True)
    assert solution_is_open(learner.standing)
    other = Learner()
    other.checks(passed())
    assert solution_is_open(other.standing)


def test_the_solution_is_help_before_a_pass_and_none_after_it(learner):
    before = after_solution(learner.progress, "produce", MONDAY)
    assert before.exercises["produce"].helped
    learner.checks(passed())
    assert not after_solution(learner.progress, "produce", MONDAY).exercises["produce"].helped


acts = st.one_of(
    st.tuples(st.just("tries"), st.sampled_from("abc")),
    st.tuples(st.just("asks"), st.booleans()),
    st.tuples(st.just("checks"), st.sampled_from([not_yet(), trouble()])),
)


@settings(deadline=None)
@given(st.lists(acts, max_size=30))
def test_whatever_is_done_the_ladder_only_grows_one_at_a_time_and_tells_the_truth_beforehand(happened):
    learner, shown = Learner(), 0
    for act, what in happened:
        if act != "asks":
            getattr(learner, act)(what)
            continue
        foretold = rungs(learner.standing)
        helped = learner.standing is not None and learner.standing.helped
        hints = learner.asks(anyway=what)
        opens = shown < 4 and (what or foretold[shown] is Rung.DUE)
        assert len(hints.open) == shown + opens
        assert hints.open == TEXTS[: len(hints.open)]
        assert hints.new == (shown + 1 if opens else None)
        assert learner.standing.helped == (helped or (opens and foretold[shown] is Rung.LATER))
        shown = len(hints.open)
