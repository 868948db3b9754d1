"""Predict, then reveal: what stands at the left and the right, and that nothing is shown before an answer."""

from dataclasses import replace

import pytest

from lab.course.catalog import Kind
from lab.course.progress import Sureness
from lab.course.verdict import Outcome, TaskState
from tests.tui import learn_world as w
from tests.tui.world import NOON_MS
from tui.model.guess import begin
from tui.model.learn import NOT_CHECKED, SHEETS, Check
from tui.render import predict
from tui.render.panes import Box
from tui.render.predict_layout import places
from tui.render.text import Row, plain, row

TOUR = w.COURSE.by_id["tour"]


def guess(*, several=False, **answers):
    made = begin(w.form(several=several), {})
    return replace(made, answers={**made.answers, **answers})


def happened(outcome=Outcome.NOT_YET, *, at_ms=NOON_MS + 1):
    said = w.not_yet(timeline=False) if outcome is Outcome.NOT_YET else w.passed()
    states = (TaskState.PASSED, TaskState.FAILED)
    tasks = [task.model_copy(update={"state": state}) for task, state in zip(said.tasks[:2], states, strict=True)]
    told = ("1 It is written.", "  A reader finds it.", "2 Again.")
    return Check(w.checked(said.model_copy(update={"told": told, "tasks": tuple(tasks)})), at_ms)


def committed(**answers):
    return guess(**answers).committed(NOON_MS)


@pytest.mark.parametrize("cells", [39, 58])
def test_a_question_as_it_is_drawn(frame_is, cells):
    frame_is(predict.question_rows(guess().moved(1), cells, 20))


def test_a_sequence_as_it_is_drawn(frame_is):
    frame_is(predict.question_rows(guess(several=True).moved(1).taken(out=False), 58, 20))


def test_where_room_is_short_blank_rows_leave_first():
    high = predict.question_rows(guess(several=True), 78, 30)
    low = predict.question_rows(guess(several=True), 78, len(high) - 2)
    assert [str(one) for one in low if str(one).strip()] == [str(one) for one in high if str(one).strip()]


def test_nothing_that_happened_is_shown_before_an_answer_was_committed():
    rows = predict.happened_rows(guess(sequence="a"), happened(), TOUR, 38, 99)
    assert "It is written." not in plain(rows)
    assert "after you commit" in plain(rows).replace("\n", " ")
    assert predict.why_rows(guess(sequence="a"), happened(), TOUR, 78) == []


@pytest.mark.parametrize(
    "check",
    [NOT_CHECKED, happened(at_ms=NOON_MS - 5), replace(happened(), began_ms=NOON_MS + 2)],
    ids=["none", "old", "runs"],
)
def test_a_verdict_on_another_answer_is_never_shown_as_what_happened(check):
    shown = plain(predict.happened_rows(committed(sequence="a", key="b"), check, TOUR, 38, 99))
    assert "It is written." not in shown
    assert predict.verdict_of(committed(sequence="a", key="b"), check) is None


def test_what_happened_appears_line_by_line():
    said = committed(sequence="a", key="b")
    counts = [len(plain(predict.happened_rows(said, happened(), TOUR, 60, shown)).split("\n")) for shown in (1, 2, 3)]
    assert counts == [2, 3, 4]


def test_the_answers_of_the_attempt_stand_at_the_left_whatever_is_chosen_later(frame_is):
    said = committed(sequence="a", key="b").moved(1).moved(1)
    assert said.answers["sequence"] == "c"
    frame_is(predict.said_rows(said, happened(), 39))


def test_the_comparison_says_what_was_said_what_it_was_and_why():
    lines = plain(predict.why_rows(committed(sequence="a", key="b"), happened(), TOUR, 78))
    for word in ("you said", "it was", "why", "next"):
        assert f"  {word}" in lines
    assert "All as you said." in plain(predict.why_rows(committed(sequence="a"), happened(Outcome.PASS), TOUR, 78))


def test_what_is_about_no_prediction_does_not_say_that_one_said_it():
    check = happened()
    verdict = check.verdict
    finding = verdict.finding.model_copy(update={"id": "parts-missing", "expected": "a shop of yours"})
    about_parts = replace(check, checked=w.checked(verdict.model_copy(update={"finding": finding})))
    told = plain(predict.why_rows(committed(sequence="a"), about_parts, TOUR, 78))
    assert "a shop of yours" in told
    assert "you said" not in told


def test_what_a_capstone_asks_before_the_predictions_is_none_of_them():
    check = happened()
    first = check.verdict.tasks[0].model_copy(update={"number": 0, "state": TaskState.PASSED})
    tasks = (first, *check.verdict.tasks)
    capstone = replace(check, checked=w.checked(check.verdict.model_copy(update={"tasks": tasks})))
    said = committed(sequence="a", key="b")
    assert predict.said_rows(said, capstone, 58) == predict.said_rows(said, check, 58)
    assert predict.outcome_word(said, capstone) == "1 of 2 came as you said"


def test_a_capstone_is_answered_on_this_screen_too():
    assert Kind.CAPSTONE in SHEETS


def test_the_three_steps_say_where_one_is():
    assert str(predict.steps_row(predict.Step.PREDICT)) == "1 predict ●  2 run ·  3 compare ·"
    assert str(predict.steps_row(predict.Step.COMPARE)) == "1 predict ✓  2 run ✓  3 compare ●"


def test_below_70_columns_the_halves_stand_one_above_the_other_and_the_guess_is_first():
    beside, _ = places(Box(1, 1, 78, 19), Row(), Row(), why=0, alone=False)
    assert beside["said"].y == beside["happened"].y
    above, _ = places(Box(1, 1, 60, 19), Row(), Row(), why=0, alone=False)
    assert above["said"].y < above["happened"].y
    assert above["said"].x == above["happened"].x


def test_no_two_panes_cover_each_other():
    for width in (38, 58, 78, 118):
        for why in (0, 4, 12):
            boxes, _ = places(Box(1, 1, width, 19), row("a"), row("b"), why=why, alone=False)
            cells = [
                (x, y)
                for box in boxes.values()
                for x in range(box.x, box.x + box.width)
                for y in range(box.y, box.y + box.height)
            ]
            assert len(cells) == len(set(cells)), (width, why)


# ── the guess itself ─────────────────────────────────────────────────────────────────────────────────────────────


def test_nothing_is_chosen_until_a_key_is_pressed():
    assert guess().answer == ""
    assert guess().moved(1).answer == "a"
    assert guess().moved(-1).answer == "c"
    assert guess().moved(1).moved(1).moved(1).moved(1).answer == "c"


def test_a_guess_is_whole_only_with_every_answer():
    assert not guess(sequence="a").is_whole
    assert guess(sequence="a", key="b").is_whole
    assert guess(sequence="a").to_open().asked.name == "key"


def test_how_sure_one_is_belongs_to_the_question():
    one = guess(sequence="a").surer(1)
    assert one.sureness("sequence") is Sureness.CERTAIN
    assert one.sureness("key") is Sureness.FAIRLY
    assert one.surer(-1).surer(-1).surer(-1).sureness("sequence") is Sureness.GUESS


def test_what_was_drawn_by_lot_says_so_until_it_is_chosen():
    drawn = guess().answered("b", Sureness.LOT)
    assert "by lot" in plain(predict.question_rows(drawn, 58, 20))
    assert drawn.moved(-1).sureness("sequence") is Sureness.FAIRLY


def test_lines_are_put_in_taken_out_and_moved():
    one = guess(several=True).taken(out=False).moved(1).taken(out=False).moved(1).taken(out=False)
    assert one.answer == "abd"
    assert one.taken(out=False).answer == "abd"
    assert one.shifted(-1).answer == "adb"
    assert one.moved(-1).taken(out=True).answer == "ad"
    assert one.written()["commands"] == "a b d"


def test_to_predict_again_begins_at_the_first_answer_that_came_otherwise():
    names = [one.name for one in guess().form.questions]
    made = committed(**dict.fromkeys(names, "a")).to(0)
    assert predict.first_wrong(made, happened()) == 1
    assert predict.first_wrong(made.to(1), NOT_CHECKED) == 1


def test_what_has_no_room_is_a_key_away_and_said():
    rows = [row(f"line {number}") for number in range(12)]
    assert plain(predict.window(rows, 0, 12)) == plain(rows)
    assert plain(predict.window(rows, 2, 5)).splitlines() == [
        "line 2", "line 3", "line 4", "line 5", "  ⋯ 6 more lines: ↓",
    ]  # fmt: skip
    assert plain(predict.window(rows, 7, 5)).splitlines()[-1] == "line 11"
    assert plain(predict.window(rows, 6, 5)).splitlines()[-1] == "  ⋯ 2 more lines: ↓"


def test_an_answer_that_was_written_by_hand_counts_and_one_that_was_not_is_kept():
    first, second = (one.name for one in guess().form.questions[:2])
    drafted = guess(**{first: "a", second: "b"})
    assert drafted.after_reading(drafted.form).answers == drafted.answers
    asked = drafted.form.questions[0]
    by_hand = replace(drafted.form, questions=(replace(asked, given="c"), *drafted.form.questions[1:]))
    assert drafted.after_reading(by_hand).answers == {**drafted.answers, first: "c"}
    said = guess(**{first: "c"}).committed(NOON_MS).moved(1)
    assert said.after_reading(by_hand).answers == said.answers  # it is what was committed: nobody wrote it by hand
