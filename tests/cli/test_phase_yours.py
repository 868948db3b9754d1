"""Whose pieces a run was made of: told by its messages, and not by what somebody has passed."""

import json
from collections import Counter
from datetime import UTC
from pathlib import Path

from lab.cli.phase_run import Summary
from lab.cli.phase_yours import Hands, Whose, whose
from lab.engines.base import EngineName
from lab.phase import Outcome
from lab.shop.contracts import OrderStatus
from lab.shop.narrate import Narrator
from lab.shop.parts import PART_FILES, SILENT, Choice
from lab.shop.scenario import Scenario
from lab.shop.seen import Back, Lost
from lab.shop.users import units_using
from lab.stack import Running
from tests.shop.telling import START_MS, created, seen, story, unreadable

NAMES = [part.exercise for part in PART_FILES if part.phase == 1]


def chosen(**origins):
    return {name: Choice(origin, Path("somewhere")) for name, origin in origins.items()}


def test_the_pieces_that_the_messages_name_ran_in_the_sequence_of_the_course():
    found = whose(1, {"read": "mine", "produce": "mine", "pay": "broken"}, {})
    assert found == Whose(len(NAMES), ("produce", "read"), ("pay",))


def test_a_piece_that_is_chosen_and_came_to_nothing_is_no_piece_of_the_run():
    found = whose(1, {"produce": "mine"}, chosen(produce="mine", undo="mine"))
    assert (found.yours, found.not_needed) == (("produce",), ("undo",))


def test_a_piece_that_leaves_no_mark_ran_as_it_was_chosen():
    for name in SILENT:
        assert whose(1, {}, chosen(**{name: "mine"})).yours == (name,)
        assert whose(1, {}, chosen(**{name: "broken"})).broken == (name,)
        assert whose(1, {}, {}).yours == ()


def test_what_the_messages_say_counts_more_than_what_is_chosen_by_now():
    assert whose(1, {"produce": "mine"}, chosen(produce="broken")).yours == ("produce",)
    assert whose(1, {"produce": "mine"}, {}).yours == ("produce",)


def test_silent_are_those_of_services_that_only_listen():
    assert {name for name in NAMES if set(units_using(name)) == {"analytics"}} == SILENT


def test_hands_tell_what_the_narrator_tells_and_keep_the_pieces():
    parts = {"order.created": "envelope=mine produce=mine", "payment.processed": "envelope=mine pay=broken"}
    news = [seen(body, at, handled_by="mine", parts=parts.get(body.name, "")) for at, body in story()]
    news += [unreadable(), Lost(1.0, "gone"), Back(2.0, 1.0)]
    plain, hands = Narrator(zone=UTC), Hands(Narrator(zone=UTC))
    now = START_MS / 1000
    assert all(hands.see(one, now) == plain.see(one, now) for one in news)
    late = created("ord-22222222")
    assert hands.see(seen(late), now) == plain.see(seen(late), now)
    assert hands.tick(now + 90) == plain.tick(now + 90) != []
    assert hands.pieces == {"envelope": "mine", "produce": "mine", "pay": "broken"}


def summary(ran):
    shop = Running(EngineName.NATIVE, 1, "sqlite", "127.0.0.1:9092", 8001)
    outcome = Outcome(Scenario(7, ()), Counter({OrderStatus.DELIVERED: 1}), (), (), 0, 0, 0, 0, 0, 1.0)
    return Summary(shop, kraft=True, version="4.3.1", orders=1, outcome=outcome, whose=ran)


def test_the_summary_says_it_to_people_in_lines_of_80_columns_and_to_programs():
    told = summary(Whose(15, ("produce", "read"), ("pay",), ("undo",)))
    text = told.text()
    assert "\n  yours            2 of 15 parts: produce, read\n" in text
    assert "\n  broken           1 of 15 parts: pay\n" in text
    assert "\n  not needed       undo: chosen, but no order came to it\n" in text
    data = json.loads(json.dumps(told.as_object()))
    assert (data["parts"], data["yours"], data["broken"]) == (15, ["produce", "read"], ["pay"])
    assert data["not_needed"] == ["undo"]
    everything = list(Whose(len(NAMES), tuple(NAMES)).lines())
    assert all(len(line) <= 80 for line in everything)
    assert all(name in " ".join(everything) for name in NAMES)


def test_who_has_built_nothing_yet_is_told_that_the_solution_ran():
    text = summary(Whose(15, ())).text()
    assert "\n  yours            none of 15 parts; the solution ran\n" in text
    assert "broken" not in text
    assert "not needed" not in text
