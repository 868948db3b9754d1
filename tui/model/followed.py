"""Everything that is known of one order at one moment: its steps, how they compare, whom it waits for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

from lab.shop.contracts import ENDED, TOPIC_OF, Body, Command, Message, OrderCreated, State
from tui.model.causes import ANSWER_NAMES, Causes, causes_of
from tui.model.expected import Idle, Replayed, Table, replay
from tui.model.history import History
from tui.model.item import UnitLook, UnitState
from tui.model.story import steps_of
from tui.model.view import View

MESSAGES_AT_MOST: Final = 400
"""Of an order with more messages the latest are compared; none has so many unless something goes wrong."""
ORDERS_FOR_USUAL: Final = 5
_ORDERS_AT_MOST: Final = 200
_WRITER: Final = {body.name: topic.writer for body, topic in TOPIC_OF.items()}
_QUESTION: Final = {answer: asked for asked, answers in ANSWER_NAMES.items() for answer in answers}
_COMMANDS: Final = frozenset(body.name for body in TOPIC_OF if issubclass(body, Command))


@dataclass(frozen=True, slots=True)
class Owed:
    """A message that has to come next, from whom, since when it is asked for, and how that unit stands."""

    name: str
    unit: str
    look: UnitLook
    lag: int | None
    since_ms: float

    @property
    def command(self) -> bool:
        """Say whether the mediator has to say it."""
        return self.name in _COMMANDS


@dataclass(frozen=True, slots=True)
class Usual:
    """How long an answer takes: the median over what is here, of how many, and after what it is counted."""

    ms: float
    orders: int
    after: str


@dataclass(frozen=True, slots=True)
class Followed:
    """One order. `pieces`: exercise → the first message in which its lines had a hand, where they are yours."""

    order_id: str
    order: OrderCreated | None
    replayed: Replayed
    began_ms: int
    last_ms: int
    now_ms: float
    seen: int
    partitions: tuple[int, ...]
    owed: tuple[Owed, ...]
    pieces: Mapping[str, str]
    phase: int
    table: Table

    @property
    def state(self) -> State:
        """Where the saga stands."""
        return self.replayed.state

    @property
    def over(self) -> bool:
        """Say whether it has ended, and nothing is owed any more."""
        return self.state in ENDED and not self.replayed.owed


def followed(view: View, order_id: str, table: Table | None, phase: int) -> Followed:
    """Put together what is known of an order at the view's moment; without a table nothing is compared."""
    history, causes = view.history, causes_of(view.history)
    numbers = causes.of_order(order_id, view.moment.end)[-MESSAGES_AT_MOST:]
    pairs = [(number, history[number]) for number in numbers if isinstance(history[number].message, Message)]
    steps = steps_of(pairs)
    if table is None:
        replayed = Replayed(steps, (), view.flow.state_of.get(order_id, State.NEW), ())
    else:
        replayed = replay(steps, table, view.moment.at_ms, _idle(view))
    messages = [item.message for _, item in pairs if isinstance(item.message, Message)]
    order = next((message.body for message in messages if isinstance(message.body, OrderCreated)), None)
    times = [step.at_ms for step in steps] or [int(view.moment.at_ms)]
    return Followed(
        order_id,
        order,
        replayed,
        min(times),
        max(times),
        view.moment.at_ms,
        len(numbers),
        tuple(sorted({item.record.partition for _, item in pairs if item.record})),
        tuple(_owed(name, view, replayed, times) for name in replayed.owed),
        _pieces(messages),
        phase,
        table or {},
    )


def usual(history: History, name: str) -> Usual | None:
    """Return how long this message takes to come, counted from what asks for it; None where it never came."""
    asked, causes = _QUESTION.get(name), causes_of(history)
    if asked is None:
        return None
    if name == "shipping.delivered":
        asked = "shipping.initiated"
    took = [
        ms
        for order_id in causes.orders(history.end)[-_ORDERS_AT_MOST:]
        if (ms := _took(history, causes, order_id, asked, name)) is not None
    ]
    return Usual(median(took), len(took), asked) if took else None


def _took(history: History, causes: Causes, order_id: str, asked: str, name: str) -> int | None:
    items = [history[number] for number in causes.of_order(order_id, history.end)]
    start = next((item.at_ms for item in items if item.name == asked), None)
    end = next((item.at_ms for item in items if item.name == name), None)
    return None if start is None or end is None else max(0, end - start)


def neighbour(order_id: str, orders: Sequence[str], by: int) -> str:
    """Return the order that was placed next, or before; an empty text where there is none."""
    if order_id not in orders:
        return orders[-1] if orders else ""
    place = orders.index(order_id) + by
    return orders[place] if 0 <= place < len(orders) else ""


def _pieces(messages: Sequence[Message[Body]]) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for message in messages:
        for exercise in message.parts:
            found.setdefault(exercise, message.name)
    return found


def _idle(view: View) -> Idle:
    flow = view.flow
    units = (unit for unit, look in flow.units.items() if look.state is UnitState.READY and flow.lag.get(unit) == 0)
    return Idle(frozenset(units), flow.looked_ms)


def _owed(name: str, view: View, replayed: Replayed, times: Sequence[int]) -> Owed:
    unit = _WRITER.get(name, "mediator")
    asked = _QUESTION.get(name, "")
    asks = "shipping.initiated" if name == "shipping.delivered" else asked
    since = max((step.at_ms for step in replayed.steps if step.seen and step.name == asks), default=max(times))
    flow = view.flow
    return Owed(name, unit, flow.unit(unit), flow.lag.get(unit), view.moment.at_ms - since)
