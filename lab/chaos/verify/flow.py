"""The mediator's log, effects and deadlines: a path of the table, once for each message, none overdue (I7, I8, I11)."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from lab.chaos.verify.evidence import Evidence
from lab.shop.contracts import Body, Message, State
from lab.shop.mediator import engine
from lab.shop.ports import On

OVERDUE: Final = timedelta(seconds=10)
"""So long after its time a timer may lie there: the mediator looks several times a second, and after an error rests."""


def broken_logs(found: Evidence) -> list[str]:
    """I7: every saga's log is numbered without gaps, is a path of the table, and ends where the saga is."""
    wrong = []
    for order_id, saga in found.books.saga.items():
        log = found.books.log.get(order_id, ())
        numbers = [step.number for step in log]
        if numbers != list(range(1, saga.steps + 1)):
            wrong.append(f"{order_id}: its log has the numbers {_shown(numbers)}, and the saga has {saga.steps} steps")
        if log and log[-1].to_state != saga.state:
            wrong.append(f"{order_id}: its log ends in {log[-1].to_state}, and the saga is in {saga.state}")
    return [*wrong, *found.replay.astray]


def _shown(numbers: list[int]) -> str:
    return ", ".join(map(str, numbers)) or "–"


def repeated_effects(found: Evidence) -> list[str]:
    """I8: no message has moved a saga twice, and none was answered twice."""
    return [*_two_steps(found), *_two_answers(found)]


def _two_steps(found: Evidence) -> Iterator[str]:
    for order_id, log in found.books.log.items():
        for message_id, times in Counter(step.message_id for step in log).items():
            if times > 1:
                name = next(On(step.name, step.outcome) for step in log if step.message_id == message_id)
                yield f"{order_id}: {name} stands in its log {times} times, with one id"


def _two_answers(found: Evidence) -> Iterator[str]:
    """Look for one id that was said at two times: a copy is the same byte for byte, a second answer has a new time."""
    for copies in found.by_id.values():
        if len(copies) > 1 and len({_said(one) for one in copies}) > 1:
            yield f"{copies[0].order_id}: {On.of(copies[0].body)} was said more than once: its cause had two effects"


def _said(message: Message[Body]) -> tuple[object, ...]:
    return (message.time, message.body)


def late_timers(found: Evidence) -> list[str]:
    """I11: no deadline lies there unheeded, and whoever waits in a state with a deadline has one."""
    wrong = []
    timers = {one.order_id: one for one in found.books.timers}
    for order_id, timer in timers.items():
        saga = found.books.saga.get(order_id)
        if saga is None or saga.state != timer.state:
            state = "unknown" if saga is None else f"in {saga.state}"
            wrong.append(f"{order_id}: there is a deadline for {timer.state}, and the saga is {state}")
        elif found.books.now - timer.due_at > OVERDUE:
            late = (found.books.now - timer.due_at).total_seconds()
            wrong.append(f"{order_id}: its deadline in {timer.state} passed {late:.0f} s ago, and nothing happened")
    for order_id, saga in found.books.saga.items():
        if State(saga.state) in engine.DEADLINE_SECONDS and order_id not in timers:
            wrong.append(f"{order_id} waits in {saga.state}, and there is no deadline for it")
    return wrong
