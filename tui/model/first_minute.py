"""The guided first minute: start the shop, place an order, follow it, open the tour. One sentence a screen."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from types import MappingProxyType
from typing import Final


class Step(IntEnum):
    """What comes next."""

    START = 1
    ORDER = 2
    FOLLOW = 3
    TOUR = 4


_ELSEWHERE: Final[Mapping[Step, str]] = MappingProxyType(
    {
        Step.START: "1 opens Start, where the shop is started",
        Step.ORDER: "o places an order",
        Step.FOLLOW: "2 opens Shop, f follows your order",
        Step.TOUR: "3 opens Learn, with the tour",
    }
)
_HERE: Final[Mapping[tuple[Step, str], str]] = MappingProxyType(
    {
        (Step.START, "start"): "enter starts the shop",
        (Step.ORDER, "start"): "enter places an order",
        (Step.ORDER, "journal"): "2 opens Shop, o places an order",
        (Step.FOLLOW, "start"): "enter follows your order",
        (Step.FOLLOW, "shop"): "f follows your order",
        (Step.TOUR, "start"): "enter opens the tour",
    }
)


@dataclass(slots=True)
class FirstMinute:
    """Where a newcomer is on it. `active`: nothing of the course was begun when the app was opened."""

    active: bool = False
    started: bool = False
    ordered: bool = False
    followed: bool = False

    def saw(self, *, shop: bool, orders: int, order: str, place: str) -> None:
        """Note what has come to be. Who has arrived at the tour is guided no more."""
        self.started = shop
        self.ordered = self.ordered or orders > 0
        self.followed = self.followed or bool(order) or place == "follow"
        if self.followed and place in {"learn", "predict"}:
            self.active = False

    @property
    def step(self) -> Step | None:
        """Return what comes next; None where nobody has to be guided."""
        if not self.active:
            return None
        if not self.started:
            return Step.START
        if not self.ordered:
            return Step.ORDER
        return Step.TOUR if self.followed else Step.FOLLOW

    def sentence(self, place: str) -> str:
        """Return what a screen says of it; empty where nobody has to be guided."""
        step = self.step
        if step is None:
            return ""
        return f"First minute, {step} of 4: {_HERE.get((step, place), _ELSEWHERE[step])}."
