"""The mediator's table as a whole: total, without dead ends, and with one point of no return."""

from collections import Counter
from datetime import UTC, datetime

import pytest

from lab.errors import LabError
from lab.shop.contracts import (
    CUSTOMERS,
    ENDED,
    PRODUCTS,
    TOPIC_OF,
    Body,
    Command,
    Event,
    Message,
    NotificationSend,
    OrderCreated,
    OrderLine,
    ShippingInitiated,
    State,
)
from lab.shop.contracts.credit import Credit
from lab.shop.mediator.deadlines import DeadlinePassed
from lab.shop.mediator.engine import DEADLINE_SECONDS
from lab.shop.parts import PART_FILES, PartFile, Parts
from lab.shop.ports import DECIDE, ROWS, Decision, On, Saga
from tests.shop.bodies import endings_of, sample

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
ANNA, MUG = CUSTOMERS["cus-anna"], PRODUCTS["mug"]
ORDER = OrderCreated(
    order_id="ord-1", customer_id=ANNA.customer_id, customer_name=ANNA.name, email=ANNA.email, ship_to=ANNA.ship_to,
    card="card-ok", lines=(OrderLine(sku=MUG.sku, quantity=2, unit_cents=MUG.price_cents),), total_cents=2500,
)  # fmt: skip

PARTS = Parts(1)
TABLE = PARTS.table()[0]
EVENTS = [told for body in TOPIC_OF if issubclass(body, Event) for told in endings_of(body)]
MOVES = [row for row in TABLE.values() if row.to is not row.state or row.commands]


def message(body: Body) -> Message[Body]:
    return Message("m-1", body, "/shop/x", NOON, "c-1")


def saga(state: State, *seen: On) -> Saga:
    return Saga("ord-1", state, ORDER, frozenset(seen))


def reachable(start: State, *, without: State | None = None) -> set[State]:
    found, todo = {start}, [start]
    while todo:
        here = todo.pop()
        beyond = {row.to for row in TABLE.values() if row.state is here} - found - {without}
        found |= beyond
        todo += beyond
    return found


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("heard_before", [False, True], ids=["heard first", "heard before"])
def test_decide_is_total(state, heard_before) -> None:
    for body in [*EVENTS, *(sample(kind) for kind in TOPIC_OF if issubclass(kind, Command))]:
        on = On.of(body)
        decision = PARTS[DECIDE](TABLE, saga(state, *([on] if heard_before else [])), message(body))
        assert isinstance(decision, Decision)
        row = TABLE.get((state, on))
        if row in MOVES:
            assert (decision.kind, decision.to) == ("move", row.to)
        elif row is not None or heard_before:
            assert decision == Decision("no-op", state)
        else:
            assert decision == Decision("unexpected", state)


def test_every_row_waits_for_an_event_that_exists() -> None:
    known = {On.of(body) for body in EVENTS}
    assert {on for _, on in TABLE} <= known


def test_every_event_is_expected_in_some_state_but_those_of_later_phases() -> None:
    later = {"order.cancel_requested", "shipping.cancelled"}
    expected = {on.name for _, on in TABLE}
    assert {body.name for body in EVENTS} - expected == later


@pytest.mark.parametrize("row", MOVES, ids=lambda row: f"{row.state} on {row.on}")
def test_every_command_of_a_row_can_be_built_and_is_about_the_saga_s_order(row) -> None:
    told = next(body for body in EVENTS if On.of(body) == row.on)
    decision = PARTS[DECIDE](TABLE, saga(row.state), message(told))
    assert len(decision.commands) == len(row.commands)
    for command in decision.commands:
        assert isinstance(command, Command)
        assert command.order_id == "ord-1"
        assert TOPIC_OF[type(command)].writer == "mediator"
        assert type(command).model_validate_json(command.model_dump_json()) == command


@pytest.mark.parametrize("row", MOVES, ids=lambda row: f"{row.state} on {row.on}")
def test_one_cause_gives_at_most_one_message_of_each_type(row) -> None:
    # A message's id follows from its cause, its type and its order: two of one type would be taken for one.
    told = next(body for body in EVENTS if On.of(body) == row.on)
    decision = PARTS[DECIDE](TABLE, saga(row.state), message(told))
    assert not [kind for kind, times in Counter(map(type, decision.commands)).items() if times > 1]


def test_nothing_leads_out_of_an_end() -> None:
    for row in TABLE.values():
        if row.state in ENDED:
            assert (row.to, row.commands) == (row.state, ()), row


def test_every_state_can_be_reached() -> None:
    assert reachable(State.NEW) == set(State)


@pytest.mark.parametrize("state", sorted(set(State) - ENDED - {State.NEEDS_ATTENTION}))
def test_every_state_has_a_way_to_an_end(state) -> None:
    assert reachable(state) & ENDED


def test_only_order_created_begins_a_story() -> None:
    assert [row.on for row in TABLE.values() if row.state is State.NEW] == [On(OrderCreated.name)]
    assert all(row.to is not State.NEW for row in TABLE.values())


def test_shipping_initiated_is_the_point_of_no_return() -> None:
    pivot = next(row for row in TABLE.values() if row.on == On(ShippingInitiated.name))
    assert pivot.to is State.IN_TRANSIT
    beyond = reachable(State.IN_TRANSIT)
    assert beyond == {State.IN_TRANSIT, State.DELIVERING, State.COMPLETED, State.NEEDS_ATTENTION}
    # … and there is no other way to a delivery.
    assert State.COMPLETED not in reachable(State.NEW, without=State.IN_TRANSIT)


def test_a_customer_is_told_once_of_a_confirmation_and_once_of_a_bad_end() -> None:
    tellers = [row for row in MOVES if any(kind is NotificationSend for kind in kinds(row))]
    assert {(row.state, row.to) for row in tellers} == {
        (State.CONFIRMING, State.AWAITING_SHIPPING),
        (State.REJECTING, State.REJECTED),
        (State.CANCELLING, State.CANCELLED),
    }


def kinds(row) -> list[type[Command]]:
    told = next(body for body in EVENTS if On.of(body) == row.on)
    return [type(command(saga(row.state), message(told))) for command in row.commands]


@pytest.mark.parametrize("part", [part for part in PART_FILES if ROWS in part.fills], ids=lambda part: part.exercise)
def test_the_same_row_from_two_exercises_is_refused_and_both_are_named(part) -> None:
    twin = PartFile("twin", part.phase, part.path, (ROWS,))
    with pytest.raises(LabError) as refused:
        Parts(part.phase, part_files=(*PART_FILES, twin)).table()
    assert f"one from {part.exercise}, one from twin" in refused.value.what


def test_the_table_knows_of_every_row_whose_it_is() -> None:
    table, credits_ = PARTS.table()
    assert set(credits_) == set(table)
    assert all(credit == Credit("solution") for credit in credits_.values())


def test_every_deadline_of_phase_2_has_a_row_and_every_late_answer_is_thought_of() -> None:
    table = Parts(2).table()[0]
    assert {state for state, on in table if on == On(DeadlinePassed.name)} == set(DEADLINE_SECONDS)
    for state in (State.REJECTING, State.REJECTED):
        late = [on for on in (On.of(told) for told in EVENTS) if on.name in {"inventory.checked", "payment.processed"}]
        assert [on for on in late if (state, on) not in table] == []
        undone = {on.outcome: [c(saga(state), message(ORDER)).name for c in table[state, on].commands] for on in late}
        assert undone["approved"] == ["payment.cancel"]
        assert undone["reserved"] == ["inventory.release"]
        assert undone["declined"] == undone["out_of_stock"] == []
    assert set(TABLE) < set(table)  # phase 2 adds rows and takes none away
