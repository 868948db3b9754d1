"""The Shop screen's sentence: what goes on, why it is quiet, which key helps."""

from dataclasses import replace

import pytest

from lab.shop.waiting import Awaited
from tests.tui.shop_world import scene, sentence, shop_history, view_of
from tests.tui.stories import happy
from tests.tui.world import NOON_MS, all_ready, fixed_history, happy_order
from tui.model.awaiting import Waiting, waiting
from tui.model.history import History
from tui.model.item import UnitLook, UnitState, done, from_record, looked
from tui.render.shop_sentence import Situation
from tui.render.shop_status import shop_status
from tui.render.text import Role

pytestmark = pytest.mark.usefixtures("utc")


def down(unit="payment", state=UnitState.STOPPED, lag=3, *, verb="", now_ms=15_000, why=""):
    """A shop in which one unit was found down at 2.0 s; `verb`: what was done to it."""
    look = all_ready({unit: lag}, **{unit: UnitLook(state, why=why)})
    history = fixed_history()
    if verb:
        history.add([done(f"{unit} {verb} by you", unit, NOON_MS + 2_000)])
    history.add([looked(look, NOON_MS + 2_000)])
    return scene(history, now_ms, look=look)


def test_an_empty_shop_says_what_places_an_order():
    said = sentence(scene(fixed_history([]), look=all_ready()))
    assert said == "No order yet. The shop is open and listening to 11 topics. o places one."


def test_a_closed_shop_says_how_it_is_opened():
    assert sentence(scene(), open=False) == "The shop is closed. 1 opens Start; or uv run lab up."


def test_a_recording_is_never_called_closed():
    assert "closed" not in sentence(scene(), open=False, from_file=True)


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        (116, "Payment is stopped (you, 13 s ago). 3 commands wait for it on Kafka; none is lost. u starts it again."),
        (76, "Payment is stopped (you, 13 s). 3 commands wait, none is lost. u starts it."),
        (40, "Payment is stopped. 3 commands wait, none is lost. u starts it."),
    ],
)
def test_a_stopped_unit_says_since_when_by_whom_what_waits_and_which_key_helps(cells, said):
    assert sentence(down(verb="stopped"), cells) == said


def test_one_command_waits_and_is_not_lost():
    assert "1 command waits for it on Kafka; it is not lost." in sentence(down(lag=1))


def test_a_unit_for_which_nothing_waits_yet_says_so():
    assert sentence(down(lag=0)) == "Payment is stopped (13 s ago). Nothing waits for it yet. u starts it again."


def test_what_was_asked_after_the_broker_was_is_counted_too():
    waits = [Waiting("ord-1", 0.0, (Awaited("payment", "payment.processed"),))]
    assert "1 command waits for it on Kafka" in sentence(down(lag=0), waiting=waits)


def test_the_mediator_has_events_waiting():
    assert sentence(down("mediator")).startswith("The mediator is stopped (13 s ago). 3 events wait")


def test_a_paused_unit_is_let_go_on():
    assert sentence(down(state=UnitState.PAUSED)).endswith("u lets it go on.")


def test_a_unit_that_answers_nobody_has_a_log_to_be_read():
    assert "Payment does not answer (13 s ago)." in sentence(down(state=UnitState.MUTE))


def test_several_units_that_do_not_work_are_named():
    look = all_ready({"payment": 2}, payment=UnitLook(UnitState.STOPPED), order=UnitLook(UnitState.STOPPED))
    said = sentence(scene(look=look))
    assert said == "Order and Payment do not work. 2 messages wait for them on Kafka; none is lost. u starts Order."


def test_an_old_look_is_no_reason_to_say_that_a_unit_is_down():
    assert "stopped" not in sentence(scene(looked_ms=9_000))


def test_a_part_that_does_not_load_is_named_with_its_line():
    broken = UnitLook(UnitState.CRASHED, file="workspace/reserve/reserve.py:14")
    said = sentence(scene(look=all_ready(inventory=broken)))
    assert said == "Inventory does not load: reserve.py:14. e opens it."


def test_a_unit_that_ends_again_and_again_says_how_often():
    history = History()
    for restarts in range(5):
        found = UnitLook(UnitState.READY, restarts=restarts)
        history.add([looked(all_ready(inventory=found), NOON_MS + restarts * 4_000)])
    said = sentence(scene(history, 20_000, look=all_ready()))
    assert said == "Inventory stopped 4 times in 60 s. 4 shows what it wrote."


def test_a_lost_kafka_says_that_all_this_is_from_before():
    said = sentence(scene(lost_ms=NOON_MS), lost_ms=NOON_MS + 22_000)
    assert said.startswith("Kafka does not answer since 12:00:22. What you see is from then.")
    short = sentence(scene(lost_ms=NOON_MS), 76, lost_ms=NOON_MS + 22_000)
    assert short == "Kafka does not answer since 12:00:22; all this is from then. 1 shows why."


def test_a_flood_says_that_every_record_is_kept():
    said = sentence(scene(look=all_ready()), per_second=20_000)
    assert said == "20,000/s come in; every one is recorded, the tail draws the latest."


def test_reading_the_past_says_how_far_it_is():
    assert sentence(scene(look=all_ready()), caught_up=False).endswith("already: 66 records so far…")
    assert sentence(scene(look=all_ready()), caught_up=False, listening=False).startswith("Asking Kafka")


def test_an_order_of_which_nothing_is_heard_says_who_has_to_speak():
    history = fixed_history(happy("ord-R5TD", upto=4))
    found = scene(history, 4_031, look=all_ready())
    said = sentence(found, waiting=waiting(view_of(history)))
    assert said.startswith("The mediator waits for payment.processed (ord-R5TD, 4 s). Payment is ready;")


def test_the_mediator_itself_can_be_the_one_that_is_silent():
    history = fixed_history(happy("ord-R5TD", upto=1))
    said = sentence(scene(history, 4_000, look=all_ready()), 76, waiting=waiting(view_of(history)))
    assert said == "The mediator has not reacted to order.created yet (ord-R5TD, 4 s)."


def test_with_the_carrier_nothing_is_stuck():
    history = fixed_history(happy("ord-R5TD", upto=15))
    said = sentence(scene(history, 1_000, look=all_ready()), waiting=waiting(view_of(history)))
    assert said == "Nothing is stuck. 1 order is open; the oldest is with the carrier (shipping.delivered, about 2 s)."


def test_silence_without_an_open_order_is_explained():
    said = sentence(scene(fixed_history(), 14_160, look=all_ready()))
    assert said == "No message for 12 s; nothing is expected: no order is open."


def test_the_first_lag_of_a_unit_that_works_is_explained_once():
    history = fixed_history(look=all_ready({"inventory": 2}))
    assert "lag falls in steps" in sentence(scene(history, 2_200, look=all_ready()))
    assert "lag falls in steps" not in sentence(scene(history, 13_000, look=all_ready()))
    assert "lag falls in steps" not in sentence(scene(history, 2_200, look=all_ready()), phase=2)


def test_a_record_that_nobody_can_read_is_told_for_a_minute():
    history = fixed_history()
    history.add([from_record(replace(happy_order(start=3_000)[3], headers=()))])
    told = sentence(scene(history, 4_031, look=all_ready()))
    assert told == "A record on payment.commands cannot be read (1 s ago). Nobody can work on it. d shows it."
    assert "cannot be read" not in sentence(scene(history, 70_000, look=all_ready()))


def test_one_order_alone_says_which_key_shows_all():
    said = sentence(scene(order="ord-0R5T", look=all_ready()))
    assert said == "Only ord-0R5T is shown: 18 messages. f shows all orders again."


def test_what_is_wrong_looks_different_from_what_is_not():
    wrong = shop_status(down(), Situation()).row(116)
    right = shop_status(scene(look=all_ready()), Situation()).row(116)
    assert [span.role for span in wrong.spans] == [Role.FAULT]
    assert [span.role for span in right.spans] == [Role.TEXT]


def test_in_the_past_the_sentence_is_of_then():
    history = shop_history()
    assert sentence(scene(history, 4_960, live=False)).startswith("Payment is stopped (you, 3 s ago).")
