"""A real order, compared with the solution's rows."""

from dataclasses import replace

from lab.shop.contracts import State
from tests.tui.stories import declined, happy, replayed, without
from tests.tui.world import NOON_MS
from tui.model.expected import NEVER_CAME, NOT_EXPECTED, TOO_EARLY
from tui.model.story import Ghost, without_ghosts


def ghosts(found):
    return [step.name for step in found.steps if not step.seen]


def test_an_order_as_it_should_be_has_no_difference():
    for records in (happy(), declined()):
        found = replayed(records)
        assert found.difference is None
        assert ghosts(found) == []
        assert found.owed == ()


def test_the_states_follow_from_the_rows_with_their_times():
    stays = replayed(happy()).stays
    assert [stay.state for stay in stays][-3:] == [State.IN_TRANSIT, State.DELIVERING, State.COMPLETED]
    assert [stay.until_ms - stay.since_ms for stay in stays[:4]] == [24, 38, 19, 39]
    assert stays[-1].until_ms is None


def test_what_is_still_to_come_is_told_as_far_as_the_usual_endings_lead():
    found = replayed(happy(upto=15))
    assert ghosts(found) == ["shipping.delivered", "order.mark_delivered", "order.delivered"]
    assert found.owed == ("shipping.delivered",)
    assert found.to_come == 3
    assert [stay.state for stay in found.stays if stay.since_ms is None] == [State.DELIVERING, State.COMPLETED]


def test_an_order_that_has_just_begun_expects_the_whole_way():
    found = replayed(happy(upto=1))
    assert len(ghosts(found)) == 17
    assert ghosts(found)[-1] == "order.delivered"


def test_a_command_that_a_row_did_not_say_is_the_first_difference():
    found = replayed(declined(release=False))
    what = found.difference
    assert (what.kind, what.name, what.exercise) == (NEVER_CAME, "inventory.release", "undo")
    assert what.expected == ("inventory.release", "order.reject")
    assert what.saw == ("order.reject",)
    assert what.hanging == ("inventory.released",)
    assert found.state is State.REJECTED
    missed = [n for n, step in enumerate(found.steps) if step.ghost is Ghost.MISSED]
    assert missed == [5]
    assert found.steps[5].wrong


def test_causes_still_point_to_their_steps_after_a_ghost_was_put_in():
    found = replayed(declined(release=False))
    names = {step.name: found.steps[step.cause].name for step in found.steps if step.cause is not None}
    assert names["order.rejected"] == "order.reject"
    assert names["notification.sent"] == "notification.send"
    plain = without_ghosts(found.steps)
    assert [plain[s.cause].name for s in plain if s.name == "order.rejected"] == ["order.reject"]


def test_after_the_first_difference_nothing_more_is_called_wrong():
    found = replayed(without(declined(release=False), "notification.send"))
    assert sum(step.wrong for step in found.steps) == 1
    assert found.difference.name == "inventory.release"


def test_what_may_still_be_on_its_way_is_not_missing():
    records = declined(release=False)[:6]
    assert replayed(records, now_ms=100).difference is None
    assert replayed(records, now_ms=5_000).difference.name == "inventory.release"


def test_a_unit_that_is_down_owes_its_answer_and_nothing_differs():
    found = replayed(happy(upto=4))
    assert found.difference is None
    assert found.owed == ("payment.processed",)


def test_a_unit_that_has_read_all_and_said_nothing_will_not_answer():
    found = replayed(happy(upto=4), idle=["payment"])
    assert (found.difference.kind, found.difference.name) == (NEVER_CAME, "payment.processed")
    assert found.difference.exercise == ""


def test_a_carrier_takes_its_time_and_that_is_no_difference():
    assert replayed(happy(upto=15), idle=["fulfilment", "mediator"]).difference is None


def test_a_mediator_that_says_nothing_to_an_answer_is_the_difference():
    found = replayed(happy(upto=5), idle=["mediator"])
    assert found.difference.name == "order.confirm"
    assert found.difference.exercise == "table"


def test_a_command_that_nobody_expects_is_the_difference():
    records = declined()
    confirm = next(one for one in happy("ord-D3WA") if b"order.confirm." in dict(one.headers)["ce_type"])
    headers = dict(confirm.headers) | {"ce_id": b"odd", "ce_causationid": b"ord-D3WA-4"}
    found = replayed([*records, replace(confirm, headers=tuple(headers.items()))])
    assert (found.difference.kind, found.difference.name) == (NOT_EXPECTED, "order.confirm")
    assert [step.name for step in found.steps if step.wrong] == ["order.confirm"]


def test_an_effect_before_its_cause_is_the_difference():
    records = happy(upto=3)
    records[2] = replace(records[2], timestamp_ms=NOON_MS + 5)
    found = replayed(records)
    assert (found.difference.kind, found.difference.name) == (TOO_EARLY, "inventory.checked")


def test_an_effect_in_the_same_millisecond_stands_after_its_cause():
    records = [replace(one, timestamp_ms=NOON_MS) for one in happy(upto=5)]
    found = replayed([records[0], *reversed(records[1:])])
    assert found.difference is None
    assert [step.name for step in found.steps if step.seen][-1] == "payment.processed"


def test_a_message_that_came_twice_is_one_step():
    records = happy()
    again = replace(records[4], offset=99, timestamp_ms=NOON_MS + 500)
    other_id = dict(records[2].headers) | {"ce_id": b"another"}
    answered_again = replace(records[2], headers=tuple(other_id.items()), timestamp_ms=NOON_MS + 600)
    found = replayed([*records, again, answered_again])
    assert found.difference is None
    assert {step.name: len(step.numbers) for step in found.steps if len(step.numbers) > 1} == {
        "payment.processed": 2,
        "inventory.checked": 2,
    }


def test_messages_without_causes_are_put_where_they_must_belong():
    records = [replace(one, headers=tuple(h for h in one.headers if h[0] != "ce_causationid")) for one in happy()]
    found = replayed(records)
    assert found.difference is None
    assert found.state is State.COMPLETED


def test_an_answer_that_no_row_expects_is_noted():
    cancelled = declined()
    paid = happy("ord-D3WA")[4]
    late = replace(paid, timestamp_ms=NOON_MS + 900, headers=tuple((dict(paid.headers) | {
        "ce_id": b"late", "ce_causationid": b"elsewhere"}).items()))  # fmt: skip
    found = replayed([*cancelled, late])
    assert found.steps[-1].note == "late"
