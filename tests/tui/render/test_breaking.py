"""Break it: four steps, guesses before the deed, and both side by side after it."""

import pytest

from lab.chaos.faults import FAULTS, Way
from tui.model.breaking import QUESTIONS, Breaking, Step
from tui.render.breaking import faults, shown_end, steps, work
from tui.render.signs import SIGNS
from tui.render.text import plain, row

MIDDLE = {"accepted": 6, "waited": [{"orders": 4}, {"orders": 1}], "never_ended": []}
COMMAND = "kill -KILL 4711  # payment"


def at_predict():
    return Breaking().move(1).predict()


def answered():
    state = at_predict()
    for _ in state.questions:
        state = state.turn(1).move(1)
    return state


def test_every_way_of_a_fault_has_questions():
    assert {fault.way for fault in FAULTS} == set(QUESTIONS) == set(Way)


def test_nothing_runs_before_every_question_has_a_guess():
    state = at_predict()
    assert state.unanswered == 3
    assert answered().unanswered == 0


@pytest.mark.parametrize(("turns", "guess"), [([1], 0), ([-1], 6), ([1, 1], 1), ([1, -1], 0), ([-1, 1], 6)])
def test_a_guess_is_one_of_none_to_all(turns, guess):
    state = at_predict()
    for turn in turns:
        state = state.turn(turn)
    assert state.guesses[0] == guess


def test_a_guess_cannot_be_changed_once_it_runs():
    state = answered().begin()
    assert state.turn(1).move(1) == state
    assert state.back() is state


def test_back_leads_one_step_back_and_at_last_out():
    assert at_predict().back().step is Step.PICK
    assert Breaking().back() is None
    assert answered().begin().compare(MIDDLE).back().step is Step.PICK


def test_what_could_not_be_tried_keeps_the_guesses():
    state = answered().begin().failed("payment is not running.\nStart it: uv run lab start payment")
    assert (state.step, state.unanswered) == (Step.PREDICT, 0)
    assert "uv run lab start payment" in plain(work(state, COMMAND, 60))


def test_the_four_steps_are_drawn(frame_is):
    compared = answered().begin().tell("-- kill -9 payment service --").tell("ended: 6 of 6").compare(MIDDLE)
    states = [Breaking().move(1), at_predict().turn(1), answered().begin().tell("202 Accepted"), compared]
    frame_is("\n\n".join(plain([steps(state), *work(state, COMMAND, 60)]) for state in states))


def test_what_happened_is_counted_from_the_outcome():
    pairs = answered().begin().compare(MIDDLE).pairs()
    assert [(guess, happened) for _, guess, happened in pairs] == [(0, 6), (0, 5), (0, 0)]


@pytest.mark.parametrize("chosen", [0, 1, 40, len(FAULTS) - 1])
def test_the_chosen_fault_is_in_sight_and_what_is_not_is_counted(chosen):
    rows = plain(faults(Breaking().move(chosen), 40, 20)).split("\n")
    assert len(rows) == 20
    assert FAULTS[chosen].name in "".join(line for line in rows if line.startswith(SIGNS.cursor))
    more = sum(int(line.split()[1]) for line in (rows[0], rows[-1]) if line.strip())
    assert more + 18 == len(FAULTS)


def test_one_leaps_from_kind_to_kind():
    kinds = [Breaking().leap(1).fault, Breaking().move(len(FAULTS)).leap(1).fault, Breaking().move(12).leap(-1).fault]
    assert [fault.name for fault in kinds] == ["pause-order", FAULTS[-1].name, "pause-order"]
    assert Breaking().move(9).leap(-1).fault.name == "kill-order"


def test_a_long_story_shows_its_beginning_and_its_end():
    rows = [row(str(number)) for number in range(40)]
    assert plain(shown_end(rows, 8, 2)).split("\n") == ["0", "1", "⋯ 33 lines", "35", "36", "37", "38", "39"]
    assert shown_end(rows, 40, 2) == rows


LONG = "-- Kafka is frozen for a moment. Else an order is on its way before it was placed, and a kill comes too late --"


@pytest.mark.parametrize("width", [38, 47, 60])
def test_in_a_narrow_window_sentences_are_broken_and_nothing_is_cut(width):
    compared = answered().begin().tell(LONG).tell(f"  {LONG}").compare(MIDDLE)
    for state in (
        *(Breaking(chosen=number) for number in range(len(FAULTS))),
        at_predict(),
        answered().begin().tell(LONG),
    ):
        rows = work(state, "kill -KILL 1", width)
        assert max(one.cells for one in rows) <= width
        assert "…" not in plain(rows).replace("be …", "").replace("… ", "")
    shown = " ".join(plain(work(compared, "", 47)).split())
    assert LONG in shown
    assert "differs" in shown
