"""The table of faults: what each does to which unit, and what there is to see.

A fault is an act on a unit. Acts are few, and work on both engines, since they use an engine's seven verbs, the crash
points of the shop, and Kafka itself.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from lab.errors import NotFound
from lab.shop.contracts import TOPICS
from lab.shop.runtime.crash import CrashPoint
from lab.shop.units import BY_NAME

ORDERS: Final = 5
ORDERS_AT_MOST: Final = 50

KAFKA: Final = "kafka"
POSTGRES: Final = "postgres"


class Way(StrEnum):
    """How a fault is tried."""

    PROMISES = "promises"  # killed while Kafka is frozen: what was promised, and what is stored?
    MIDDLE = "middle"  # it comes in the middle of the orders: who waits for whom, and does it come right?


class Act(StrEnum):
    """What is done to a unit."""

    KILL = "kill"
    PAUSE = "pause"
    RESTART = "restart"
    SLOW = "slow"
    CRASH = "crash"
    DUPLICATE = "duplicate"
    REORDER = "reorder"
    POISON = "poison"


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault. `unit`: whom it hits; `about`: what happens, and what to look at; `point`: where a crash is."""

    name: str
    unit: str
    act: Act
    about: str
    way: Way = Way.MIDDLE
    point: CrashPoint | None = None


@dataclass(frozen=True, slots=True)
class Family:
    """The faults of one act. `about`: what it does to {unit}; `units`: whom it can hit; `point`: where a crash is."""

    act: Act
    about: str
    units: tuple[str, ...]
    point: CrashPoint | None = None

    def name_of(self, unit: str) -> str:
        """Return the name of the fault of one unit."""
        return f"{self.act}-{unit}" + (f"-{self.point}" if self.point else "")


SERVICES: Final = tuple(BY_NAME)
PROCESSES: Final = (*SERVICES, KAFKA, POSTGRES)
SPEAKERS: Final = tuple(name for name in SERVICES if name in {topic.writer for topic in TOPICS})
"""The services that tell others anything. One that only listens never comes to the point after it has told."""

_KILLED: Final[Mapping[str, str]] = MappingProxyType(
    {
        "order": "Order dies, Kafka is frozen: who was promised what?",
        "payment": "Payment dies: orders are taken, and wait to be paid.",
        "inventory": "Inventory dies: orders are taken, and get no further.",
        "fulfilment": "Fulfilment dies: what is paid for waits to be sent.",
        "mediator": "The mediator dies: nobody else knows the next step.",
        "notification": "Notification dies: orders end, customers hear nothing.",
        "analytics": "Analytics dies: nobody waits for one who only listens.",
        KAFKA: "The broker dies: nobody can tell anybody anything.",
        POSTGRES: "The database server dies: nobody has a memory.",
    }
)

FAMILIES: Final = (
    *(Family(Act.KILL, about, (unit,)) for unit, about in _KILLED.items()),
    Family(Act.PAUSE, "{unit} is frozen: connected, and it does not answer.", PROCESSES),
    Family(Act.RESTART, "{unit} is stopped in good order, and started again.", PROCESSES),
    Family(Act.SLOW, "{unit} is frozen and let go, over and over.", PROCESSES),
    Family(Act.DUPLICATE, "What {unit} reads is on Kafka twice.", SERVICES),
    Family(Act.REORDER, "What waits for {unit} comes in reversed sequence.", SERVICES),
    Family(Act.POISON, "Among what {unit} reads is what nobody can read.", SERVICES),
    Family(Act.CRASH, "{unit} ends: its work is done, and not stored.", SERVICES, CrashPoint.BEFORE_COMMIT),
    Family(Act.CRASH, "{unit} ends: its work is stored, and nobody told.", SERVICES, CrashPoint.AFTER_COMMIT),
    Family(Act.CRASH, "{unit} ends: Kafka has it, and it is not noted.", SPEAKERS, CrashPoint.AFTER_PRODUCE),
    Family(Act.CRASH, "{unit} ends: a dead letter is parked, and not noted.", SERVICES, CrashPoint.AFTER_PARK),
)


def titled(unit: str) -> str:
    """Return what a unit is called in a sentence."""
    return {KAFKA: "the broker", POSTGRES: "PostgreSQL", "mediator": "the mediator"}.get(unit) or BY_NAME[unit].title


def _of(family: Family) -> Iterator[Fault]:
    for unit in family.units:
        about = family.about.format(unit=titled(unit))
        way = Way.PROMISES if (family.act, unit) == (Act.KILL, "order") else Way.MIDDLE
        yield Fault(family.name_of(unit), unit, family.act, about[0].upper() + about[1:], way, family.point)


FAULTS: Final = tuple(fault for family in FAMILIES for fault in _of(family))


def fault_named(name: str) -> Fault:
    """Return the fault of that name. Raises NotFound, which names the nearest."""
    known = {fault.name: fault for fault in FAULTS}
    if name not in known:
        near = get_close_matches(name, known, n=1)
        hint = f"Nearest: {near[0]}. " if near else ""
        raise NotFound(f"There is no fault {name[:40]!r}.", f"{hint}All of them: uv run lab chaos list")
    return known[name]
