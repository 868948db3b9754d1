"""What the topology shows at one moment, put together: nothing here is read later than that moment."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from lab.shop.users import USED_BY
from tui.model.beside import Beside
from tui.model.flow import Flow
from tui.model.item import Item, Look, UnitLook, UnitState
from tui.model.shape import EVENT_TOPICS, READS
from tui.model.tokens import QUIET, Traffic, traffic
from tui.model.view import View

FRESH_MS: Final = 3_000.0
"""A unit is what a round trip younger than this says it is."""
NOTED_MS: Final = 13_000.0
"""The same in the past: a look that found what the one before found is noted only every ten seconds."""
DOWN: Final = frozenset({UnitState.STOPPED, UnitState.PAUSED, UnitState.CRASHED, UnitState.MUTE})


@dataclass(frozen=True, slots=True)
class Present:
    """What is known of now only. look: the last one, at `looked_ms`. choices: exercise → `mine` or `broken`.

    choices is None where it is not known. ports: unit → where it listens.
    """

    look: Look | None = None
    looked_ms: float = 0.0
    ports: Mapping[str, int] = field(default_factory=dict)
    choices: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Scene:
    """Frozen for one frame. age_ms: since the units were looked at, None where they never were."""

    flow: Flow
    beside: Beside
    look: Look
    age_ms: float | None
    fresh: bool
    stale: bool
    at_ms: float
    traffic: Mapping[str, Traffic]
    whose: Mapping[str, Mapping[str, str]]
    ports: Mapping[str, int]
    order: str = ""
    motion: bool = True
    recorded: bool = False
    """It is shown from a file: no key can do anything to a unit."""

    def unit(self, name: str) -> UnitLook | None:
        """Return how a unit was found; None where nobody has looked."""
        return self.look.units.get(name)

    def is_down(self, name: str) -> bool:
        """Say whether a unit was found not to work on its messages."""
        found = self.unit(name)
        return found is not None and found.state in DOWN

    def lag(self, name: str) -> int | None:
        """Return how much waits for a unit; None where Kafka has not said it."""
        return self.look.lag.get(name)

    def count(self, topic: str) -> int:
        """Return how many records came on a topic."""
        if topic == READS:
            return sum(count for name, count in self.flow.by_topic.items() if name in EVENT_TOPICS)
        return self.flow.by_topic[topic]

    def going_on(self, topic: str) -> Traffic:
        """Return what travels on a topic."""
        return self.traffic.get(topic, QUIET)

    def parts(self, unit: str) -> Mapping[str, str]:
        """Return exercise → `mine` or `broken`, for each part of a unit that is not the solution's."""
        return self.whose.get(unit, {})

    def last_unreadable(self) -> Item | None:
        """Return the last record that nobody can read."""
        return self.beside.last_unreadable


def scene_of(view: View, beside: Beside, present: Present) -> Scene:
    """Put a scene together. `present` counts only where the view is of now."""
    live = view.moment.live
    look = present.look if live and present.look is not None else Look(view.flow.units, view.flow.lag, view.flow.parked)
    looked_ms = present.looked_ms if live and present.look is not None else view.flow.looked_ms
    age = view.moment.at_ms - looked_ms if looked_ms else None
    return Scene(
        flow=_of_order(view) if view.order else view.flow,
        beside=beside,
        look=look,
        age_ms=age,
        fresh=age is not None and age < (FRESH_MS if live else NOTED_MS),
        stale=view.stale,
        at_ms=view.moment.at_ms,
        traffic=traffic(view.history, view.moment, motion=view.motion, order=view.order),
        whose=beside.whose() if present.choices is None or not live else _chosen(present.choices),
        ports=present.ports,
        order=view.order,
        motion=view.motion,
        recorded=view.moment.from_file,
    )


def _of_order(view: View) -> Flow:
    """Return what followed from one order's messages alone."""
    flow = Flow()
    flow.apply_all(view.history.of_order(view.order, view.moment.end))
    return flow


def _chosen(choices: Mapping[str, str]) -> Mapping[str, Mapping[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for exercise, origin in choices.items():
        for unit in USED_BY.get(exercise, ()):
            found.setdefault(unit, {})[exercise] = origin
    return found
