"""Writes stories to the running shop's topics at a steady rate: `python -m lab.bench.writing --rate 5000 --seconds 30`.

Nobody works on them where the units are stopped; whoever listens sees them as they would see the shop's own.
"""

import argparse
import asyncio
import json
import signal
import time
from typing import Final

from aiokafka import AIOKafkaProducer

from lab.bench.stream import records
from lab.running import running

_SLICES_A_SECOND: Final = 20


async def write(rate: int, seconds: float) -> float:
    """Write until the time is over; return how many a second it was in truth."""
    shop, stop = running(), asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    producer = AIOKafkaProducer(bootstrap_servers=shop.kafka, linger_ms=20, max_batch_size=262_144)
    await producer.start()
    stream, written, began = records(), 0, time.monotonic()
    try:
        while not stop.is_set() and (passed := time.monotonic() - began) < seconds:
            for _ in range(int(passed * rate) - written):
                record = next(stream)
                await producer.send(
                    shop.prefix + record.topic, record.value, key=record.key, headers=list(record.headers)
                )
                written += 1
            await asyncio.sleep(1 / _SLICES_A_SECOND)
        return written / (time.monotonic() - began)
    finally:
        await producer.stop()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--rate", type=int, required=True)
    parser.add_argument("--seconds", type=float, required=True)
    asked = parser.parse_args()
    print(json.dumps({"per_second": asyncio.run(write(asked.rate, asked.seconds))}), flush=True)  # noqa: T201
