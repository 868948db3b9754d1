"""What a comparison has come to, as data and as words."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from lab.contrast.flow import Flow, short
from lab.contrast.routing import STEP, Routing
from lab.contrast.stuck import SILENT, Standing, Stuck
from lab.shop.choreography.running import Kept
from lab.shop.scenario import Scenario
from lab.shop.wording import pad, plural


@dataclass(frozen=True, slots=True)
class Orders:
    """The same orders through both: what was planned, what came, and who has to be asked for one of them.

    asked: the order whose books were read, its saga's state, and what the processors' databases keep of it.
    """

    planned: Scenario
    flows: tuple[Flow, Flow]
    seconds: float
    asked: tuple[str, str, str, Sequence[Kept]]

    @property
    def otherwise(self) -> tuple[list[str], list[str]]:
        """The orders of each topology that did not end as planned."""
        plans = [str(order.ending) for order in self.planned.orders]
        left, right = self.flows
        return _otherwise(left, plans), _otherwise(right, plans)

    def as_object(self) -> dict[str, Any]:
        """The orders for programs."""
        left, right = self.flows
        mine, without = _rows(left), _rows(right)
        order, other, state, kept = self.asked
        return {
            "seed": self.planned.seed,
            "planned": [str(one.ending) for one in self.planned.orders],
            "seconds": round(self.seconds, 2),
            "with_mediator": {**mine, "otherwise": self.otherwise[0]},
            "without": {**without, "otherwise": self.otherwise[1]},
            "where_is_the_state": {
                "with_mediator": {"order": order, "books": {"mediator.saga": state}},
                "without": {"order": other, "books": {one.table: one.says for one in kept}},
            },
        }

    def text(self) -> Iterator[str]:
        """The orders for people."""
        left, right = self.flows
        yield ""
        yield f"{'planned':<11}{'with a mediator':<34}without"
        for plan, one, other in zip(self.planned.orders, _ends(left), _ends(right), strict=True):
            yield f"{plan.ending:<11}{one:<34}{other}"
        for flow, title in ((left, "with a mediator"), (right, "without")):
            yield f"{title}: {flow.messages} messages, {flow.commands} of them commands"
        order, other, state, kept = self.asked
        yield ""
        yield "Where is the state of one order, now that it has ended?"
        yield f"  with a mediator  {order}: one row says how far it has come"
        yield f"    {pad('mediator.saga', 28)}{state}"
        yield f"  without          {other}: {plural(len(kept), 'book')} to ask, each knows its own"
        yield from (f"    {pad(one.table, 28)}{one.says}" for one in kept)


@dataclass(frozen=True, slots=True)
class Comparison:
    """All that was compared; None for what was not asked for."""

    orders: Orders | None = None
    stuck: Stuck | None = None
    routing: tuple[Routing, Routing] | None = None

    @property
    def as_planned(self) -> bool:
        """Say whether every order has ended as it was planned, in both."""
        return self.orders is None or not any(self.orders.otherwise)

    def as_object(self) -> dict[str, Any]:
        """The comparison for programs."""
        said: dict[str, Any] = {}
        if self.orders:
            said["orders"] = self.orders.as_object()
        if self.stuck:
            said["stuck"] = {
                "silent": SILENT,
                "with_mediator": [_standing(one) for one in self.stuck.with_mediator],
                "without": [_standing(one) for one in self.stuck.without],
                "ended": list(self.stuck.ended),
            }
        if self.routing:
            names = ("with_mediator", "without")
            told = {
                name: {"files": dict(one.files), "change": dict(one.change), "units": list(one.units)}
                for name, one in zip(names, self.routing, strict=True)
            }
            said["new_step"] = {"step": STEP, **told}
        return said


def stuck_text(stuck: Stuck) -> Iterator[str]:
    """Say what the books said while the order stood still."""
    asked = "with a mediator (Inventory cannot be asked about one order)"
    for title, books in ((asked, stuck.with_mediator), ("without", stuck.without)):
        seers = [one for one in books if one.sees_it]
        yield f"  {title}"
        for one in books:
            yield f"    {pad(one.book, 28)}{_says(one)}"
            if one.waits_for:
                yield f"    {'':28}waits for {' or '.join(one.waits_for)}"
        yield f"    who sees it? {', '.join(one.book for one in seers) or 'nobody'}"
    yield f"  {SILENT} is back: {stuck.ended[0]} with a mediator, {stuck.ended[1]} without"


def routing_text(routing: tuple[Routing, Routing]) -> Iterator[str]:
    """Say which files hold the flow, and which of them change."""
    yield f"Add a step: {STEP}."
    yield "Beside the new service itself, these files (*) change:"
    for title, one in zip(("with a mediator", "without"), routing, strict=True):
        units = plural(len(one.units), "unit")
        yield f"  {title}: {len(one.change)} of {len(one.files)} files, read by {units}: {', '.join(one.units)}"
        yield from (f"    {'*' if file in one.change else ' '} {file}" for file in one.files)


def _says(one: Standing) -> str:
    return one.says if one.still_seconds is None else f"{one.says} for {one.still_seconds} s"


def _standing(one: Standing) -> dict[str, Any]:
    return {
        "book": one.book,
        "says": one.says,
        "still_seconds": one.still_seconds,
        "waits_for": list(one.waits_for),
        "sees_it": one.sees_it,
    }


def _otherwise(flow: Flow, plans: Sequence[str]) -> list[str]:
    return [order_id for order_id, place in flow.order_ids.items() if flow.ended.get(order_id) != plans[place]]


def _ends(flow: Flow) -> list[str]:
    return [
        f"{short(order_id)} {flow.ended.get(order_id, 'UNFINISHED')}, {plural(flow.per_order[order_id], 'message')}"
        for order_id in flow.order_ids
    ]


def _rows(flow: Flow) -> dict[str, Any]:
    return {
        "ended": {order_id: flow.ended.get(order_id, "") for order_id in flow.order_ids},
        "messages": flow.messages,
        "commands": flow.commands,
        "handled_by": dict(flow.handled_by),
        "parts_of_mine": sorted(flow.mine),
    }
