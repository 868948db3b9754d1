"""The topology as a list, a unit a line: for narrow windows."""

from collections.abc import Sequence
from typing import Final

from lab.shop.contracts import State
from tui.model.scene import Scene
from tui.model.shape import ANALYTICS, COMMANDS_TO, DEAD, EVENTS_OF, INITIATING, MEDIATOR, ORDER, READS, UNITS_DOWN
from tui.render.dead_letters import brief
from tui.render.panes import Box
from tui.render.signs import SIGNS
from tui.render.text import Look, Role, Row, Span, row
from tui.render.topology_words import commands, events, lag, short, spread, stand_of, title, yours

HEIGHT: Final = len(UNITS_DOWN)
_NAME, _STAND = 15, 12


class ListDrawing:
    """Draws a scene. Where there is less room than lines, those around the chosen one are shown."""

    def __init__(self, scene: Scene, width: int, height: int, chosen: str = "") -> None:
        self.scene, self.width, self.chosen = scene, width, chosen
        at = UNITS_DOWN.index(chosen) if chosen in UNITS_DOWN else 0
        first = max(0, min(at - height // 2, len(UNITS_DOWN) - height))
        self._shown = UNITS_DOWN[first : first + height]
        self.spots = {unit: Box(0, y, width, 1) for y, unit in enumerate(self._shown)}

    def rows(self) -> Sequence[Row]:
        """Return a row for each unit that is shown."""
        return [self._line(unit) for unit in self._shown]

    def _line(self, unit: str) -> Row:
        chosen = unit == self.chosen
        if unit == DEAD:
            said = brief(self.scene.look.parked, sum(self.scene.beside.unreadable.values()))
            made = row(Span(f"{SIGNS.dead} dead letters", look=Look.STRONG)).fitted(_NAME) + said
        else:
            mark = yours(self.scene, unit)
            name = row(Span(title(unit), look=Look.STRONG)) + (row(" ") + mark if mark.spans else Row())
            stand = stand_of(self.scene, unit).row.fitted(_STAND)
            rest = self._rest(unit)
            made = name.fitted(_NAME) + stand + spread(rest, self.width - _NAME - _STAND)
        made = made.fitted(self.width)
        return made.reversed() if chosen else made

    def _rest(self, unit: str) -> Sequence[Span]:
        scene = self.scene
        if unit == MEDIATOR:
            flow = scene.flow
            used = sorted((state for state in State if flow.states[state] > 0), key=_at_work_first)
            states = [Span(f"{state} {short(flow.states[state])}") for state in used]
            orders = "order" if flow.orders == 1 else "orders"
            return [Span(f"{short(flow.orders)} {orders}, {short(flow.open_orders)} open"), *states]
        waits = lag(scene.lag(unit))
        if unit == ANALYTICS:
            return [self._lit(READS, events(scene.count(READS))), waits]
        asked, told = COMMANDS_TO[unit], EVENTS_OF[unit]
        first = [self._lit(INITIATING, events(scene.count(INITIATING)))] if unit == ORDER else []
        counts = [self._lit(asked, commands(scene.count(asked))), self._lit(told, events(scene.count(told)))]
        unreadable = scene.beside.unreadable[unit]
        dead = [Span(f"{SIGNS.dead}{short(unreadable)}", Role.FAULT)] if unreadable else []
        return [*first, *counts, waits, *dead]

    def _lit(self, topic: str, count: Span) -> Span:
        """Set a count in bold while something comes: here nothing has room to travel."""
        return count.set_also(Look.STRONG | Look.UNDERLINE) if self.scene.going_on(topic).recent else count


def _at_work_first(state: State) -> tuple[bool, str]:
    return state in {State.COMPLETED, State.REJECTED, State.CANCELLED}, state.value
