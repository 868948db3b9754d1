"""What a stress run will do, before it does it: which orders, which faults, when. The same seed gives the same plan."""

import itertools
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from lab.chaos.faults import FAULTS, KAFKA, POSTGRES, SERVICES, SPEAKERS, Act, Fault, fault_named
from lab.shop.contracts import CARD_OK, CARD_REFUSED, CUSTOMERS, PRODUCTS
from lab.shop.runtime.crash import CrashPoint

REFUSED_SHARE: Final = 0.08
"""Of all cards."""
SECOND_PIECE_SHARE: Final = 0.15
HELD_SECONDS: Final[dict[Act, float]] = {Act.PAUSE: 2.0, Act.SLOW: 3.0, Act.REORDER: 3.0, Act.DUPLICATE: 3.0}
"""How long a fault lasts. Who is killed is started again at once."""
LONG_SECONDS: Final = 33.0
"""So long Payment is frozen once in a long run: longer than the mediator waits for it, so that deadlines pass."""
LONG_FROM_KILLS: Final = 20
"""So many kills make a run long."""
CRASH_SECONDS: Final = 8.0
"""At most so long is waited until a unit has come to the point at which it is to crash."""

_POINTS: Final = (CrashPoint.AFTER_COMMIT, CrashPoint.AFTER_PRODUCE, CrashPoint.BEFORE_COMMIT)
_BESIDE: Final = (Act.DUPLICATE, Act.PAUSE, Act.POISON, Act.RESTART, Act.REORDER, Act.SLOW)
"""What comes beside the kills, in turn: one for each three of them."""
_KILLS_FOR_ONE_BESIDE: Final = 3
_NEVER_BESIDE: Final = frozenset({KAFKA, POSTGRES})


@dataclass(frozen=True, slots=True)
class Wave:
    """Some orders, and the fault that comes when they are under way; the last wave has none.

    seconds: so long the fault lasts; of a crash, how long it is waited for at most.
    """

    orders: tuple[dict[str, Any], ...]
    fault: Fault | None = None
    seconds: float = 0.0

    @property
    def in_the_gap(self) -> bool:
        """Whether Kafka is to be frozen meanwhile: who is killed then has stored what nobody has been told."""
        return self.fault is not None and self.fault.act is Act.KILL and self.fault.unit in SERVICES


@dataclass(frozen=True, slots=True)
class Plan:
    """A whole run."""

    seed: int
    waves: tuple[Wave, ...]

    @property
    def orders(self) -> int:
        """Return how many orders are placed."""
        return sum(len(wave.orders) for wave in self.waves)


def plan(orders: int, kills: int, seed: int, *, postgres: bool) -> Plan:
    """Plan a run. Kills go round all services, the broker and, where there is one, the database server.

    Every other kill of a service is a crash at a point: those windows are too short for a kill from outside. In a long
    run Payment is frozen once for longer than the mediator waits.
    """
    rng = random.Random(f"orderlab stress {seed}")  # noqa: S311  repeatable is the point
    faults: list[tuple[Fault | None, float]] = [*_faults(kills, rng, postgres=postgres), (None, 0.0)]
    bodies = [_order(rng) for _ in range(orders)]
    bounds = [round(number * orders / len(faults)) for number in range(len(faults) + 1)]
    return Plan(
        seed,
        tuple(
            Wave(tuple(bodies[begin:end]), fault, seconds)
            for begin, end, (fault, seconds) in zip(bounds[:-1], bounds[1:], faults, strict=True)
        ),
    )


def _faults(kills: int, rng: random.Random, *, postgres: bool) -> Sequence[tuple[Fault, float]]:
    found: list[tuple[Fault, float]] = []
    killing, beside = _killing(rng, postgres=postgres), _besides(rng)
    for number in range(kills):
        found.append(_lasting(next(killing)))
        if number % _KILLS_FOR_ONE_BESIDE == _KILLS_FOR_ONE_BESIDE - 1:
            found.append(_lasting(next(beside)))
    if kills >= LONG_FROM_KILLS:
        found.insert(len(found) // 2, (fault_named("pause-payment"), LONG_SECONDS))
    return found


def _lasting(fault: Fault) -> tuple[Fault, float]:
    return fault, CRASH_SECONDS if fault.act is Act.CRASH else HELD_SECONDS.get(fault.act, 0.0)


def _killing(rng: random.Random, *, postgres: bool) -> Iterator[Fault]:
    """Yield kills for ever; each round hits every victim once, in a sequence of its own."""
    others = (KAFKA, POSTGRES) if postgres else (KAFKA,)
    for number in itertools.count():
        victims = [*SERVICES, *others]
        rng.shuffle(victims)
        for place, unit in enumerate(victims):
            if unit in _NEVER_BESIDE or (number + place) % 2:
                yield fault_named(f"kill-{unit}")
            else:
                yield fault_named(f"crash-{unit}-{_point(unit, rng)}")


def _point(unit: str, rng: random.Random) -> CrashPoint:
    drawn = rng.choice(_POINTS)
    return drawn if drawn is not CrashPoint.AFTER_PRODUCE or unit in SPEAKERS else CrashPoint.AFTER_COMMIT


def _besides(rng: random.Random) -> Iterator[Fault]:
    for number in itertools.count():
        act = _BESIDE[number % len(_BESIDE)]
        yield rng.choice([fault for fault in FAULTS if fault.act is act and fault.unit not in _NEVER_BESIDE])


def _order(rng: random.Random) -> dict[str, Any]:
    quantity = 2 if rng.random() < SECOND_PIECE_SHARE else 1
    return {
        "customer_id": rng.choice(sorted(CUSTOMERS)),
        "card": CARD_REFUSED if rng.random() < REFUSED_SHARE else CARD_OK,
        "lines": [{"sku": rng.choice(sorted(PRODUCTS)), "quantity": quantity}],
    }
