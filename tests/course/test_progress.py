"""What checks, looks and pauses do to the learner's progress."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.course.progress import LONGEST_THOUGHT, Progress, after_check, after_look, day_of
from lab.course.progress_format import from_bytes, to_bytes
from lab.course.verdict import Outcome
from lab.course.whereabouts import where_you_were
from tests.course.learner import DAY, HOUR, MINUTE, MONDAY, NAMES, course, having_passed, not_yet, passed, trouble


def after(*checks, exercise="produce"):
    """The standing after these (verdict, digest), a minute between them."""
    progress = Progress()
    for number, (verdict, digest) in enumerate(checks):
        progress = after_check(progress, exercise, verdict, digest, MONDAY + number * MINUTE)
    return progress.exercises[exercise]


def test_a_check_that_says_not_yet_is_an_attempt_and_says_where_it_stands():
    standing = after((not_yet(finding="fire-and-forget", task=4), "a"))
    assert (standing.attempts, standing.last_finding, standing.last_task) == (1, "fire-and-forget", 4)
    assert standing.passed_at is None


def test_checking_an_unchanged_file_again_is_no_further_attempt():
    assert after((not_yet(), "a"), (not_yet(), "a"), (not_yet(), "b")).attempts == 2


def test_the_first_check_is_an_attempt_even_of_a_file_that_is_not_there():
    assert after((not_yet(), "")).attempts == 1


@pytest.mark.parametrize("outcome", [Outcome.ENVIRONMENT, Outcome.LAB_BUG])
def test_trouble_of_the_machine_or_the_lab_is_no_attempt(outcome):
    standing = after((trouble(outcome), "a"))
    assert (standing.attempts, standing.last_finding, standing.passed_at) == (0, None, None)


@pytest.mark.parametrize("outcome", [Outcome.ENVIRONMENT, Outcome.LAB_BUG])
def test_what_trouble_kept_from_being_judged_is_an_attempt_once_it_is_judged(outcome):
    assert after((not_yet(), "a"), (trouble(outcome), "b"), (not_yet(), "b")).attempts == 2


def test_trouble_leaves_the_last_finding_as_it_was():
    assert after((not_yet(), "a"), (trouble(), "b")).last_finding == "key-is-customer-id"


def test_a_pass_stays_a_pass_when_a_later_check_fails():
    standing = after((passed(), "a"), (not_yet(), "b"))
    assert standing.passed_at == MONDAY
    assert standing.last_finding == "key-is-customer-id"


def test_the_first_pass_counts_and_clears_the_finding():
    standing = after((not_yet(), "a"), (passed(), "b"), (passed(), "c"))
    assert (standing.passed_at, standing.last_finding, standing.last_task) == (MONDAY + MINUTE, None, 0)


def test_a_pass_without_docker_is_one_that_did_not_run_until_it_does():
    not_run = (passed(ran=False), "a")
    assert not after(not_run).ran
    assert after(not_run, (passed(), "a")).ran
    assert after((passed(), "a"), not_run).ran


def test_one_of_many_checked_at_once_does_not_move_the_learner():
    progress = after_check(Progress(), "produce", not_yet(), "a", MONDAY)
    later = after_check(progress, "tour", passed("tour"), "t", MONDAY + MINUTE, here=False)
    assert (later.last, later.last_at) == ("produce", MONDAY)
    assert later.has_passed("tour")


def test_time_at_an_exercise_is_added_up_without_the_pauses():
    progress = after_look(Progress(), "produce", MONDAY)
    for moment in (MONDAY + 10 * MINUTE, MONDAY + 15 * MINUTE, MONDAY + 15 * MINUTE + LONGEST_THOUGHT + MINUTE):
        progress = after_check(progress, "produce", not_yet(), str(moment), moment)
    assert progress.exercises["produce"].seconds == 15 * 60


def test_time_at_another_exercise_is_not_this_ones():
    progress = after_look(Progress(), "produce", MONDAY)
    progress = after_look(progress, "tour", MONDAY + 5 * MINUTE)
    progress = after_look(progress, "produce", MONDAY + 8 * MINUTE)
    assert [progress.exercises[name].seconds for name in ("produce", "tour")] == [0, 0]


def test_a_clock_that_was_set_back_takes_no_time_away():
    progress = after_look(Progress(), "produce", MONDAY)
    progress = after_look(progress, "produce", MONDAY - HOUR)
    assert progress.exercises["produce"].seconds == 0
    assert where_you_were(progress, course(), MONDAY - 3 * DAY).days == 0


def test_moments_are_kept_in_utc_and_days_are_those_of_the_learner():
    lisbon, auckland = ZoneInfo("Europe/Lisbon"), ZoneInfo("Pacific/Auckland")
    progress = after_look(Progress(), "tour", MONDAY.astimezone(auckland))
    assert progress.began_at == MONDAY
    assert progress.began_at.tzinfo is UTC
    assert day_of(MONDAY, MONDAY.astimezone(lisbon)).day == 2
    assert day_of(MONDAY, MONDAY.astimezone(auckland)).day == 3


def test_a_late_evening_is_one_day_and_the_next_morning_another():
    evening = datetime(2026, 3, 2, 23, 50, tzinfo=UTC)
    assert day_of(evening, evening) == day_of(evening + HOUR, evening)
    assert day_of(evening + 8 * HOUR, evening) == day_of(evening, evening) + DAY


# Where you were


def test_at_the_very_beginning_the_first_exercise_is_next():
    found = where_you_were(Progress(), course(), MONDAY)
    assert (found.last, found.days, found.next.id, found.left_open) == (None, 0, "tour", ())
    assert (found.passed, found.total) == (0, len(NAMES))


def test_after_months_away_it_says_where_you_were_and_that_you_go_on_there():
    progress = having_passed(Progress(), MONDAY, "tour", "commands", "await", "envelope")
    progress = after_check(progress, "produce", not_yet(), "a", MONDAY + HOUR)
    found = where_you_were(progress, course(), MONDAY + 120 * DAY)
    assert found.was_long_away
    assert (found.last.id, found.days, found.goes_on, found.next.id) == ("produce", 120, True, "produce")
    assert (found.standing.last_task, found.standing.last_finding) == (2, "key-is-customer-id")
    assert found.standing.last_at == MONDAY + HOUR
    assert found.passed == 4


def test_the_same_evening_is_no_long_absence():
    progress = having_passed(Progress(), MONDAY, "tour")
    found = where_you_were(progress, course(), MONDAY + HOUR)
    assert (found.was_long_away, found.goes_on, found.next.id) == (False, False, "commands")


def test_who_jumped_ahead_goes_on_from_there_and_is_told_what_is_open():
    progress = having_passed(Progress(), MONDAY, "tour", "await")
    found = where_you_were(progress, course(), MONDAY)
    assert found.next.id == "envelope"
    assert [one.id for one in found.left_open] == ["commands"]


def test_behind_the_last_one_comes_what_was_left_open():
    progress = having_passed(Progress(), MONDAY, "tour", "await", "envelope", "produce")
    assert where_you_were(progress, course(), MONDAY).next.id == "commands"


def test_who_has_passed_all_has_nothing_next():
    found = where_you_were(having_passed(Progress(), MONDAY, *NAMES), course(), MONDAY)
    assert (found.next, found.goes_on, found.left_open, found.passed) == (None, False, (), len(NAMES))


def test_an_exercise_that_the_course_no_longer_has_is_kept_and_hurts_nobody():
    progress = after_check(Progress(), "zookeeper", passed("zookeeper"), "a", MONDAY)
    found = where_you_were(progress, course(), MONDAY + DAY)
    assert (found.last, found.standing, found.next.id, found.passed) == (None, None, "tour", 0)
    assert progress.has_passed("zookeeper")


# Whatever happens, in whatever sequence

zones = st.sampled_from([UTC, ZoneInfo("America/New_York"), ZoneInfo("Asia/Kolkata")])
moments = st.datetimes(datetime(2020, 1, 1), datetime(2090, 1, 1), timezones=zones)  # noqa: DTZ001  zones come with it
events = st.tuples(
    st.sampled_from([*NAMES, "zookeeper"]),
    st.sampled_from([passed(), passed(ran=False), not_yet(), trouble(), trouble(Outcome.LAB_BUG)]),
    st.sampled_from("abc"),
    moments,
    st.booleans(),
)


@settings(deadline=None)
@given(st.lists(events, max_size=25))
def test_whatever_is_checked_a_pass_stays_attempts_grow_and_the_file_says_the_same(happened):
    progress = Progress()
    for name, verdict, digest, now, here in happened:
        before = progress
        progress = after_check(progress, name, verdict, digest, now, here=here)
        was, standing = before.exercises.get(name), progress.exercises[name]
        counted = standing.attempts - (was.attempts if was else 0)
        assert counted in {0, 1} if verdict.counts else counted == 0
        assert was is None or (was.passed_at or standing.passed_at) == standing.passed_at
        assert progress.began_at == (before.began_at or now.astimezone(UTC))  # times of a fold equal nothing else
        assert set(before.exercises) <= set(progress.exercises)
        where_you_were(progress, course(), now + timedelta(days=400))
    assert from_bytes(to_bytes(progress), "progress.json").progress == progress
