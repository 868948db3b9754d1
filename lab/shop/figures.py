"""What the units say of themselves at GET /metrics, read as Prometheus reads it."""

import asyncio
import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import httpx
from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample

from lab.shop.runtime.metrics import DEAD_LETTERS, LAG, OLDEST, OUTBOX, UNIT
from lab.shop.units import UNITS
from lab.shop.urls import ShopUrls

MESSAGES: Final = "shop_messages"
SECONDS: Final = "shop_handling_seconds"
OUTCOMES: Final = ("done", "skipped", "failed", "retried", "dead")
TIMEOUT_SECONDS: Final = 5.0


@dataclass(frozen=True, slots=True)
class Figures:
    """One unit's page, added up. None: the page does not say it, since whoever knows it did not answer.

    handled: outcome → messages, since the unit was started. p50_ms, p99_ms: of the work that was done, as the histogram
    can tell. oldest_s: seconds since the first dead letter that nobody has dealt with was parked.
    """

    phase: int
    handled: Mapping[str, int]
    p50_ms: float | None
    p99_ms: float | None
    lag: int | None
    outbox: int | None
    dead_letters: int | None
    oldest_s: float | None


async def ask_figures(
    urls: ShopUrls, *, seconds: float = TIMEOUT_SECONDS, transport: httpx.AsyncBaseTransport | None = None
) -> dict[str, Figures | None]:
    """Return every unit's figures; None for one that does not answer in so many seconds, or answers something else."""
    async with httpx.AsyncClient(timeout=seconds, trust_env=False, transport=transport) as client:
        found = await asyncio.gather(*(_ask(client, urls.url(unit.name)) for unit in UNITS))
    return {unit.name: figures for unit, figures in zip(UNITS, found, strict=True)}


async def _ask(client: httpx.AsyncClient, url: str) -> Figures | None:
    try:
        answer = await client.get(f"{url}/metrics")
        return read_figures(answer.text) if answer.is_success else None
    except (httpx.HTTPError, ValueError):
        return None


def read_figures(page: str) -> Figures:
    """Add up a page. Raises ValueError for a text that is no page of a unit's."""
    families = {family.name: family for family in text_string_to_metric_families(page)}
    if UNIT not in families:
        raise ValueError("no unit of a shop says this")
    handled: Counter[str] = Counter()
    for sample in _samples(families, MESSAGES, "_total"):
        handled[sample.labels["outcome"]] += int(sample.value)
    buckets = _buckets(families)
    oldest = [sample.value for sample in _samples(families, OLDEST)]
    return Figures(
        phase=int(families[UNIT].samples[0].labels["phase"]),
        handled=dict(handled),
        p50_ms=_ms(quantile(buckets, 0.5)),
        p99_ms=_ms(quantile(buckets, 0.99)),
        lag=_sum(families, LAG),
        outbox=_sum(families, OUTBOX),
        dead_letters=_sum(families, DEAD_LETTERS),
        oldest_s=max(oldest) if oldest else None,
    )


def quantile(buckets: Sequence[tuple[float, float]], share: float) -> float | None:
    """Return what this share of all took at most, as `histogram_quantile` of Prometheus does; None where nothing is.

    buckets: (at most so long, how many took at most so long), rising, the last one for any time at all. Within a bucket
    the values count as evenly spread; above the last finite bound nothing is known, and that bound is the answer.
    """
    total = buckets[-1][1] if buckets else 0
    if not total:
        return None
    rank = share * total
    for (low, below), (high, upto) in pairwise([(0.0, 0.0), *buckets]):
        if upto >= rank:
            return low if math.isinf(high) else low + (high - low) * (rank - below) / ((upto - below) or 1)
    return None


def _buckets(families: Mapping[str, Metric]) -> Sequence[tuple[float, float]]:
    added: Counter[float] = Counter()
    for sample in _samples(families, SECONDS, "_bucket"):
        added[float(sample.labels["le"])] += int(sample.value)
    return sorted(added.items())


def _samples(families: Mapping[str, Metric], name: str, ending: str = "") -> Iterator[Sample]:
    found = families[name].samples if name in families else ()
    return (sample for sample in found if sample.name == name + ending)


def _sum(families: Mapping[str, Metric], name: str) -> int | None:
    return int(sum(sample.value for sample in families[name].samples)) if name in families else None


def _ms(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds * 1000, 1)
