"""One side as a process of its own: `python -m lab.bench.shop.side raw-ceiling --kafka … --prefix … --orders 100`.

It says `ready`, waits for a line on its standard input, and answers with one JSON object when all is handled.
"""

import argparse
import asyncio
import json
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TextIO

from lab.bench.shop.counting import Count, begin, seconds_until
from lab.bench.shop.flow import DELIVERIES_PER_ORDER
from lab.bench.shop.sides import BY_NAME, PARTS
from lab.shop.runtime.log import configure


@asynccontextmanager
async def opened(side: str, kafka: str, prefix: str, orders: int) -> AsyncIterator[Callable[[], int]]:
    """Start a side; yield what tells how many deliveries it has handled."""
    count = Count()
    if side.startswith("raw"):
        from lab.bench.shop import raw  # noqa: PLC0415  each side pays for its own imports only

        async with (raw.ceiling if side == "raw-ceiling" else raw.awaited)(kafka, prefix, count):
            yield lambda: count.handled
    elif side.startswith("faststream"):
        from lab.bench.shop import faststream_peer as peer  # noqa: PLC0415

        async with (peer.per_message if side == "faststream" else peer.per_batch)(kafka, prefix, count):
            yield lambda: count.handled
    else:
        from lab.bench.shop.whole import shop  # noqa: PLC0415

        with tempfile.TemporaryDirectory(prefix="lab-bench-") as folder:
            async with shop(kafka, prefix, Path(folder), orders, many=side != PARTS.name) as handled:
                yield handled


async def run(
    side: str, kafka: str, prefix: str, warm: int, orders: int, more: int, patience: float, talk: TextIO
) -> dict[str, float]:
    """Run a side until it has handled all deliveries of `warm` orders, and then of `orders`; only these are timed.

    more: so many deliveries come beside those of the orders.
    """
    not_timed, timed = warm * DELIVERIES_PER_ORDER, orders * DELIVERIES_PER_ORDER + more
    async with opened(side, kafka, prefix, warm + orders) as handled:
        await seconds_until(not_timed, handled, await begin(talk), patience)
        began, used = await begin(talk), time.process_time()
        seconds = await seconds_until(not_timed + timed, handled, began, patience)
        return {"deliveries": timed, "seconds": seconds, "cpu_seconds": time.process_time() - used}


def main() -> None:
    """Run the side that the command line names."""
    parser = argparse.ArgumentParser()
    parser.add_argument("side", choices=BY_NAME)
    parser.add_argument("--kafka", required=True)
    parser.add_argument("--prefix", required=True)
    parser.add_argument("--warm", type=int, required=True)
    parser.add_argument("--orders", type=int, required=True)
    parser.add_argument("--more", type=int, default=0)
    parser.add_argument("--patience", type=float, default=120)
    asked = parser.parse_args()
    talk, sys.stdout = sys.stdout, sys.stderr
    configure("bench")  # the shop writes its log as it always does, into a file that is deleted
    new_loop: Callable[[], asyncio.AbstractEventLoop] = asyncio.new_event_loop
    if BY_NAME[asked.side].on_uvloop:
        import uvloop  # noqa: PLC0415

        new_loop = uvloop.new_event_loop
    with asyncio.Runner(loop_factory=new_loop) as runner:
        figures = runner.run(
            run(asked.side, asked.kafka, asked.prefix, asked.warm, asked.orders, asked.more, asked.patience, talk)
        )
    print(json.dumps(figures), file=talk, flush=True)


if __name__ == "__main__":
    main()
