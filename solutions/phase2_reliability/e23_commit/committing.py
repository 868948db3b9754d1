"""Exercise 23 · Commit: what is committed is what is done, and nothing else."""

from collections.abc import Callable

from lab.shop.ports import OpenConsumer, Work


async def consume(open_consumer: OpenConsumer, work: Work, running: Callable[[], bool]) -> None:
    """Read records, have them handled, and only then note how far this group has come; until `running()` says no.

    open_consumer: opens this service's consumer with your options; it is closed for you.
    work:          handles a list of records of one partition; it returns when each has been handled or put aside.
    running:       False when the service is to stop.

    Guarantees: a record is committed after its work and never before. Who is killed in between does it again.
    """
    # No clock of the library's decides what is done. A timer knows what was fetched; only we know what was handled.
    consumer = await open_consumer(auto_offset_reset="earliest", enable_auto_commit=False)
    while running():
        batches = await consumer.getmany(timeout_ms=200, max_records=100)
        for partition, records in batches.items():
            # Asked before each partition, so that a service which is to stop does not begin the next one.
            if not running():
                return
            await work(records)
            # By name: this partition, up to here. A bare commit() notes all that was fetched, and the partitions whose
            # turn has not come yet are in it. `+ 1`, since an offset is the place of the *next* record to read.
            # https://kafka.apache.org/documentation/#design_consumerposition
            await consumer.commit({partition: records[-1].offset + 1})
