"""An order's steps as lines, in the form that the width has room for: sequence, waterfall, both, or a plain list."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from lab.shop.wording import fit
from tui.model.story import Ghost, Step
from tui.render import sequence
from tui.render.signs import SIGNS
from tui.render.tail import title
from tui.render.text import Look, Role, Row, Span, row
from tui.render.waterfall import Pauses, Scale, one_line

_NAME_AT: Final = 9
_NAME: Final = 22


class Entry(NamedTuple):
    """One line: a step by its place, or a pause (`ms`) before it."""

    place: int
    pause_ms: int = 0


class StepLines:
    """Lays the lines out for a width. Only those that are asked for are made."""

    def __init__(self, steps: Sequence[Step], pauses: Pauses, width: int, *, waterfall_only: bool = False) -> None:
        self.steps, self.pauses, self.width = steps, pauses, width
        self.lanes = None if waterfall_only else sequence.lanes_for(steps, width)
        self._bars_at: int | None = _NAME_AT + _NAME if waterfall_only else None
        if self.lanes is not None:
            self._bars_at = self.lanes.waterfall_at
        self._scale = Scale(pauses, max(8, width - 1 - self._bars_at)) if self._bars_at is not None else None
        self.entries = self._entries()

    @property
    def one_line(self) -> Row | None:
        """The waterfall in one row, where it has no room of its own."""
        return None if self._scale is not None else row(" ") + one_line(self.steps, self.pauses, self.width)

    def header(self) -> Row:
        """Return the line above."""
        axis = self._scale.header() if self._scale else None
        if self.lanes is not None:
            return sequence.header(self.lanes, axis)
        head = row(Span("    +s   message".ljust(_NAME_AT + _NAME), Role.QUIET))
        return head + (axis if axis is not None else row(Span(" from → to", Role.QUIET)))

    def line(self, number: int, here: Look | None = None) -> Row:
        """Return one line. `here`: how its name is set where the keyboard is on it."""
        entry = self.entries[number]
        if entry.pause_ms:
            return self._pause(entry)
        step = self.steps[entry.place]
        bar = self._scale.line(step, self.steps) if self._scale else None
        if self.lanes is not None:
            return sequence.line(step, self.lanes, self.pauses.began_ms, bar, here)
        return self._plain(step, bar, here)

    def place(self, number: int) -> int | None:
        """Return the place of the step on a line; None on a pause."""
        return None if self.entries[number].pause_ms else self.entries[number].place

    @property
    def newest(self) -> int:
        """The line to look at: the first difference, else the last step that was seen."""
        wrong = (n for n, entry in enumerate(self.entries) if not entry.pause_ms and self.steps[entry.place].wrong)
        seen = [n for n, entry in enumerate(self.entries) if not entry.pause_ms and self.steps[entry.place].seen]
        return next(wrong, seen[-1] if seen else 0)

    def _entries(self) -> list[Entry]:
        found, now_is_said, said = list[Entry](), self.pauses.now_ms is None, 0
        for place, step in enumerate(self.steps):
            if step.ghost is Ghost.TO_COME and not now_is_said:
                found.append(Entry(place, self.pauses.now_ms or 1))
                now_is_said = True
            if step.seen and self.pauses.before(step.at_ms) > said:
                said = self.pauses.before(step.at_ms)
                found.append(Entry(place, sorted(self.pauses.cuts.items())[said - 1][1]))
            found.append(Entry(place))
        if not now_is_said:
            found.append(Entry(len(self.steps) - 1, self.pauses.now_ms or 1))
        return found

    def _pause(self, entry: Entry) -> Row:
        bar = self._scale.gap() if self._scale else None
        if self.lanes is not None:
            return sequence.pause(entry.pause_ms, self.lanes, bar)
        said = f"   {SIGNS.cut}     {entry.pause_ms / 1000:.2f} s without news".ljust(_NAME_AT + _NAME)
        return row(Span(said, Role.QUIET)) + (bar or Row())

    def _plain(self, step: Step, bar: Row | None, here: Look | None) -> Row:
        mark = Span(SIGNS.wrong, Role.FAULT, Look.STRONG) if step.wrong else Span(SIGNS.cursor if here else " ")
        role = Role.COMMAND if step.command else Role.EVENT
        sign = Span(f"{SIGNS.command_right if step.command else SIGNS.event_right} ", role, Look.STRONG)
        name = sequence.name_of(step)
        said = [name.saying(fit(name.text, _NAME - 1)).set_also(here or Look.PLAIN), *sequence.marks(step)]
        if step.origin:
            said.append(Span(f" {SIGNS.yours}", Role.YOURS))
        head = row(mark) + sequence.time_cells(step, self.pauses.began_ms)
        if bar is not None:
            named = row(*said)
            return (head + row("  ") + named.fitted(min(named.cells, _NAME))).fitted(_NAME_AT + _NAME) + bar
        route = Span(f"{title(step.source)} → {title(step.target)}", Role.QUIET)
        named = row(sign, *said)
        return head + row(" ") + named.fitted(max(named.cells, _NAME + 1)) + row(" ", route)
