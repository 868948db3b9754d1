"""Questions that come back after days: when, which, and what an answer does."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.course.progress import Progress, after_check, after_look
from lab.course.questions import after_answer, after_skip, due_questions, key_of
from lab.errors import WrongUsage
from tests.course.learner import DAY, HOUR, MONDAY, NAMES, course, having_passed, not_yet, question

ONE = course(("tour",), {"tour": (question("What outlives the sender?", 2),)})
STARTED = having_passed(Progress(), MONDAY, "tour")


def asked(progress, when, of=ONE):
    return [due.question.ask for due in due_questions(progress, of, when)]


def answered(progress, when, choice=2, of=ONE):
    (due,) = due_questions(progress, of, when)
    return after_answer(progress, due, choice, when)


def test_before_anything_was_done_nothing_is_asked():
    assert asked(Progress(), MONDAY) == []


def test_on_the_first_day_nothing_is_asked():
    assert asked(STARTED, MONDAY + 5 * HOUR) == []


def test_on_the_first_day_nothing_is_asked_even_after_the_clock_was_wrong():
    begun = after_look(Progress(), "tour", MONDAY)
    with_a_clock_set_back = having_passed(begun, MONDAY - 2 * DAY, "tour")
    assert asked(with_a_clock_set_back, MONDAY + HOUR) == []
    assert asked(with_a_clock_set_back, MONDAY + DAY) == ["What outlives the sender?"]


def test_the_day_after_a_pass_it_is_asked_even_if_that_is_less_than_a_day_later():
    assert asked(STARTED, MONDAY + 14 * HOUR) == ["What outlives the sender?"]


def test_an_exercise_that_has_not_passed_asks_nothing():
    progress = after_check(STARTED, "commands", not_yet("commands"), "a", MONDAY)
    only_commands = course(("tour", "commands"), {"commands": (question("Why?"),)})
    assert asked(progress, MONDAY + 30 * DAY, only_commands) == []


def test_after_right_answers_it_comes_back_in_three_days_then_in_seven_then_no_more():
    progress, now, waits = STARTED, MONDAY + DAY, []
    for days in (3, 7, 1000):
        progress, answer = answered(progress, now)
        waits.append(answer.comes_back_in)
        assert answer.right
        assert asked(progress, now + (days - 1) * DAY) == []
        now += days * DAY
    assert waits == [3, 7, None]
    assert asked(progress, now) == []


def test_a_wrong_answer_brings_it_back_the_day_after_and_to_the_first_step():
    progress, _ = answered(STARTED, MONDAY + DAY)
    progress, answer = answered(progress, MONDAY + 4 * DAY, choice=1)
    assert (answer.right, answer.comes_back_in) == (False, 1)
    assert asked(progress, MONDAY + 4 * DAY + HOUR) == []
    progress, answer = answered(progress, MONDAY + 5 * DAY)
    assert (answer.right, answer.comes_back_in) == (True, 3)
    recall = next(iter(progress.questions.values()))
    assert (recall.right, recall.wrong) == (2, 1)


@pytest.mark.parametrize("choice", [0, 4])
def test_a_choice_that_does_not_exist_is_refused(choice):
    with pytest.raises(WrongUsage, match="1 to 3"):
        answered(STARTED, MONDAY + DAY, choice=choice)


def test_what_is_skipped_is_not_asked_again_that_day_and_is_due_the_next():
    now = MONDAY + DAY
    progress = after_skip(STARTED, due_questions(STARTED, ONE, now), now)
    assert asked(progress, now + HOUR) == []
    assert asked(progress, now + DAY) == ["What outlives the sender?"]


def test_at_most_two_a_day_and_from_two_exercises():
    progress = having_passed(Progress(), MONDAY, *NAMES)
    now = MONDAY + DAY
    assert asked(progress, now, course()) == ["First of tour?", "First of commands?"]
    due = due_questions(progress, course(), now)
    progress, _ = after_answer(progress, due[0], 1, now)
    assert asked(progress, now, course()) == ["First of commands?"]
    progress = after_skip(progress, due[1:], now)
    assert asked(progress, now + HOUR, course()) == []
    assert asked(progress, now + DAY, course()) == ["Second of tour?", "First of commands?"]


def test_where_only_one_exercise_has_passed_both_are_its():
    progress = having_passed(Progress(), MONDAY, "tour")
    assert asked(progress, MONDAY + DAY, course()) == ["First of tour?", "Second of tour?"]


def test_the_longest_due_come_first():
    progress = having_passed(Progress(), MONDAY, "produce")
    progress = having_passed(progress, MONDAY + DAY, "tour")
    assert asked(progress, MONDAY + 2 * DAY, course()) == ["First of produce?", "First of tour?"]


def test_after_months_away_it_is_two_and_not_all_that_have_gathered():
    progress = having_passed(Progress(), MONDAY, *NAMES)
    assert len(asked(progress, MONDAY + 200 * DAY, course())) == 2


def test_a_question_that_was_moved_is_the_same_one():
    progress, _ = answered(STARTED, MONDAY + DAY)
    moved = course(("tour",), {"tour": (question("A new one?"), question("What  outlives the SENDER?", 2))})
    assert asked(progress, MONDAY + 2 * DAY, moved) == ["A new one?"]


def test_a_question_that_was_worded_anew_is_a_new_one():
    progress, _ = answered(STARTED, MONDAY + DAY)
    reworded = course(("tour",), {"tour": (question("Which thing outlives the sender?"),)})
    assert asked(progress, MONDAY + 2 * DAY, reworded) == ["Which thing outlives the sender?"]


def test_a_question_or_exercise_that_is_gone_is_kept_and_not_asked():
    progress, _ = answered(STARTED, MONDAY + DAY)
    for without in (course(("tour",), {}), course(("other",), {})):
        assert asked(progress, MONDAY + 30 * DAY, without) == []
    assert key_of("tour", ONE.exercise[0].questions[0]) in progress.questions


def test_the_same_words_twice_in_an_exercise_are_asked_once():
    twice = course(("tour",), {"tour": (question("Why?"), question("why?"))})
    assert len(asked(STARTED, MONDAY + DAY, twice)) == 1


def test_a_pass_that_is_checked_again_does_not_put_its_questions_off():
    again = having_passed(STARTED, MONDAY + DAY, "tour")
    assert asked(again, MONDAY + DAY) == ["What outlives the sender?"]


hours = st.integers(min_value=0, max_value=90)
acts = st.lists(st.tuples(hours, st.sampled_from(["start", "right", "wrong", "skip", "pass"])), max_size=40)


@settings(deadline=None)
@given(acts)
def test_whatever_is_done_it_asks_two_a_day_at_most_never_on_the_first_and_nothing_twice_a_day(happened):
    progress, now, whole, todo = having_passed(Progress(), MONDAY, "tour"), MONDAY, course(), list(NAMES[1:])
    seen = {}
    for pause, act in happened:
        now += timedelta(hours=pause)
        today = (now - 4 * HOUR).date()
        due = due_questions(progress, whole, now)
        assert len(due) + len(seen.get(today, ())) <= 2
        assert not {one.key for one in due} & set(seen.get(today, ()))
        assert not due or today > MONDAY.date()
        if act == "pass" and todo:
            progress = having_passed(progress, now, todo.pop())
        elif act == "skip":
            progress = after_skip(progress, due, now)
            seen.setdefault(today, []).extend(one.key for one in due)
        elif act in {"right", "wrong"} and due:
            right = due[0].question.answer
            progress, answer = after_answer(progress, due[0], right if act == "right" else 3, now)
            assert answer.right == (act == "right")
            seen.setdefault(today, []).append(due[0].key)
