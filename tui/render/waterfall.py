"""When each step came, drawn to scale: long pauses are cut out, and said in words; a cut never hides a message."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from tui.model.story import Ghost, Step
from tui.render.canvas import Canvas
from tui.render.signs import SIGNS
from tui.render.text import Look, Role, Row, Span, row

SHORTEST_CUT_MS: Final = 250
"""A pause that nobody notices is no pause."""
_CUT_CELLS: Final = 2
"""The cell of the cut itself, and the step over it."""
_NOW: Final = "now"
_LEAST_TRACK, _LONGEST_TRACK = 24, 60
_WORD_CELLS: Final = len(_NOW) + 1


@dataclass(frozen=True, slots=True)
class Pauses:
    """What is cut out of a story: step → the milliseconds after it in which nothing came.

    began_ms: since the epoch. last_ms: of the last step, since then. now_ms: how long nothing came after it, where
    that is cut, too.
    """

    began_ms: int
    last_ms: int
    cuts: dict[int, int]
    now_ms: int | None = None

    def kept(self, at_ms: int) -> int:
        """Return the time since the beginning, without what is cut out before it."""
        since = at_ms - self.began_ms
        return since - sum(length for start, length in self._starts() if start < since)

    def before(self, at_ms: int) -> int:
        """Return how many cuts stand before this moment."""
        return sum(start < at_ms - self.began_ms for start, _ in self._starts())

    def _starts(self) -> list[tuple[int, int]]:
        return [(start, length) for start, length in self.cuts.items() if length]


def pauses_of(steps: Sequence[Step], now_ms: float | None) -> Pauses:
    """Find the pauses that are longer than a third of the rest. `now_ms`: None where nothing more is to come."""
    times = [step.at_ms for step in steps if step.seen]
    if not times:
        return Pauses(0, 0, {})
    began, last = min(times), max(times)
    marks = sorted({time - began for time in times})
    gaps = {before: after - before for before, after in pairwise(marks)}
    waited = int(now_ms - last) if now_ms is not None and now_ms > last else 0
    rest, cuts = last - began + waited, dict[int, int]()
    until_now: int | None = None
    for start, length in sorted([*gaps.items(), (last - began, waited)], key=lambda gap: -gap[1]):
        if length < SHORTEST_CUT_MS or length * 3 <= rest - length:
            break
        rest -= length
        if start == last - began:
            until_now = length
        else:
            cuts[start] = length
    return Pauses(began, last - began, cuts, until_now)


class Scale:
    """Puts moments into cells. `cells`: all there are, the word for now among them."""

    def __init__(self, pauses: Pauses, cells: int) -> None:
        self.pauses = pauses
        self.room = max(4, cells - (_WORD_CELLS if pauses.now_ms is not None else 0))
        self.cells = cells
        self.total = _round_up(pauses.kept(pauses.began_ms + pauses.last_ms))

    def cell(self, at_ms: int) -> int:
        """Return the cell of a moment."""
        steps = max(1, self.room - 1 - _CUT_CELLS * len(self.pauses.cuts))
        return round(self.pauses.kept(at_ms) * steps / self.total) + _CUT_CELLS * self.pauses.before(at_ms)

    def cut_cells(self) -> list[int]:
        """Return the cells in which something is cut out."""
        began = self.pauses.began_ms
        return [self.cell(began + start + length) - 1 for start, length in sorted(self.pauses.cuts.items())]

    def header(self) -> Row:
        """Return the axis."""
        canvas = Canvas(self.cells, 1)
        canvas.put(0, 0, "0 ms", Role.QUIET)
        last = str(self.total if not self.pauses.cuts else self.pauses.last_ms)
        middle = round((self.room - 1) / 2)
        if not self.pauses.cuts and middle + 2 < self.room - len(last) and middle > len("0 ms "):
            canvas.put(middle, 0, str(self.total // 2), Role.QUIET)
        canvas.put(self.room - len(last), 0, last, Role.QUIET)
        if self.pauses.now_ms is not None:
            canvas.put(self.room, 0, f"{SIGNS.cut}{_NOW}", Role.QUIET)
        return canvas.rows()[0]

    def line(self, step: Step, steps: Sequence[Step]) -> Row:
        """Return a step's bar: from its cause to itself, with the milliseconds; of a ghost, where it would be."""
        if not step.seen:
            return self.gap()
        canvas, at = Canvas(self.cells, 1), self.cell(step.at_ms)
        role = Role.COMMAND if step.command else Role.EVENT
        cause = steps[step.cause] if step.cause is not None else None
        start = at
        if cause is not None and cause.seen:
            start = min(self.cell(cause.at_ms), at)
            canvas.put(start, 0, (SIGNS.in_mediator if step.command else SIGNS.in_service) * (at - start), role)
            self._number(canvas, str(step.at_ms - cause.at_ms), start, at)
        for cut in self.cut_cells():
            if start <= cut < at:
                canvas.put(cut, 0, SIGNS.cut, Role.QUIET)
        sign = SIGNS.command_right if step.command else SIGNS.event_right
        canvas.put(at, 0, sign, role, Look.STRONG)
        return canvas.rows()[0]

    def _number(self, canvas: Canvas, text: str, start: int, at: int) -> None:
        if at + 2 + len(text) <= self.room:
            canvas.put(at + 2, 0, text, Role.QUIET)
        elif start - 1 - len(text) >= 0:
            canvas.put(start - 1 - len(text), 0, text, Role.QUIET)

    def gap(self) -> Row:
        """Return a line without a message: where something is cut out, and where now is."""
        canvas = Canvas(self.cells, 1)
        for cut in self.cut_cells():
            canvas.put(cut, 0, SIGNS.cut, Role.QUIET)
        if self.pauses.now_ms is not None:
            canvas.put(self.room, 0, SIGNS.cut, Role.QUIET)
            canvas.put(self.room + 2, 0, SIGNS.life_cut, Role.QUIET)
        return canvas.rows()[0]


def one_line(steps: Sequence[Step], pauses: Pauses, width: int) -> Row:
    """Return the waterfall in one row: a sign a message, and what is missing at the right."""
    cells = max(_LEAST_TRACK, min(_LONGEST_TRACK, width - 46))
    canvas = Canvas(cells, 1)
    canvas.put(0, 0, SIGNS.frame_line[0] * cells, Role.FRAME)
    for cell, span in _track(steps, pauses, cells):
        canvas.put(cell, 0, span.text, span.role, span.look)
    missed = sum(step.ghost is Ghost.MISSED for step in steps)
    to_come = sum(step.ghost is Ghost.TO_COME for step in steps)
    said = f"    {SIGNS.ghost} {missed} expected, never came" if missed else ""
    said = f"    {SIGNS.ghost} {to_come} still to come" if to_come else said
    role = Role.FAULT if missed else Role.GHOST
    return row("0 ") + canvas.rows()[0] + row(f" {span_word(pauses.last_ms)}", Span(said, role))


def _track(steps: Sequence[Step], pauses: Pauses, cells: int) -> list[tuple[int, Span]]:
    """Return the signs with their cells: each has its own, so one that is taken gives the next one."""
    wanted, cut = list[tuple[int, Span]](), 0
    total = max(1, pauses.kept(pauses.began_ms + pauses.last_ms))
    for number, step in enumerate(steps):
        if step.ghost is Ghost.TO_COME:
            continue
        after = next((later for later in steps[number:] if later.seen), None)
        at_ms = after.at_ms if after else pauses.began_ms + pauses.last_ms
        cell = pauses.kept(at_ms) * (cells - 1) // total
        if pauses.before(at_ms) > cut:
            cut = pauses.before(at_ms)
            wanted.append((cell - 1, Span(SIGNS.cut, Role.QUIET)))
        wanted.append((cell, _sign(step)))
    places = list[int]()
    for cell, _ in wanted:
        places.append(max(cell, places[-1] + 1 if places else 0))
    last = cells - 1
    for number in range(len(places) - 1, -1, -1):
        places[number] = max(0, min(places[number], last))
        last = places[number] - 1
    return [(place, span) for place, (_, span) in zip(places, wanted, strict=True)]


def span_word(ms: float) -> str:
    """`101 ms`, `2.16 s`, `75 s`."""
    if ms < 1000:  # noqa: PLR2004  a second
        return f"{ms:.0f} ms"
    return f"{ms / 1000:.2f} s" if ms < 10_000 else f"{ms / 1000:.0f} s"  # noqa: PLR2004


def _sign(step: Step) -> Span:
    if not step.seen:
        return Span(SIGNS.ghost, Role.FAULT if step.wrong else Role.GHOST)
    role = Role.COMMAND if step.command else Role.EVENT
    return Span(SIGNS.command_right if step.command else SIGNS.event_right, role, Look.STRONG)


def _round_up(ms: int) -> int:
    step: int = 2 * 10 ** max(0, len(str(ms)) - 2)
    return max(step, -(-ms // step) * step)
