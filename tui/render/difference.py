"""The first difference between an order and what the solution's rows expect: expected, saw, state, why."""

from collections.abc import Callable
from textwrap import wrap
from typing import Final

from lab.shop.contracts import ENDED, OrderCreated, State
from lab.shop.wording import money, pieces
from tui.model.expected import NEVER_CAME, TOO_EARLY, Difference
from tui.model.followed import Followed
from tui.model.story import is_command
from tui.render.signs import SIGNS
from tui.render.text import Look, Role, Row, Span, row

_LABEL: Final = 10
_STAYS: Final = "\N{NO-BREAK SPACE}"
"""Between a sign and its name no line ends."""
_WHY: Final = {
    "inventory.check": "an order that nobody checks may promise what is not there",
    "inventory.commit": "a mug that has left the house still counts as set aside",
    "inventory.release": "a mug set aside for nobody cannot be sold, and nothing reports it",
    "payment.process": "nobody is asked for the money, so nothing more can follow",
    "payment.cancel": "money was taken for what will never come, and nobody gives it back",
    "order.confirm": "the customer never gets the promise, and the order stops here",
    "order.reject": "the customer never hears the no, and the order never ends",
    "order.cancel": "the customer still has a promise that nobody will keep",
    "order.mark_shipped": "the customer is not told that the parcel is on its way",
    "order.mark_delivered": "the order never ends, though the parcel has arrived",
    "shipping.initiate": "nobody sends the parcel, so nothing more can follow",
    "shipping.cancel": "the parcel leaves although nobody wants it any more",
    "notification.send": "the order goes on, and its customer hears nothing of it",
}
"""A command that was not said → what comes of it."""


def _set_aside(order: OrderCreated) -> str:
    return f"{pieces(order.lines)} {'is' if sum(line.quantity for line in order.lines) == 1 else 'are'} still set aside"


_YET: Final[dict[str, Callable[[OrderCreated], str]]] = {
    "inventory.release": _set_aside,
    "payment.cancel": lambda order: f"{money(order.total_cents, order.currency)} are still taken",
}
"""A command that was not said → how things stand therefore."""


def heading(found: Difference, told: Followed) -> tuple[Row, Row]:
    """Return what stands in the line above, at its left and at its right."""
    steps = told.replayed.steps
    at = steps[found.after] if found.after < len(steps) else None
    after = f", after {(at.at_ms - told.began_ms) / 1000:.3f} s" if at is not None and at.seen else ""
    left = row(Span(f"{SIGNS.wrong} first difference{after}", Role.FAULT, Look.STRONG))
    return left, row(Span("expected: from the solution's rows", Role.QUIET))


def rows(found: Difference, told: Followed, width: int, height: int) -> list[Row]:
    """Return the pane's rows."""
    said = [
        ("expected", _expected(found, told)),
        ("saw", _saw(found, told)),
        ("state", _state(told)),
        ("why", _why(found)),
    ]
    made: list[Row] = []
    for label, text in said:
        lines = [line.replace(_STAYS, " ") for line in wrap(text, max(20, width - _LABEL - 2), break_on_hyphens=False)]
        made += [
            row(Span(f" {label if number == 0 else '':<{_LABEL}}", Role.QUIET), line)
            for number, line in enumerate(lines)
        ]
    return made[:height]


def _expected(found: Difference, told: Followed) -> str:
    steps = told.replayed.steps
    after = steps[found.after] if found.after < len(steps) else None
    head = f"after {after.name}{f' ({after.outcome})' if after.outcome else ''}: " if after is not None else ""
    if found.kind == TOO_EARLY:
        return f"{_sign(found.name)} only after the message that it names as its cause"
    if not found.expected:
        return f"{head}nothing"
    text = head + ", then ".join(_sign(name) for name in found.expected)
    if found.hanging:
        more = f"{len(found.hanging)} more step{'s hang' if len(found.hanging) > 1 else ' hangs'}"
        text += f"; {more} on it ({', '.join(found.hanging)})"
    return text


def _saw(found: Difference, told: Followed) -> str:
    saw = " and ".join(_sign(name) for name in found.saw)
    if found.kind == NEVER_CAME and found.name in _YET and told.order is not None:
        what = _YET[found.name](told.order)
        return f"{saw} alone: {told.state.lower()}, yet {what}" if saw else f"nothing: {what}"
    if found.kind == NEVER_CAME:
        return f"{saw} alone: {_sign(found.name)} {NEVER_CAME}" if saw else f"nothing: {_sign(found.name)} {NEVER_CAME}"
    return f"{saw}: {found.kind}"


def _state(told: Followed) -> str:
    if told.state in ENDED:
        return f"{told.state}, waits for nothing: no timer and no later step mends it"
    if told.state is State.NEEDS_ATTENTION:
        return f"{told.state}: a person must look"
    timer = "no timer watches it in phase 1" if told.phase == 1 else "only a timer can move it"
    return f"{told.state}, and it stays there: {timer}"


def _why(found: Difference) -> str:
    if found.kind == NEVER_CAME:
        return _WHY.get(found.name, "who has asked gets no answer, and whatever hangs on it never happens")
    if found.kind == TOO_EARLY:
        return "an effect that others see before its cause exists may be acted on for nothing"
    return "what nobody expects is acted on by nobody, or twice: both are hard to find later"


def whose(found: Difference, told: Followed, file: str) -> str:
    """Say whose lines decide this step, and which key helps."""
    if not found.exercise:
        return "A service decides this step, not the mediator's rows. 4 Logs may say more; i inspects the message."
    mine = found.exercise in told.pieces
    if mine and file:
        return f"Your rows decide this step: {file}. e opens it"
    if mine:
        return f"Your rows decide this step: those of exercise {found.exercise}."
    return f"The rows of exercise {found.exercise} decide this step; the headers do not name them as yours."


def _sign(name: str) -> str:
    return f"{SIGNS.command_right if is_command(name) else SIGNS.event_right}{_STAYS}{name}"
