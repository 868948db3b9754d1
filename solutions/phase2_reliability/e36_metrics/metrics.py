"""Exercise 36 · Metrics: count, time, lag."""

from collections.abc import Mapping

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest

from lab.shop.contracts import Body, Message
from lab.shop.ports import Partition

# A registry of our own. The library has one for the whole process, and two services in one process, as in a test,
# would count into the same figures.
REGISTRY = CollectorRegistry()

# What only ever grows is a counter: whoever scrapes it every 15 s sees how fast it grows, also between two scrapes, and
# knows a restart by its fall to 0. A gauge would say what is just now, and miss all that came and went in between.
# Each set of label values is a series of its own, kept for ever. Types and outcomes are few, and known beforehand. An
# order id would make a series for every order; whoever looks for one order looks into the logs (exercise 22).
MESSAGES = Counter("shop_messages", "What became of the messages that came", ["type", "outcome"], registry=REGISTRY)

# A mean hides the slow ones. A histogram counts how many took at most so long, so that 99 of 100 can be asked for, and
# those of several processes can be added up. Finest where our work is: a few milliseconds.
BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
SECONDS = Histogram("shop_handling_seconds", "How long the work took", ["type"], buckets=BUCKETS, registry=REGISTRY)


def observe(message: Message[Body] | None, outcome: str, seconds: float) -> None:
    """Count what became of one message, and for work that was done the time it took.

    message: None for a record that nobody can read: it has no type.
    outcome: `done`; `skipped`, it was done before; `failed`, it is tried again here; `retried`, it waits in a retry
             topic; `dead`, it is parked.
    seconds: how long it took.
    """
    # The type of a message is one of our contracts. What a record that nobody can read calls itself is not: anybody may
    # write anything there, and it must not become a label.
    name = "unreadable" if message is None else message.name
    MESSAGES.labels(name, outcome).inc()
    if outcome == "done":
        # The others take no time, or none that says how fast we work. They would make us look faster than we are.
        SECONDS.labels(name).observe(seconds)


def lag(ends: Mapping[Partition, int], committed: Mapping[Partition, int]) -> int:
    """Return how many records wait.

    ends:      by partition, the offset that the next record will get.
    committed: by partition, the offset of the next record to handle; one that was never committed is missing.
    """
    # Committed, and not read: what was fetched and is not done still waits, and after a crash it is all read again.
    # Never less than 0: the two are not asked for at the same moment.
    return sum(max(0, end - committed.get(partition, 0)) for partition, end in ends.items())


def figures() -> bytes:
    """Return all figures in Prometheus' text format, for whoever scrapes GET /metrics.

    https://prometheus.io/docs/instrumenting/exposition_formats/
    """
    # They are fetched by who wants them, as often as they want. We send nothing, and need not know who watches.
    return generate_latest(REGISTRY)
