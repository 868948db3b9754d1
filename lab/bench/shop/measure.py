"""`lab bench shop`: all sides in turn, round after round, on one broker."""

import asyncio
import importlib.util
import statistics
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from lab.bench.machine import describe
from lab.bench.own_home import own_home
from lab.bench.shop.figures import NOT_RUN, ShopFigures, percentile, ratio, rounded
from lab.bench.shop.flow import DELIVERIES_PER_ORDER
from lab.bench.shop.gate import kill_and_audit
from lab.bench.shop.running import Ran, run_side
from lab.bench.shop.sides import (
    AWAITED,
    CEILING,
    FASTSTREAM,
    FASTSTREAM_BATCH,
    HOPPERS,
    PARTS,
    POISONED,
    SHOP,
    SIDES,
    Side,
)
from lab.engines.base import Progress, Report
from lab.engines.native import NativeEngine
from lab.errors import MachineProblem
from lab.running import other_kafka

PEERS: Final = ("faststream", "uvloop")
WARM_SHARE: Final = 0.1
HOP_SECONDS: Final = 5.0
HOP_ORDERS_PER_SECOND: Final = 100.0

Gate = Callable[[Report], str]
"""Kills and audits the build that is about to be measured, and says in a few words how that went."""


def not_run(_: Report) -> str:
    """Say that nobody has."""
    return NOT_RUN


def measure(
    rounds: int, orders: int, report: Report, *, rate: float = HOP_ORDERS_PER_SECOND, gate: Gate = kill_and_audit
) -> ShopFigures:
    """Measure all sides so many times.

    Raises MachineProblem where a peer is not installed, and LabError where the gate finds that something was lost.
    """
    _check_peers()
    said = gate(report)
    with _broker(report) as kafka:
        speed, hops = asyncio.run(_rounds(kafka, rounds, orders, rate, report))
    per_second = {side.name: [ran.deliveries_per_second for ran in speed[side.name]] for side in SIDES}
    mine = per_second[SHOP.name]
    p50s, p99s = (
        {side.name: [percentile(ran.hops_ms, percent) for ran in hops[side.name]] for side in HOPPERS}
        for percent in (50, 99)
    )
    return ShopFigures(
        vs_faststream_per_message=ratio(mine, per_second[FASTSTREAM.name]),
        vs_faststream_batch=ratio(mine, per_second[FASTSTREAM_BATCH.name]),
        vs_raw_ceiling=ratio(mine, per_second[CEILING.name]),
        vs_raw_awaited=ratio(mine, per_second[AWAITED.name]),
        parts_only_vs_raw_ceiling=ratio(per_second[PARTS.name], per_second[CEILING.name]),
        p50_vs_raw=ratio(p50s[SHOP.name], p50s[AWAITED.name]),
        p50_with_poison=ratio(p50s[POISONED.name], p50s[SHOP.name]),
        deliveries_per_second=_medians(per_second),
        cpu_us_per_delivery=_medians({side.name: [ran.cpu_us for ran in speed[side.name]] for side in SIDES}),
        p50_hop_ms=_medians(p50s),
        p99_hop_ms=_medians(p99s),
        hops_kept_up=all(ran.kept_up for side in HOPPERS for ran in hops[side.name]),
        hop_orders_per_second=rate,
        deliveries_per_order=DELIVERIES_PER_ORDER,
        orders={side.name: _orders(side, orders) for side in SIDES},
        rounds=rounds,
        gate=said,
        machine=describe(),
    )


def _medians(by_side: dict[str, list[float]]) -> dict[str, float]:
    return {name: rounded(statistics.median(values)) for name, values in by_side.items()}


def _check_peers() -> None:
    absent = [name for name in PEERS if importlib.util.find_spec(name) is None]
    if absent:
        raise MachineProblem(
            f"What the shop is compared with is not installed: {', '.join(absent)}.",
            "Install it: uv sync --group authors",
        )


@contextmanager
def _broker(report: Report) -> Iterator[str]:
    """Yield where a Kafka answers: the one that LAB_KAFKA names, else one of its own, which is ended afterwards."""
    other = other_kafka()
    if other is not None:
        yield other
        return
    with own_home() as home:
        report(Progress("kafka", "starting"))
        yield NativeEngine(home).up(report=report).kafka


def _orders(side: Side, orders: int) -> int:
    return max(1, round(orders * side.share))


Measured = dict[str, list[Ran]]


async def _rounds(kafka: str, rounds: int, orders: int, rate: float, report: Report) -> tuple[Measured, Measured]:
    speed, hops = Measured(), Measured()
    for number in range(1, rounds + 1):
        for side in SIDES:
            report(Progress("speed", f"round {number} of {rounds}: {side.name}"))
            mine = _orders(side, orders)
            ran = await run_side(side, kafka, mine, max(1, round(mine * WARM_SHARE)))
            speed.setdefault(side.name, []).append(ran)
        for side in HOPPERS:
            report(Progress("hops", f"round {number} of {rounds}: {side.name}"))
            ran = await run_side(side, kafka, max(1, round(rate * HOP_SECONDS)), max(1, round(rate / 5)), rate)
            hops.setdefault(side.name, []).append(ran)
    report(Progress("speed", f"{rounds} rounds", done=True))
    return speed, hops
