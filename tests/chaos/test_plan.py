"""The plan of a stress run: pure, from the seed alone, and nobody is spared."""

from collections import Counter

import pytest

from lab.chaos.faults import FAULTS, SERVICES, Act, fault_named
from lab.chaos.plan import plan
from lab.shop.contracts import CUSTOMERS, LINES_AT_MOST, PRODUCTS, State
from lab.shop.mediator.engine import DEADLINE_SECONDS
from lab.shop.runtime.crash import CrashPoint

KILLING = {Act.KILL, Act.CRASH}


def faults(planned):
    return [wave.fault for wave in planned.waves if wave.fault is not None]


def test_the_same_seed_gives_the_same_plan_and_another_one_another():
    assert plan(300, 30, 7, postgres=True) == plan(300, 30, 7, postgres=True)
    assert plan(300, 30, 7, postgres=True) != plan(300, 30, 8, postgres=True)


@pytest.mark.parametrize(("orders", "kills"), [(2000, 30), (60, 10), (5, 10), (1, 0)])
def test_every_order_is_placed_and_every_kill_comes(orders, kills):
    planned = plan(orders, kills, 1, postgres=True)
    assert planned.orders == orders
    assert sum(fault.act in KILLING for fault in faults(planned)) == kills
    assert planned.waves[-1].fault is None  # after the last fault there are orders that nothing happens to


@pytest.mark.parametrize("seed", range(5))
def test_in_thirty_kills_everyone_dies_three_times_and_every_point_is_hit(seed):
    found = faults(plan(2000, 30, seed, postgres=True))
    died = Counter(fault.unit for fault in found if fault.act in KILLING)
    assert set(died) == {*SERVICES, "kafka", "postgres"}
    assert min(died.values()) >= 3
    assert {fault.point for fault in found if fault.act is Act.CRASH} == set(CrashPoint) - {CrashPoint.AFTER_PARK}
    assert set(found) <= set(FAULTS)
    assert {fault.act for fault in found} >= {Act.DUPLICATE, Act.POISON, Act.PAUSE, Act.REORDER, Act.RESTART, Act.SLOW}


@pytest.mark.parametrize(("kills", "times"), [(30, 1), (10, 0)])
def test_in_a_long_run_payment_is_away_for_longer_than_it_is_waited_for(kills, times):
    waves = plan(2000, kills, 3, postgres=True).waves
    long = [wave.fault.name for wave in waves if wave.fault and wave.seconds > DEADLINE_SECONDS[State.AWAITING_PAYMENT]]
    assert long == ["pause-payment"] * times


def test_a_service_that_is_killed_from_outside_has_stored_what_nobody_has_been_told():
    for wave in plan(2000, 30, 3, postgres=True).waves:
        assert wave.in_the_gap == (wave.fault in {fault_named(f"kill-{unit}") for unit in SERVICES})


def test_a_shop_whose_books_are_files_has_no_server_to_kill():
    assert "postgres" not in {fault.unit for fault in faults(plan(2000, 30, 7, postgres=False))}


def test_orders_are_such_as_the_shop_takes():
    for wave in plan(200, 3, 7, postgres=True).waves:
        for order in wave.orders:
            assert order["customer_id"] in CUSTOMERS
            assert 1 <= len(order["lines"]) <= LINES_AT_MOST
            assert all(line["sku"] in PRODUCTS and line["quantity"] >= 1 for line in order["lines"])
