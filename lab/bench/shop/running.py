"""Runs one side once: a process of its own, fed from here."""

import asyncio
import json
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO, Final

from lab.bench.shop.counting import READY
from lab.bench.shop.feeding import HOPS, feed, feeder, first_and_last, topics
from lab.bench.shop.figures import hops_ms
from lab.bench.shop.flow import orders as order_records
from lab.bench.shop.flow import poison, readers
from lab.bench.shop.sides import Side
from lab.errors import LabError
from lab.shop.contracts import Record

_KEPT_UP: Final = 1.2
"""A side has kept up when it ends within a fifth of the time in which the orders came."""
_LAST_BYTES: Final = 2_000


@dataclass(frozen=True, slots=True)
class Ran:
    """What one run of a side has shown. hops_ms: by order, where orders came one after the other."""

    deliveries_per_second: float
    cpu_us: float  # processor time for one delivery, all threads
    hops_ms: tuple[float, ...] = ()
    kept_up: bool = True


async def run_side(side: Side, kafka: str, orders: int, warm: int, rate: float | None = None) -> Ran:
    """Run a side on topics of its own. Its first `warm` orders are not measured; the rest come at once, or at a rate.

    Raises LabError when it does not handle them all.
    """
    prefix = f"bench-{uuid.uuid4().hex[:8]}."
    records = list(order_records(warm + orders))
    timed, more = _with_poison(records[warm:], side.poison_every)
    pace = rate and rate * len(timed) / orders  # poison comes beside the orders, and takes the place of none
    async with topics(kafka, prefix, side.phase):
        with tempfile.TemporaryFile() as log:
            words = (
                "--kafka",
                kafka,
                "--prefix",
                prefix,
                "--warm",
                str(warm),
                "--orders",
                str(orders),
                "--more",
                str(more),
            )
            figures = await _talk(side, words, log, ((records[:warm], None), (timed, pace)))
        per_second = figures["deliveries"] / figures["seconds"]
        cpu_us = figures["cpu_seconds"] / figures["deliveries"] * 1e6
        if rate is None:
            return Ran(per_second, cpu_us)
        first, last = await first_and_last(kafka, prefix)
        measured = {record.key for record in records[warm:]}
        hops = hops_ms({order: at for order, at in first.items() if order in measured}, last, HOPS)
        return Ran(per_second, cpu_us, tuple(hops), figures["seconds"] * rate <= orders * _KEPT_UP)


def _with_poison(orders: Sequence[Record], every: int) -> tuple[Sequence[Record], int]:
    """Return the orders with poison among them, and how many deliveries that makes more."""
    if not every:
        return orders, 0
    bad = list(poison(len(orders) // every))
    mixed: list[Record] = []
    for number, order in enumerate(orders, start=1):
        mixed.append(order)
        if number % every == 0:
            mixed.append(bad[number // every - 1])
    return mixed, sum(map(readers, bad))


async def _talk(
    side: Side, words: Sequence[str], log: IO[bytes], parts: Sequence[tuple[Sequence[Record], float | None]]
) -> dict[str, float]:
    """Start the side, feed it one part after the other, each when it is ready; return what it says at the end."""
    kafka, prefix = words[1], words[3]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "lab.bench.shop.side", side.name, *words,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log,
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        async with feeder(kafka) as producer:
            for records, rate in parts:
                if (await process.stdout.readline()).decode().strip() != READY:
                    raise _failed(side, log)
                process.stdin.write(b"go\n")
                await process.stdin.drain()
                await feed(producer, prefix, records, rate)
        said = await process.stdout.readline()
        if not said:
            raise _failed(side, log)
        figures: dict[str, float] = json.loads(said)
        await process.wait()
        return figures
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


def _failed(side: Side, log: IO[bytes]) -> LabError:
    log.seek(max(0, log.seek(0, 2) - _LAST_BYTES))
    last = log.read().decode("utf-8", "replace").strip().splitlines()[-1:] or ["it said nothing"]
    return LabError(f"The side {side.name} did not come to its end: {last[0]}", "Run it again: uv run lab bench shop")
