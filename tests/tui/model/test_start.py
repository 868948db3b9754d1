"""How things stand on the Start screen, and what it offers then: the first line is the one to take."""

from dataclasses import replace

import pytest

from lab.engines.base import EngineName
from tests.tui.start_world import (
    DOCKER_SHOP,
    NO_IMAGE,
    SILENCE,
    learner,
    machine,
    newcomer,
    opened,
    starting,
    units,
)  # fmt: skip
from tests.tui.world import NOON_MS
from tui.model.first_minute import FirstMinute, Step
from tui.model.item import UnitLook, UnitState
from tui.model.offers import offers
from tui.model.start import HEARS_MS, Known, Stands
from tui.model.starting import Deed, begun
from tui.render.text import Role, Span, row
from tui.screens.base import guided, trouble

DOWN = UnitLook(UnitState.CRASHED)
ALL_DOWN = {name: UnitLook(UnitState.STOPPED) for name in units().units}


def ids(known):
    return [offer.id for offer in offers(known)]


@pytest.mark.parametrize(
    ("known", "stands", "first"),
    [
        (newcomer(machine=None), Stands.LOOKING, "begin"),
        (newcomer(), Stands.CLOSED, "start_docker"),
        (newcomer(machine=machine(SILENCE, silent=True)), Stands.SILENT, "look"),
        (newcomer(machine=machine(engine=None)), Stands.IMPOSSIBLE, "look"),
        (newcomer(board=starting()), Stands.BUSY, "begin"),
        (newcomer(board=starting().ended(NOON_MS, "It broke.", "Mend it.")), Stands.FAILED, "start_docker"),
        (opened(), Stands.OPEN, "place"),
        (opened(look=units(payment=DOWN)), Stands.HURT, "bring_back"),
        (opened(look=units(**ALL_DOWN)), Stands.GONE, "bring_back"),
        (opened(orphaned=True), Stands.ORPHANED, "bring_back"),
        (opened(shop=DOCKER_SHOP, no_docker="Docker is silent."), Stands.NO_DOCKER, "look"),
    ],
)  # fmt: skip
def test_every_state_has_a_first_thing_to_do(known, stands, first):
    assert known.stands is stands
    assert ids(known)[0] == first


def test_an_answer_to_a_silent_docker_is_asked_for_and_never_assumed():
    known = newcomer(machine=machine(SILENCE, silent=True, fetch={EngineName.NATIVE: 40_000_000}))
    assert ids(known) == ["look", "start_native", "begin"]
    assert "40 MB" in offers(known)[1].note


def test_nobody_waits_to_begin_while_the_shop_starts():
    assert ids(newcomer(board=starting())) == ["begin", "tour", "give_up"]


def test_a_closing_cannot_be_given_up():
    assert "give_up" not in ids(opened(board=begun(Deed.CLOSE, EngineName.NATIVE, NOON_MS)))


def test_who_comes_back_goes_on_where_they_were():
    known = newcomer(learner=learner("produce", task=2, passed=("tour", "commands")), step=None,
                     machine=machine(opened_before=True))  # fmt: skip
    first = offers(known)[0]
    assert first.text == "Go on where you were"
    assert first.note.endswith("task 2")
    assert first.note.startswith("4 · ")
    assert ids(known) == ["go_on", "start_docker", "start_native"]


def test_who_comes_back_after_days_is_told_so_and_the_next_one_is_named_once_it_passed():
    known = newcomer(learner=learner("commands", passed=("tour", "commands"), days=3), step=None)
    assert offers(known)[0].text == "Go on with the next one"
    assert "3 days ago" in offers(known)[0].note


def test_the_first_minute_leads_from_the_start_to_the_tour():
    assert ids(newcomer())[0] == "start_docker"
    assert ids(opened(step=Step.ORDER))[0] == "place"
    assert ids(opened(step=Step.FOLLOW, order="ord-7F3K"))[0] == "follow"
    assert ids(opened(step=Step.TOUR, order="ord-7F3K"))[0] == "tour"


def test_the_tour_is_offered_until_it_is_passed():
    assert "tour" in ids(opened(learner=learner("commands")))
    assert "tour" not in ids(opened(learner=learner("commands", passed=("tour",))))


def test_a_shop_that_was_just_closed_is_not_called_dead_before_the_app_has_heard_of_it():
    board = begun(Deed.CLOSE, EngineName.NATIVE, NOON_MS - 2_000).ended(NOON_MS - 100)
    known = opened(look=units(**ALL_DOWN), board=board)
    assert known.stands is Stands.BUSY
    assert replace(known, now_ms=NOON_MS + HEARS_MS).stands is Stands.GONE


def test_what_is_fetched_is_said_in_time():
    assert "~1 min" in offers(newcomer())[0].note
    assert "~20 s" in offers(newcomer(machine=machine()))[0].note


def test_nothing_known_is_nothing_offered_but_the_screen_stands():
    known = Known(NOON_MS)
    assert known.stands is Stands.LOOKING
    assert offers(known) == []


def test_the_docker_image_is_no_fault():
    assert newcomer(machine=machine(NO_IMAGE)).stands is Stands.CLOSED


# ── the guide ────────────────────────────────────────────────────────────────────────────────────────────────────────


def guide(**seen):
    minute = FirstMinute(active=True)
    minute.saw(**{"shop": False, "orders": 0, "order": "", "place": "start", **seen})
    return minute


@pytest.mark.parametrize(
    ("seen", "step", "key"),
    [
        ({}, Step.START, "enter starts the shop"),
        ({"place": "shop"}, Step.START, "1 opens Start"),
        ({"shop": True, "place": "shop"}, Step.ORDER, "o places an order"),
        ({"shop": True, "place": "start"}, Step.ORDER, "enter places an order"),
        ({"shop": True, "orders": 1, "place": "shop"}, Step.FOLLOW, "f follows"),
        ({"shop": True, "orders": 1, "place": "learn"}, Step.FOLLOW, "2 opens Shop"),
        ({"shop": True, "orders": 1, "place": "follow"}, Step.TOUR, "3 opens Learn"),
        ({"shop": True, "orders": 1, "order": "ord-1", "place": "shop"}, Step.TOUR, "3 opens Learn"),
    ],
)
def test_each_screen_says_the_next_step_by_its_own_key(seen, step, key):
    minute = guide(**seen)
    assert minute.step is step
    assert key in minute.sentence(seen.get("place", "start"))


def test_who_has_come_to_the_tour_is_guided_no_more():
    minute = guide(shop=True, orders=1, order="ord-1", place="shop")
    minute.saw(shop=True, orders=1, order="ord-1", place="learn")
    assert minute.sentence("learn") == ""
    assert minute.sentence("shop") == ""


def test_who_has_begun_before_is_not_guided():
    assert FirstMinute().sentence("start") == ""


def test_a_shop_that_closes_again_is_to_be_started_again():
    minute = guide(shop=True)
    minute.saw(shop=False, orders=0, order="", place="start")
    assert minute.step is Step.START


def test_the_next_step_gives_way_to_what_is_wrong_and_to_nothing_else():
    step = "First minute, 4 of 4: 3 opens Learn, with the tour."
    long = "a status that leaves no room for a second sentence in this window"
    assert str(guided(row("short", Span("", Role.FAULT)), step, 78)).endswith(step)
    assert str(guided(row(long), step, 78)) == step
    assert guided(trouble("Payment: down."), step, 78) == trouble("Payment: down.")
    assert str(guided(row(long), "", 78)) == long
