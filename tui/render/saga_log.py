"""What the mediator itself has written down of one order: its log, as its read API tells it."""

from collections.abc import Sequence
from typing import Final

from lab.shop.contracts import SagaView, StepView
from lab.shop.wording import clean, pad
from tui.render.bars import clock
from tui.render.signs import SIGNS
from tui.render.text import Role, Row, Span, row

_UNEXPECTED: Final = "unexpected"
_AT, _MESSAGE, _KIND = 12, 28, 12
_ALL: Final = 97
"""From so many cells on, the time and both states of a move have room."""


def saga_log(view: SagaView, width: int) -> Sequence[Row]:
    """Return one row an entry: what has come, and what the mediator made of it."""
    at = pad("at", _AT + 1) if width >= _ALL else ""
    head = f"   # {at}{pad('has come', _MESSAGE)} {pad('made of it', _KIND)} state"
    rows = [row(Span(head, Role.QUIET)), *(_entry(step, width) for step in view.log)]
    return [*rows, Row(), row(Span(f"   stands in {view.state}", Role.TEXT))]


def _entry(step: StepView, width: int) -> Row:
    told = clean(f"{step.name} ({step.outcome})" if step.outcome else step.name, _MESSAGE)
    odd = step.kind == _UNEXPECTED
    mark = f"{SIGNS.unexpected} " if odd else ""
    moved = step.from_state is not step.to_state
    before = str(step.from_state) if width >= _ALL else ""
    moves = f"{before} → {step.to_state}".strip() if moved else str(step.to_state)
    at = f"{clock(step.at.timestamp() * 1000, thousandths=True)} " if width >= _ALL else ""
    return row(
        Span(f"  {step.number:>2} {at}", Role.QUIET),
        Span(pad(told, _MESSAGE), Role.EVENT),
        Span(f" {pad(mark + clean(step.kind, _KIND), _KIND)}", Role.FAULT if odd else Role.QUIET),
        f" {moves}",
    )
