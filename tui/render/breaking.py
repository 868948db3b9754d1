"""The panes of the Break-it screen: the faults, the guesses, what happens, and both beside one another."""

from collections.abc import Sequence
from typing import Final

from lab.chaos.faults import FAULTS
from lab.shop.wording import clean, pad
from tui.model.breaking import Breaking, Step
from tui.render.lesson_text import filled
from tui.render.signs import SIGNS
from tui.render.text import Look, Role, Row, Span, row

_NAMES: Final = {Step.PICK: "pick", Step.PREDICT: "predict", Step.RUN: "run", Step.COMPARE: "compare"}
_LABEL_CELLS, _COUNT_CELLS = 18, 9


def steps(state: Breaking) -> Row:
    """Return where one stands: `1 pick ✓  2 predict ●  3 run ·  4 compare ·`."""
    made = Row()
    for step, name in _NAMES.items():
        sign = SIGNS.right if step < state.step else SIGNS.here if step == state.step else SIGNS.open
        look = Look.STRONG if step == state.step else Look.PLAIN
        made += row(Span(f"{step.value} {name} {sign}", Role.TEXT if step <= state.step else Role.QUIET, look), "  ")
    return Row(made.spans[:-1])


def faults(state: Breaking, width: int, height: int) -> list[Row]:
    """Return as much of the list of faults as fits, with the chosen one in it; what is left out is counted."""
    rows = []
    for number, fault in enumerate(FAULTS):
        here = number == state.chosen
        made = row(SIGNS.cursor if here else " ", " ", Span(fault.name, look=Look.STRONG if here else Look.PLAIN))
        rows.append(made.fitted(width))
    return _window(rows, state.chosen, height)


def _window(rows: Sequence[Row], chosen: int, height: int) -> list[Row]:
    """Return so many rows around the chosen one; the first and the last say how many more there are beyond them."""
    if len(rows) <= height:
        return list(rows)
    inner = max(1, height - 2)
    begin = min(max(0, chosen - inner // 2), len(rows) - inner)
    beyond = len(rows) - begin - inner
    above = row(Span(f"  {SIGNS.cut} {begin} more", Role.QUIET)) if begin else row()
    below = row(Span(f"  {SIGNS.cut} {beyond} more", Role.QUIET)) if beyond else row()
    return [above, *rows[begin : begin + inner], below]


def work(state: Breaking, command: str, width: int) -> list[Row]:
    """Return the pane of the step one stands at. `command`: the plain command that the fault stands for."""
    match state.step:
        case Step.PICK:
            return _pick(state, command, width)
        case Step.PREDICT:
            return _predict(state, width)
        case Step.RUN:
            return [row(Span("It happens now, for real.", look=Look.STRONG)), row(), *_told(state, width)]
        case Step.COMPARE:
            return _compare(state, width)


def _pick(state: Breaking, command: str, width: int) -> list[Row]:
    return [
        *_text(state.fault.about, width),
        row(),
        row("orders   ", Span(f"‹ {state.orders} ›", look=Look.STRONG), Span("   ← → changes it", Role.QUIET)),
        row(),
        *([row(Span("by hand", Role.QUIET)), row(Span(f"  {clean(command)}", Role.QUIET)), row()] if command else ()),
        *_text("enter: say first what you think will happen.", width),
    ]


def _text(text: str, width: int, role: Role = Role.TEXT) -> list[Row]:
    """Break a text at its blanks; what stands further in goes on further in."""
    lead = row(" " * (len(text) - len(text.lstrip())))
    return filled([Span(text.strip(), role)], width, lead)


def _predict(state: Breaking, width: int) -> list[Row]:
    rows = [row(Span(f"Of {state.orders} orders, how many will be …", look=Look.STRONG)), row()]
    for number, (question, guess) in enumerate(zip(state.questions, state.guesses, strict=True)):
        here = number == state.asked
        shown = "?" if guess is None else str(guess)
        rows.append(
            row(
                f"{SIGNS.cursor if here else ' '} {pad('… ' + question.text, _LABEL_CELLS + 2)}",
                Span(f"‹ {shown} ›" if here else f"  {shown}  ", look=Look.STRONG if here else Look.PLAIN),
            )
        )
    if state.fault_text:
        why = [part for line in state.fault_text.split("\n") for part in _text(line, width, Role.FAULT)]
        return [*rows, row(), *why]
    more = f"{state.unanswered} to answer. " if state.unanswered else "enter lets it happen. "
    return [*rows, row(), *_text(f"{more}A wrong guess costs nothing, and makes the answer stick.", width)]


def _told(state: Breaking, width: int) -> list[Row]:
    return [part for line in state.told for part in _text(clean(line, 300), width)]


def _compare(state: Breaking, width: int) -> list[Row]:
    head = f"{pad(f'of {state.orders} orders', _LABEL_CELLS)}{'you said':>{_COUNT_CELLS}}{'happened':>{_COUNT_CELLS}}"
    rows = [row(Span(head, Role.QUIET))]
    for question, guess, happened in state.pairs():
        same = guess == happened
        word = Span(f"{SIGNS.right} as said", Role.GOOD) if same else Span("differs", Role.COMMAND)
        numbers = f"{guess!s:>{_COUNT_CELLS}}{happened:>{_COUNT_CELLS}}"
        rows.append(row(f"{pad(question.text, _LABEL_CELLS)}{numbers}  ", word))
    return [one.fitted(width) for one in [*rows, row(), *_told(state, width)]]


def shown_end(rows: Sequence[Row], height: int, keep: int) -> list[Row]:
    """Return as many rows as fit: the first `keep` and the last ones; what is left out between is said."""
    if len(rows) <= height:
        return list(rows)
    tail = height - keep - 1
    left_out = row(Span(f"{SIGNS.cut} {len(rows) - keep - tail} lines", Role.QUIET))
    return [*rows[:keep], left_out, *(rows[-tail:] if tail > 0 else [])]
