"""The check card, its three lines, the ladder of hints, the tree: as they are drawn."""

import pytest

from lab.course.catalog import Kind
from lab.course.classroom import Live
from lab.course.hints import Hints, NotYetOpen, Rung
from lab.course.verdict import Outcome, TaskState
from lab.course.watching import Began, BroughtIn, Trouble, Waiting
from tests.tui import learn_world as w
from tests.tui.world import NOON_MS
from tui.model.learn import Check, Study, after
from tui.render.card import card_rows
from tui.render.card_short import check_title, short_rows
from tui.render.hints import hint_sheet, ladder, next_price
from tui.render.learn_head import head_rows, more_row
from tui.render.text import Role, Row, plain
from tui.render.tree import phase_line, tree

SIZES = (78, 87)


def card(study, cells=78, height=100):
    return plain(card_rows(study, cells, height))


@pytest.mark.parametrize("cells", SIZES)
def test_a_card_that_says_not_yet(frame_is, cells):
    frame_is(card(w.study(w.not_yet()), cells))


def test_where_room_is_short_the_tasks_are_numbers_in_one_row(frame_is):
    frame_is(card(w.study(w.not_yet()), 78, 19))


def test_a_pass_says_what_has_changed_in_the_shop_and_what_one_can_do(frame_is):
    told = ("Anna places two orders: two keys.",)
    frame_is(card(w.study(w.passed(told=told), goes_live=True, live=w.LIVE, seconds=1020.0)))


def test_while_the_units_restart_the_card_says_so():
    assert "Your lines go into the running shop" in card(w.study(w.passed(), goes_live=True, settled=False))
    assert "go into the running shop" not in card(w.study(w.passed(), goes_live=True, settled=True))


def test_a_pass_that_is_not_live_says_why():
    closed = Live(what="The shop is not running now.", mend="uv run lab up")
    said = card(w.study(w.passed(), goes_live=True, live=closed))
    assert "The shop is not running now." in said
    assert "uv run lab up" in said


def test_the_first_check_of_the_starter_is_expected():
    assert "This is expected" in card(w.study(w.not_yet(finding="not-started")))
    assert "This is expected" not in card(w.study(w.not_yet()))


@pytest.mark.parametrize("outcome", [Outcome.ENVIRONMENT, Outcome.LAB_BUG])
def test_what_is_not_the_learner_s_fault_says_so_in_the_first_line(outcome):
    study = w.study(w.trouble(outcome))
    assert "not your code" in card(study).splitlines()[0]
    assert "not your code" in plain(short_rows(study, 78)).splitlines()[0]
    assert "uv run lab up" in card(study)


def test_what_was_not_run_for_lack_of_docker_is_no_silent_green():
    states = (*[TaskState.PASSED] * 4, TaskState.NOT_RUN)
    study = w.study(w.verdict(Outcome.PASS, states, ran=False))
    assert "PASS (not run: no Docker)" in card(study)
    assert "· 5 When Kafka refuses" in card(study)
    assert "not run: no Docker" in plain(short_rows(study, 78))


def test_while_a_check_runs_the_old_verdict_is_a_ghost_from_before_the_last_save():
    study = w.study(w.not_yet(), began_ms=NOON_MS, now_ms=NOON_MS + 300)
    rows = card_rows(study, 78, 100)
    assert str(rows[0]).strip() == "before your last save"
    shown = [
        span
        for row in rows[: len(card_rows(w.study(w.not_yet()), 78, 100)) - 4]
        for span in row.spans
        if span.text.strip()
    ]
    assert {span.role for span in shown} == {Role.GHOST}
    left, right = check_title(study)
    assert "before your last save" in str(left)
    assert str(right) == "checking… 0.3 s"
    short = short_rows(study, 78)
    assert {span.role for row in short[:1] for span in row.spans if span.text.strip()} == {Role.GHOST}


def test_not_yet_is_amber_and_never_rose():
    spans = [span for row in card_rows(w.study(w.not_yet()), 78, 100) for span in row.spans]
    assert Role.FAULT not in {span.role for span in spans}
    assert next(span for span in spans if span.text == "NOT YET").role is Role.COMMAND


def test_only_lines_that_are_wrong_are_marked_in_the_timeline():
    said = w.not_yet()
    first, *others = said.finding.timeline
    finding = said.finding.model_copy(
        update={"timeline": (first, *(one.model_copy(update={"wrong": False}) for one in others))}
    )
    lines = [
        line
        for line in card(w.study(said.model_copy(update={"finding": finding}))).splitlines()
        if "orders.init" in line
    ]
    assert [line[2] for line in lines if "cus-" in line] == ["✗", " ", " "]


def test_what_a_learner_s_lines_said_moves_no_cursor():
    said = w.not_yet()
    finding = said.finding.model_copy(update={"saw": "\x1b[2J gone"})
    assert "\x1b" not in card(w.study(said.model_copy(update={"finding": finding})))


def test_nothing_is_wider_than_the_pane():
    for study in (
        w.study(w.not_yet()),
        w.study(w.passed(), live=w.LIVE),
        w.study(w.trouble(Outcome.LAB_BUG)),
        w.study(),
    ):
        for cells in (36, 58, 78, 87):
            rows = [*card_rows(study, cells, 100), *short_rows(study, cells)]
            assert all(row.cells <= cells for row in rows), (cells, [str(row) for row in rows])


@pytest.mark.parametrize(
    ("name", "study"),
    [
        ("not-yet", w.study(w.not_yet())),
        ("passed", w.study(w.passed(), goes_live=True, live=w.LIVE)),
        ("nothing", w.study()),
        ("environment", w.study(w.trouble(Outcome.ENVIRONMENT))),
    ],
)
def test_the_check_in_three_lines(frame_is, name, study):
    rows = short_rows(study, 78)
    assert len(rows) == 3
    frame_is(rows, name)


def test_the_title_says_which_attempt_and_what_was_found():
    left, right = check_title(w.study(w.not_yet()))
    assert (str(left), str(right)) == ("Check  attempt 2", "key-is-customer-id")
    assert str(check_title(w.study(w.trouble(Outcome.ENVIRONMENT)))[1]) == "not your code"


def test_a_check_that_could_not_be_made_is_said():
    study = w.study(w.not_yet())
    broken = after(study.checks, Trouble(w.COURSE.by_id["produce"], "The disk is full.", "Make room."), NOON_MS)
    said = card(Study(study.known, broken, NOON_MS))
    assert "The disk is full." in said
    assert "Make room." in said


# ── what follows from what ───────────────────────────────────────────────────────────────────────────────────────


def test_a_verdict_is_about_the_file_only_while_no_check_runs():
    produce = w.COURSE.by_id["produce"]
    checks = after({}, w.checked(w.not_yet()), 1.0)
    assert not checks["produce"].runs
    again = after(checks, Began(produce), 2.0)
    assert again["produce"].runs
    assert again["produce"].checked is not None
    assert not after(again, w.checked(w.passed()), 3.0)["produce"].runs


def test_a_pass_is_on_its_way_until_it_was_brought_in_or_nothing_more_comes():
    produce = w.COURSE.by_id["produce"]
    checks = after({}, w.checked(w.passed(), goes_live=True), 1.0)
    assert checks["produce"].goes_in
    assert not after(checks, BroughtIn(produce, w.LIVE), 2.0)["produce"].goes_in
    assert after(checks, BroughtIn(produce, w.LIVE), 2.0)["produce"].live == w.LIVE
    assert not after(checks, Waiting(), 2.0)["produce"].goes_in


# ── hints ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_ladder_shows_what_is_read_what_is_earned_and_what_is_not():
    rungs = (Rung.READ, Rung.DUE, Rung.LATER, Rung.LATER)
    assert str(ladder(rungs, solution_open=False, cells=90)) == (
        "✓ 1 goal   › 2 where to look (new)   · 3 which API   · 4 the lines   · answer"
    )
    assert ladder(rungs, solution_open=False, cells=30).cells <= 30
    assert next_price(rungs) == "h opens hint 2: you have earned it"
    assert "noted 'with help', nothing else" in next_price((Rung.READ, Rung.LATER, Rung.LATER, Rung.LATER))


def test_the_price_of_a_hint_is_said_before_it_is_taken():
    later = Hints(("The goal.",), None, NotYetOpen(2, "", ""))
    rungs = (Rung.READ, Rung.LATER, Rung.LATER, Rung.LATER)
    assert "what would it cost" in plain(hint_sheet(later, rungs, 76, armed=False))
    assert "h again takes it now: noted 'with help', nothing else." in plain(hint_sheet(later, rungs, 76, armed=True))


def test_the_hints_are_shown_oldest_first_and_the_new_one_is_marked(frame_is):
    hints = Hints(("Decide the four steps.", "Step 2: *The idea*."), 2, NotYetOpen(3, "", ""))
    frame_is(hint_sheet(hints, (Rung.READ, Rung.READ, Rung.LATER, Rung.LATER), 60, armed=False))


# ── tree and head ────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_tree_as_it_is_drawn(frame_is):
    frame_is([line.row for line in tree(w.COURSE, w.progress(), "produce", frozenset({1}))])


def test_a_folded_phase_is_one_line_and_can_be_chosen():
    lines = tree(w.COURSE, w.progress(), "produce", frozenset())
    assert [line.phase for line in lines] == [1, 2]
    assert str(lines[1].row).strip() == "▸ 2 Reliability   0/1 1 h 15"


def test_every_line_of_the_tree_has_its_width():
    for line in tree(w.COURSE, w.progress(), "produce", frozenset({1, 2})):
        assert line.row.cells in {0, 30} or line.row.cells <= 30, str(line.row)


def test_kinds_are_named_where_they_are_not_parts():
    lines = {
        line.exercise.id: str(line.row)
        for line in tree(w.COURSE, w.progress(), "produce", frozenset({1}))
        if line.exercise
    }
    assert "predict" in lines["tour"]
    assert "file" in lines["kraft"]
    assert "2 tries" in lines["produce"]
    assert all(w.COURSE.by_id[name].kind is Kind.PART or "tries" not in line for name, line in lines.items())


@pytest.mark.parametrize("cells", [58, 78])
def test_the_tree_in_one_line(frame_is, cells):
    frame_is([phase_line(w.COURSE, w.progress(), w.COURSE.by_id["produce"], cells)])


def test_the_head_says_what_the_exercise_needs():
    study = Study(w.known(), {}, NOON_MS)
    with_kafka = plain(head_rows(study, 78, 3, kafka=True, side=False))
    assert with_kafka.splitlines()[1].endswith("20 min · needs Kafka ✓")
    assert "needs Kafka ✓" not in plain(head_rows(study, 78, 3, kafka=False, side=False))
    assert head_rows(study, 87, 3, kafka=True, side=True)[0] == Row()


def test_how_far_one_has_read_is_said_and_nothing_where_all_fits():
    assert str(more_row(38, 40)).strip() == "▼ 38 % · ↓ goes on"
    assert more_row(None, 40) == Row()


def test_without_a_check_in_this_session_the_card_says_what_was_before():
    before = w.progress(last_finding="key-is-customer-id")
    study = Study(w.known(kept=before), {"produce": Check()}, NOON_MS)
    assert "said key-is-customer-id" in card(study)
    done = w.progress(passed_at=w.NOON)
    assert "Passed 2026-01-01" in card(Study(w.known(kept=done), {}, NOON_MS))
