"""The arithmetic: medians, and ratios of what was measured side by side."""

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

NOT_RUN = "not run"
"""What the correctness gate says where nobody has run it: figures of a shop that may lose orders count for nothing."""


@dataclass(frozen=True, slots=True)
class ShopFigures:
    """Ratios are medians over rounds of the ratio within one round; all else are medians over rounds.

    deliveries_per_second, cpu_us_per_delivery, p50_hop_ms, p99_hop_ms: by side. Processor time is that of all threads
    of the side. A hop: from a message on Kafka to its answer on Kafka.
    p50_with_poison: a hop's median among records that nobody can read, against one without them.
    hops_kept_up: whether every side kept up with the orders while hops were measured; else a hop is mostly a queue.
    gate: what killing and auditing the same build said.
    """

    vs_faststream_per_message: float
    vs_faststream_batch: float
    vs_raw_ceiling: float
    vs_raw_awaited: float
    parts_only_vs_raw_ceiling: float
    p50_vs_raw: float
    p50_with_poison: float
    deliveries_per_second: Mapping[str, float]
    cpu_us_per_delivery: Mapping[str, float]
    p50_hop_ms: Mapping[str, float]
    p99_hop_ms: Mapping[str, float]
    hops_kept_up: bool
    hop_orders_per_second: float
    deliveries_per_order: int
    orders: Mapping[str, int]
    rounds: int
    gate: str
    machine: str

    def as_object(self) -> dict[str, Any]:
        """The figures for programs."""
        return asdict(self)


def ratio(mine: Sequence[float], theirs: Sequence[float]) -> float:
    """Return the median of the pairs' ratios. Pairs were measured one after the other: what disturbs hits both."""
    return rounded(statistics.median(one / other for one, other in zip(mine, theirs, strict=True)))


def percentile(values: Sequence[float], percent: float) -> float:
    """Return the smallest value that is not below `percent` of a hundred of all."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)]


def rounded(value: float) -> float:
    """Return three significant digits: more would be noise."""
    return float(f"{value:.3g}")


def hops_ms(first_ms: Mapping[bytes, int], last_ms: Mapping[bytes, int], hops: int) -> list[float]:
    """Return for each order the milliseconds of one hop, the mean of so many between its first and its last message."""
    return [(last_ms[order] - at) / hops for order, at in first_ms.items() if order in last_ms]
