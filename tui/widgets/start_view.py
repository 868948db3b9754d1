"""The lines of the Start screen: the keyboard goes from one to the next, the mouse chooses one."""

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message

from tui.model.start import Known
from tui.render.start import entries, home, stops
from tui.render.start_blocks import marked
from tui.render.text import Row
from tui.widgets.rows import RowsView


class StartView(RowsView, can_focus=True):
    """Draws what `known` returns.

    `cursor` is the place where the keyboard is. It goes home when what is offered changes, unless it is on a unit.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "Up", show=False),
        Binding("down,j", "move(1)", "Down", show=False),
        Binding("home", "home", "The first thing to do", show=False),
        Binding("end", "last", "The last line", show=False),
        Binding("tab", "part(1)", "The next part", show=False),
        Binding("shift+tab", "part(-1)", "The part before", show=False),
        Binding("enter", "choose", "Do what the line says", show=False),
    ]

    class Moved(Message):
        """The keyboard stands on another line."""

    class Chosen(Message):
        """What the line says is to be done."""

        def __init__(self, place: str) -> None:
            super().__init__()
            self.place = place

    def __init__(self, known: Callable[[], Known], *, motion: Callable[[], bool]) -> None:
        super().__init__(id="start")
        self._known, self._motion = known, motion
        self._cursor = ""
        self._offered: tuple[object, str] = (None, "")
        self._places: Sequence[str] = ()

    @property
    def cursor(self) -> str:
        """The place of the keyboard: `offer:…`, `find:…` or `unit:…`."""
        return self.cursor_in(self._known())

    def cursor_in(self, known: Known) -> str:
        """Return the place; the first thing to do where what is offered has changed, or the place is gone."""
        places = stops(known)
        offered = (known.stands, home(known))
        gone_home = offered != self._offered and not self._cursor.startswith("unit:")
        if gone_home or self._cursor not in places:
            self._cursor = home(known)
        self._offered = offered
        return self._cursor

    def rows(self, width: int, height: int) -> Sequence[Row]:
        """Draw all, and remember which place is in which row."""
        known = self._known()
        cursor = self.cursor_in(known)
        lines = entries(known, cursor, width, height, motion=self._motion())
        self._places = [entry.id for entry in lines]
        return marked(lines, cursor, width)

    def action_move(self, by: int) -> None:
        """Go to the line above or below."""
        places, cursor = stops(self._known()), self.cursor
        if cursor in places:
            self._go_to(places[max(0, min(places.index(cursor) + by, len(places) - 1))])

    def action_home(self) -> None:
        """Go to the first thing to do."""
        self._go_to(home(self._known()))

    def action_last(self) -> None:
        """Go to the last line."""
        if places := stops(self._known()):
            self._go_to(places[-1])

    def action_part(self, by: int) -> None:
        """Go to the next part of the screen: what is wrong, what now, the units."""
        places, cursor = stops(self._known()), self.cursor
        parts = list(dict.fromkeys(_part(place) for place in places))
        if parts:
            part = parts[(parts.index(_part(cursor)) + by) % len(parts)]
            self._go_to(next(place for place in places if _part(place) == part))

    def action_choose(self) -> None:
        """Do what the line says."""
        if self.cursor:
            self.post_message(self.Chosen(self.cursor))

    def on_click(self, event: events.Click) -> None:
        """Go to the line under the mouse; what can be done there is done, a unit is looked at by a second click."""
        place = self._places[event.y] if 0 <= event.y < len(self._places) else ""
        if not place:
            return
        again = place == self.cursor
        self._go_to(place)
        if again or place.startswith("offer:"):
            self.post_message(self.Chosen(place))

    def _go_to(self, place: str) -> None:
        self._cursor = place
        self.refresh()
        self.post_message(self.Moved())


def _part(place: str) -> str:
    return place.partition(":")[0]
