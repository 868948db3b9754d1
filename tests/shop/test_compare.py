"""`lab compare` and `lab choreography`, on a real shop: both flows beside each other, and nothing broken afterwards."""

import pytest

from lab.chaos.site import Site
from lab.course.catalog import Kind, read_course
from lab.engines.base import UnitState
from lab.shop.units import BY_NAME
from lab.shop.urls import ShopUrls
from lab.stack import Wanted
from lab.stack import up as bring_up
from tests.cli.running import lab, lab_interrupted
from tests.conftest import own_native, silent
from tests.engines.conftest import fresh_home


@pytest.fixture(scope="module")
def native():
    """The engine of these tests alone: a unit is stopped here, and other tests count every order."""
    with own_native(postgres=False) as engine:
        yield engine


@pytest.fixture(scope="module")
def stack(native):
    """The shop of these tests alone."""
    return bring_up(native, Wanted(), report=silent).shop


def all_run(native):
    states = {unit.name: unit.state for unit in native.status()}
    return all(states[name] in {UnitState.RUNNING, UnitState.STARTING} for name in BY_NAME)


def test_the_same_orders_end_alike_in_both_and_with_fewer_messages_without_a_mediator(stack):
    del stack
    said = lab("compare", "--only", "orders", "--orders", "12", "--json")
    assert said.code == 0, said.err
    orders = said.object["orders"]
    shop, other = orders["with_mediator"], orders["without"]
    assert list(shop["ended"].values()) == list(other["ended"].values()) == orders["planned"]
    assert set(orders["planned"]) == {"delivered", "rejected", "cancelled"}
    assert shop["commands"] > 0
    assert other["commands"] == 0
    assert shop["messages"] - shop["commands"] == other["messages"]
    assert shop["ended"].keys().isdisjoint(other["ended"])
    books = orders["where_is_the_state"]
    assert books["with_mediator"]["books"] == {"mediator.saga": "COMPLETED"}
    assert len(books["without"]["books"]) == 5
    columns = [line for line in said.err.splitlines() if "│" in line]
    assert any("→ payment.process" in line.partition("│")[0] for line in columns)
    assert not any("→" in line.partition("│")[2] for line in columns)
    assert any("· payment.processed [approved]" in line.partition("│")[2] for line in columns)


@pytest.mark.slow
def test_only_the_saga_sees_the_order_that_is_stuck_and_fulfilment_runs_again(native, stack):
    said = lab("compare", "--only", "stuck", "--json")
    assert said.code == 0, said.err
    stuck = said.object["stuck"]
    seers = [one for one in stuck["with_mediator"] if one["sees_it"]]
    assert [one["book"] for one in seers] == ["mediator.saga"]
    assert seers[0]["says"] == "AWAITING_SHIPPING"
    assert seers[0]["still_seconds"] >= 2
    assert seers[0]["waits_for"] == ["shipping.failed", "shipping.initiated"]
    assert not any(one["sees_it"] for one in stuck["without"])
    assert {one["book"] for one in stuck["without"]} >= {"order.orders", "payment.payment"}
    assert stuck["ended"] == ["delivered", "delivered"]
    assert all_run(native)
    del stack


@pytest.mark.slow
def test_the_words_for_people_fit_into_80_columns(stack):
    del stack
    said = lab("compare", "--orders", "3", "--messages")
    assert said.code == 0, said.err
    assert [line for line in said.out.splitlines() if len(line) > 80] == []
    assert said.out.count("who sees it? mediator.saga") == said.out.count("who sees it? nobody") == 1
    assert "payment.py" in said.out


@pytest.mark.slow
def test_ctrl_c_in_the_middle_leaves_everything_running(native, stack):
    said = lab_interrupted("compare", "--only", "stuck", after="plain command")
    assert said.code == 130
    site = Site(native, ShopUrls(stack.service_port), stack.kafka, stack.prefix, silent, silent)
    for unit in BY_NAME:
        site.check(unit)


def test_a_unit_that_is_stopped_is_named_before_any_order_is_placed(native, stack):
    del stack
    native.stop("payment")
    try:
        said = lab("compare", "--orders", "3")
    finally:
        native.start("payment")
    assert said.code == 5
    assert "uv run lab start payment" in said.err
    assert "│" not in said.out


def test_a_choreography_alone_shows_its_table_and_how_its_orders_end(stack):
    del stack
    said = lab("choreography", "--orders", "3")
    assert said.code == 0, said.err
    assert "inventory.checked [reserved]" in said.out
    assert said.out.count("  delivered") == 3
    told = lab("choreography", "--orders", "1", "--json").object
    assert {"processor": "payment", "on": "shipping.failed", "tells": "payment.cancelled"} in told["listens"]
    assert list(told["ended"].values()) == ["delivered"]


def test_without_a_shop_only_the_files_can_be_compared():
    with fresh_home():
        said = lab("compare")
        assert (said.code, said.out) == (5, "")
        assert "uv run lab up" in said.err
        step = lab("compare", "--only", "step", "--json").object["new_step"]
    assert step["with_mediator"]["units"] == ["mediator"]
    assert step["without"]["units"] == ["order", "inventory", "payment"]


def test_the_course_ends_its_phase_with_the_comparison():
    last = [one for one in read_course() if one.phase == 1][-1]
    assert (last.id, last.kind) == ("capstone-1", Kind.CAPSTONE)
