"""A unit's page, read: counts added up, times from the histogram, and what the page does not say."""

import json
import math
from dataclasses import asdict

import pytest

from lab.cli.metrics import _show
from lab.shop.figures import Figures, quantile, read_figures
from lab.shop.units import UNITS

PAGE = """
# TYPE shop_unit_info gauge
shop_unit_info{phase="2",unit="payment"} 1.0
# TYPE shop_messages_total counter
shop_messages_total{outcome="done",type="payment.process"} 30.0
shop_messages_total{outcome="done",type="payment.cancel"} 2.0
shop_messages_total{outcome="dead",type="unreadable"} 1.0
# TYPE shop_handling_seconds histogram
shop_handling_seconds_bucket{le="0.01",type="payment.process"} 20.0
shop_handling_seconds_bucket{le="0.1",type="payment.process"} 30.0
shop_handling_seconds_bucket{le="+Inf",type="payment.process"} 30.0
shop_handling_seconds_bucket{le="0.01",type="payment.cancel"} 0.0
shop_handling_seconds_bucket{le="0.1",type="payment.cancel"} 1.0
shop_handling_seconds_bucket{le="+Inf",type="payment.cancel"} 2.0
# TYPE shop_lag_records gauge
shop_lag_records{partition="0",topic="payment.commands"} 3.0
shop_lag_records{partition="1",topic="payment.commands"} 4.0
# TYPE shop_dead_letters gauge
shop_dead_letters{topic="payment.commands.payment.dlq"} 1.0
# TYPE shop_dead_letters_oldest_seconds gauge
shop_dead_letters_oldest_seconds{topic="payment.commands.payment.dlq"} 7300.5
"""


def test_a_page_is_added_up_over_types_and_partitions() -> None:
    found = read_figures(PAGE)
    assert (found.phase, found.handled) == (2, {"done": 32, "dead": 1})
    assert (found.lag, found.outbox, found.dead_letters, found.oldest_s) == (7, None, 1, 7300.5)
    assert (found.p50_ms, found.p99_ms) == (8.0, 100.0)


def test_figures_can_be_written_as_json() -> None:
    assert json.loads(json.dumps(asdict(read_figures(PAGE))))["handled"] == {"done": 32, "dead": 1}


def test_a_share_lies_evenly_within_its_bucket_and_above_the_last_bound_nothing_is_known() -> None:
    buckets = [(0.1, 5), (0.2, 10), (math.inf, 20)]
    assert quantile(buckets, 0.25) == pytest.approx(0.1)
    assert quantile(buckets, 0.4) == pytest.approx(0.16)
    assert quantile(buckets, 0.9) == 0.2
    assert quantile([(0.1, 0), (math.inf, 0)], 0.5) is None
    assert quantile([], 0.5) is None


@pytest.mark.parametrize("text", ["", "<html>", "some_other_program 1\n", "shop_unit_info{", "a b c d"])
def test_what_is_no_page_of_a_unit_is_refused(text) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        read_figures(text)


def test_the_tables_fit_80_columns_and_show_what_is_not_known(capsys) -> None:
    busy = Figures(2, {"done": 123456, "failed": 12345}, 1.25, 4999.0, 123456, 1234, 12345, 400_000.0)
    _show({**{unit.name: busy for unit in UNITS}, "payment": None, "order": read_figures(PAGE)})
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 80
    assert [line.split() for line in lines if line.startswith("payment")] == [
        ["payment", *"–––––––"],
        ["payment", *"––––"],
    ]
    assert [line.split() for line in lines if line.startswith("order")] == [
        ["order", "32", "0", "0", "0", "1", "8.0", "100.0"], ["order", "7", "–", "1", "2", "h"],
    ]  # fmt: skip
