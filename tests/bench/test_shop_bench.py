"""`lab bench shop`: its arithmetic, the story that peers play, and each kind of side once, with a handful of orders."""

import json
from dataclasses import replace

import pytest
from aiokafka.partitioner import DefaultPartitioner

from lab.bench.shop import measure
from lab.bench.shop.figures import hops_ms, percentile, ratio, rounded
from lab.bench.shop.flow import ANSWERS, DELIVERIES_PER_ORDER, READS, order_ids, orders, partition_of, poison, readers
from lab.bench.shop.gate import verdict
from lab.bench.shop.running import run_side
from lab.bench.shop.sides import BY_NAME, SIDES
from lab.errors import LabError, MachineProblem
from lab.shop.contracts import BODY_OF, TOPIC_OF, TOPICS, Unreadable, decode, groups_of
from lab.shop.units import UNITS


def test_a_ratio_is_the_median_of_the_pairs_and_not_the_ratio_of_the_medians():
    assert ratio([10.0, 20.0, 900.0], [10.0, 10.0, 100.0]) == 2.0
    assert ratio([3.0], [9.0]) == 0.333


def test_figures_have_three_digits():
    assert [rounded(value) for value in (23427.0, 0.14826, 5.0)] == [23400.0, 0.148, 5.0]


def test_a_percentile_is_a_value_that_was_measured():
    assert [percentile([4, 1, 3, 2], percent) for percent in (50, 99, 0)] == [2, 4, 1]
    assert percentile([7.5], 50) == 7.5


def test_a_hop_is_the_mean_of_the_way_and_orders_that_did_not_arrive_have_none():
    assert hops_ms({b"a": 100, b"b": 100}, {b"a": 180}, hops=8) == [10.0]


def test_peers_read_what_the_shop_s_units_read_and_say_all_of_the_story():
    assert set(READS) == {unit.name for unit in UNITS}
    said = [answer.type for answers in ANSWERS.values() for each in answers.values() for answer in each]
    assert sorted(["shop.order.created.v1", *said]) == sorted(set(said) | {"shop.order.created.v1"})  # each once
    heard = sum(len(groups_of(TOPIC_OF[BODY_OF[name]])) for name in ["shop.order.created.v1", *said])
    assert heard == DELIVERIES_PER_ORDER


def test_each_order_is_another_and_always_the_same():
    assert order_ids(3) == order_ids(3)
    assert len(set(order_ids(50))) == 50
    assert {record.header("ce_type") for record in orders(3)} == {"shop.order.created.v1"}


def test_peers_put_a_key_where_aiokafka_puts_it():
    keys = [order_id.encode() for order_id in order_ids(20)]
    assert [partition_of(key) for key in keys] == [DefaultPartitioner()(key, [0, 1, 2], [0, 1, 2]) for key in keys]


def test_a_peer_that_is_not_installed_is_named(monkeypatch):
    monkeypatch.setattr(measure, "PEERS", ("uvloop", "no_such_peer"))
    with pytest.raises(MachineProblem, match="not installed: no_such_peer") as raised:
        measure.measure(1, 50, lambda _: None)
    assert "uv sync --group authors" in raised.value.mend


def told(**changes) -> str:
    whole = {
        "ok": True, "seed": 3, "acknowledged": 200, "kills": 23, "given_up": 0,
        "invariants": {"I1": True, "I2": True}, "attacked": {"I1": 4, "I2": 0},
    }  # fmt: skip
    return json.dumps(whole | changes)


def test_the_gate_says_what_was_done_and_counts_only_what_was_attacked():
    assert verdict(told(), "") == "seed 3: 200 orders, 23 kills, promises kept: 1"


@pytest.mark.parametrize(
    ("out", "err", "says"),
    [
        (told(ok=False, invariants={"I1": False, "I2": True}), "", r"loses something \(seed 3: I1\)"),
        (told(ok=False), "", r"seed 3: it did not end"),
        (told(kills=19), "", r"too weak: 19 kills"),
        (told(given_up=2), "", r"2 customers gave up"),
        ("", "no Java here", "could not be killed and audited first: no Java here"),
    ],
)
def test_a_build_that_loses_something_is_not_measured(monkeypatch, out, err, says):
    monkeypatch.setattr(measure, "PEERS", ())
    with pytest.raises(LabError, match=says):
        measure.measure(1, 50, lambda _: None, gate=lambda _: verdict(out, err))


@pytest.mark.anyio
@pytest.mark.parametrize("name", [side.name for side in SIDES if side.name != "shop"])
async def test_each_side_handles_every_delivery(kafka_address, name):
    side = BY_NAME[name]
    if side.on_uvloop:
        pytest.importorskip("uvloop", reason="peers are in the authors' group: uv sync --group authors")
    ran = await run_side(side, kafka_address, orders=3, warm=1)
    assert ran.deliveries_per_second > 0


@pytest.mark.anyio
async def test_the_shop_delivers_every_order_and_hops_are_read_from_kafka(kafka_address):
    ran = await run_side(BY_NAME["shop"], kafka_address, orders=3, warm=1, rate=50)
    assert len(ran.hops_ms) == 3
    assert min(ran.hops_ms) > 0


@pytest.mark.anyio
async def test_poison_comes_among_the_orders_and_every_order_ends_all_the_same(kafka_address):
    side = replace(BY_NAME["shop-poisoned"], poison_every=2)
    ran = await run_side(side, kafka_address, orders=4, warm=1, rate=50)
    assert len(ran.hops_ms) == 4


def test_poison_goes_to_every_topic_in_turn_and_is_counted_for_each_of_its_readers():
    bad = list(poison(len(TOPICS) + 1))
    assert [one.topic for one in bad] == [*(topic.name for topic in TOPICS), TOPICS[0].name]
    assert [readers(one) for one in bad[:-1]] == [len(groups_of(topic)) for topic in TOPICS]
    assert all(isinstance(decode(one), Unreadable) for one in bad)


@pytest.mark.anyio
async def test_a_side_that_ends_too_soon_says_why(kafka_address, monkeypatch):
    monkeypatch.setenv("LAB_PORT", "no number")  # the shop's settings refuse it
    with pytest.raises(LabError, match="did not come to its end"):
        await run_side(BY_NAME["shop"], kafka_address, orders=1, warm=1)
