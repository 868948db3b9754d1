"""One moment for every pane: now, a pause, or any place in the past, where one can step and play."""

from dataclasses import dataclass
from enum import Enum
from itertools import islice
from typing import Final

from tui.model.history import History
from tui.model.item import Item

SPEEDS: Final = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0)
_NORMAL: Final = SPEEDS.index(1.0)


class Mode(Enum):
    """Where the view stands in time."""

    LIVE = "live"
    PAUSED = "paused"
    """The view stands still where it was; collecting goes on."""
    PAST = "past"
    PLAYING = "playing"


@dataclass(frozen=True, slots=True)
class Moment:
    """What a frame shows: all items before number `end`, at `at_ms`.

    new: how many came since the view stood still.
    """

    mode: Mode
    end: int
    at_ms: float
    new: int = 0
    speed: float = 1.0
    from_file: bool = False

    @property
    def live(self) -> bool:
        """Say whether the view is of now."""
        return self.mode is Mode.LIVE


class Cursor:
    """Moves through a history. Of a file there is no live: `go_live` goes to its end.

    `now_ms`, where a call takes it, is the clock in milliseconds since the epoch.
    """

    def __init__(self, history: History, *, from_file: bool = False) -> None:
        self._history, self._from_file = history, from_file
        self._mode = Mode.PAST if from_file else Mode.LIVE
        self._end = history.end
        self._at_ms = self._last_ms()
        self._stopped_at = 0
        self._speed = _NORMAL
        self._ticked_ms: float | None = None

    def moment(self, now_ms: float) -> Moment:
        """Return the moment to draw; while playing, time goes on by what has passed since the last call."""
        if self._mode is Mode.LIVE:
            return Moment(Mode.LIVE, self._history.end, now_ms)
        if self._mode is Mode.PLAYING:
            self._play(now_ms)
        self._end = max(self._end, self._history.first)
        new = self._history.end - self._stopped_at if not self._from_file else 0
        return Moment(self._mode, self._end, self._at_ms, new, SPEEDS[self._speed], self._from_file)

    def pause_or_go_on(self, now_ms: float) -> None:
        """Stop where it goes on, go on where it is paused; in the past: play and stop."""
        if self._mode is Mode.LIVE:
            self._stop_at(self._history.end, now_ms)
            self._mode = Mode.PAUSED
        elif self._mode is Mode.PAUSED:
            self.go_live()
        elif self._mode is Mode.PLAYING:
            self._mode = Mode.PAST
        else:
            if self._end >= self._history.end and self._from_file:
                self.to_start()
            self._mode, self._ticked_ms = Mode.PLAYING, now_ms

    def go_live(self) -> None:
        """Show now again; of a file its end."""
        self._mode = Mode.PAST if self._from_file else Mode.LIVE
        self._end, self._at_ms = self._history.end, self._last_ms()

    def step(self, by: int, now_ms: float) -> None:
        """Go so many messages on, or back."""
        self._into_past(now_ms)
        numbers = range(self._end, self._history.end) if by > 0 else range(self._end - 2, self._history.first - 1, -1)
        found = list(islice((number for number in numbers if self._history[number].is_message), abs(by)))
        if found:
            self.go_to(found[-1], now_ms)

    def step_order(self, by: int, now_ms: float) -> str:
        """Go to the first message of the next order, or of the one before; return its id, or an empty text."""
        self._into_past(now_ms)
        numbers = range(self._end, self._history.end) if by > 0 else range(self._end - 2, self._history.first - 1, -1)
        for number in numbers:
            item = self._history[number]
            if item.name == "order.created":
                self.go_to(number, now_ms)
                return item.order_id
        return ""

    def go_to(self, number: int, now_ms: float) -> None:
        """Show everything up to this item, as it was when this item came."""
        self._into_past(now_ms)
        number = min(max(number, self._history.first), self._history.end - 1)
        if number >= self._history.first:
            self._end, self._at_ms = number + 1, self._history[number].heard_ms

    def to_time(self, at_ms: float, now_ms: float) -> None:
        """Show what was known at this moment; one that is still to come is now, and of a file its end."""
        if at_ms >= (self._last_ms() if self._from_file else now_ms):
            self.go_live()
            return
        self._into_past(now_ms)
        self._end, self._at_ms = max(self._history.end_at(at_ms), self._history.first), at_ms

    def to_start(self) -> None:
        """Go to the oldest item that is here."""
        self._into_past(self._at_ms)
        self._end = self._history.first
        self._at_ms = self._history[self._end].heard_ms if len(self._history) else self._at_ms

    def faster(self, by: int) -> None:
        """Choose the next speed, or the one before."""
        self._speed = min(max(self._speed + by, 0), len(SPEEDS) - 1)

    def _into_past(self, now_ms: float) -> None:
        if self._mode is Mode.LIVE:
            self._stop_at(self._history.end, now_ms)
        self._mode = Mode.PAST

    def _stop_at(self, end: int, at_ms: float) -> None:
        self._end, self._at_ms, self._stopped_at = end, at_ms, end

    def _play(self, now_ms: float) -> None:
        passed = 0.0 if self._ticked_ms is None else max(0.0, now_ms - self._ticked_ms)
        self._ticked_ms = now_ms
        self._at_ms += passed * SPEEDS[self._speed]
        self._end = max(self._end, self._history.end_at(self._at_ms))
        if self._end >= self._history.end and self._at_ms > self._last_ms() + 1000:
            self._mode = Mode.PAST
            if not self._from_file:
                self.go_live()

    def _last_ms(self) -> float:
        last: Item | None = self._history[self._history.end - 1] if len(self._history) else None
        return last.heard_ms if last else 0.0
