"""Planned orders end as planned, whatever happens at the same time; and what people type becomes a basket."""

import random
from collections import Counter

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from lab.errors import WrongUsage
from lab.shop.basket import parse_basket
from lab.shop.contracts import CARD_REFUSED, CUSTOMERS, PIECES_AT_MOST, PRODUCTS, OrderStatus
from lab.shop.scenario import Fate, Scenario, first_delivery, scenario

STOCK = st.fixed_dictionaries({sku: st.integers(0, 60) for sku in PRODUCTS if sku != "poster"} | {"poster": st.just(2)})


def shop_of_one_shelf_row(plan: Scenario, stock, rng):
    """Run the plan as the real shop would, every order's steps in any mixture; return the endings."""
    free, held, endings = dict(stock), {}, {}
    todo = [(number, 0) for number in range(len(plan.orders))]
    while todo:
        number, step = todo.pop(rng.randrange(len(todo)))
        order = plan.orders[number]
        if step == 0:
            if any(free.get(line.sku, 0) < line.quantity for line in order.lines):
                endings[number] = OrderStatus.REJECTED
                continue
            for line in order.lines:
                free[line.sku] -= line.quantity
            held[number] = order.lines
            todo.append((number, 1))
            continue
        undone = order.card == CARD_REFUSED or CUSTOMERS[order.customer_id].ship_to == "Lighthouse"
        if undone:
            for line in held.pop(number):
                free[line.sku] += line.quantity
        rejected = OrderStatus.REJECTED if order.card == CARD_REFUSED else OrderStatus.CANCELLED
        endings[number] = rejected if undone else OrderStatus.DELIVERED
    return [endings[number] for number in range(len(plan.orders))], free


@given(st.integers(1, 120), st.integers(), STOCK, st.integers())
def test_every_order_ends_as_planned_in_any_interleaving(orders, seed, stock, mixture):
    try:
        plan = scenario(orders, seed, stock)
    except WrongUsage:
        assert sum(free for sku, free in stock.items() if sku != "poster") < orders
        return
    endings, _ = shop_of_one_shelf_row(plan, stock, random.Random(mixture))
    assert endings == [order.ending for order in plan.orders]
    assert plan.counts == {
        str(ending): endings.count(ending)
        for ending in (OrderStatus.DELIVERED, OrderStatus.REJECTED, OrderStatus.CANCELLED)
    }


@given(st.integers(1, 8), st.integers())
def test_the_last_piece_is_enough_for_the_last_order(orders, seed):
    stock = dict.fromkeys(PRODUCTS, 0) | {"mug": orders - 1, "lamp": 1}
    assert all(order.lines for order in scenario(orders, seed, stock).orders)
    with pytest.raises(WrongUsage, match="too empty"):
        scenario(orders + 1, seed, stock)


@given(st.integers(10, 60), st.integers())
def test_from_ten_orders_up_every_kind_of_story_comes(orders, seed):
    fates = Counter(order.fate for order in scenario(orders, seed, first_delivery()).orders)
    assert set(fates) == set(Fate)
    assert sum(fates.values()) == orders


@given(st.integers(1, 9), st.integers())
def test_fewer_than_ten_orders_are_all_delivered(orders, seed):
    assert scenario(orders, seed, first_delivery()).counts == {"delivered": orders, "rejected": 0, "cancelled": 0}


@given(st.integers(1, 40), st.integers(), STOCK)
def test_the_same_arguments_give_the_same_scenario(orders, seed, stock):
    assume(sum(stock.values()) - 2 >= orders)
    assert scenario(orders, seed, stock) == scenario(orders, seed, dict(reversed(stock.items())))


def test_a_scenario_is_the_same_in_every_version():
    plan = scenario(25, 7, first_delivery())
    assert plan.counts == {"delivered": 18, "rejected": 5, "cancelled": 2}
    assert scenario(25, 8, first_delivery()) != plan
    first = {"customer_id": "cus-anna", "card": "card-ok", "lines": [{"sku": "notebook", "quantity": 2}]}
    assert plan.orders[0].body() == first


def test_a_shop_can_run_the_same_scenario_until_the_shelves_are_empty_and_is_told_so():
    stock = first_delivery()
    for run in range(20):
        plan = scenario(25, 7, stock)
        endings, stock = shop_of_one_shelf_row(plan, stock, random.Random(run))
        assert endings == [order.ending for order in plan.orders]
    few = dict.fromkeys(stock, 1)
    with pytest.raises(WrongUsage, match="shelves are too empty") as told:
        scenario(25, 7, few)
    assert "lab down --volumes" in told.value.mend


@given(st.integers(1, 100), st.integers())
def test_every_order_is_one_that_the_shop_accepts(orders, seed):
    for order in scenario(orders, seed, first_delivery()).orders:
        assert order.customer_id in CUSTOMERS
        assert 1 <= len({line.sku for line in order.lines}) == len(order.lines)
        assert all(1 <= line.quantity <= PIECES_AT_MOST for line in order.lines)


def test_posters_that_nobody_can_ask_too_many_of_are_said():
    with pytest.raises(WrongUsage, match="posters"):
        scenario(10, 1, first_delivery() | {"poster": 100})
    with pytest.raises(WrongUsage):
        scenario(0, 1, first_delivery())


@pytest.mark.parametrize(
    ("words", "basket"),
    [
        (["mug"], {"mug": 1}),
        (["mug:2", "lamp"], {"mug": 2, "lamp": 1}),
        (["mug\N{MULTIPLICATION SIGN}2"], {"mug": 2}),
        (["mugx2"], {"mug": 2}),
        (["mug x2"], {"mug": 2}),
        (["mug", "x2", "pen"], {"mug": 2, "pen": 1}),
        (["mug:2", "mug"], {"mug": 3}),
        (["boxx3"], {"box": 3}),
        (["mug:200"], {"mug": 200}),
        (["nopen"], {"nopen": 1}),
    ],
)
def test_a_basket_can_be_typed_in_many_ways(words, basket):
    assert {line.sku: line.quantity for line in parse_basket(words)} == basket


@pytest.mark.parametrize("words", [["x2"], [":3"], ["mug:0"], ["7"], ["mug:99999999999"], ["mug", "x0"]])
def test_what_is_no_basket_is_refused_with_the_right_spelling(words):
    with pytest.raises(WrongUsage):
        parse_basket(words)


@given(st.lists(st.text(max_size=20), max_size=5))
def test_no_text_harms_the_basket(words):
    try:
        basket = parse_basket(words)
    except WrongUsage as error:
        refused = error.what
        basket = ()
    else:
        refused = ""
    assert refused.isprintable()
    assert all(line.quantity >= 1 for line in basket)
