"""Health: a row for each unit, one scale a column, and two charts of the unit that is chosen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from lab.shop.wording import clean, fit, lasting, pad, plural
from tui.model.item import AT_REST, UnitLook, UnitState
from tui.model.series import Series
from tui.render.signs import SIGNS
from tui.render.spark import chart, most_of, spark
from tui.render.text import Look, Role, Row, Span, row

if TYPE_CHECKING:
    from lab.shop.figures import Figures  # what it reads them with takes a moment to import

NAME_CELLS: Final = 14
ALIVE: Final[Mapping[UnitState, tuple[str, Role]]] = {
    UnitState.READY: (SIGNS.right, Role.GOOD),
    UnitState.NOT_READY: (SIGNS.right, Role.GOOD),
    UnitState.STARTING: ("…", Role.QUIET),
    UnitState.STOPPED: (SIGNS.stopped, Role.FAULT),
    UnitState.PAUSED: (SIGNS.paused, Role.COMMAND),
    UnitState.CRASHED: (SIGNS.wrong, Role.FAULT),
    UnitState.MUTE: (SIGNS.wrong, Role.FAULT),
    UnitState.UNKNOWN: (" ", Role.QUIET),
}
_READY: Final = {UnitState.READY: (SIGNS.right, Role.GOOD), UnitState.NOT_READY: (SIGNS.wrong, Role.FAULT)}
_FIXED_CELLS: Final = 57
"""What a row of the table takes beside its two small charts."""
CHART_ROWS: Final = 8
_OUTCOMES: Final = ("done", "skipped", "failed", "retried", "dead")


@dataclass(frozen=True, slots=True)
class UnitHealth:
    """All that stands in a unit's row, and below it when it is chosen.

    yours: the learner's lines run in it. figures: what the unit counts itself, from phase 2 on; None: it is not known.
    """

    name: str
    title: str
    look: UnitLook
    series: Series
    yours: bool = False
    figures: "Figures | None" = None


def cells_for(width: int) -> int:
    """Return how many cells the longer small chart may take; the shorter one takes half of it."""
    return max(6, min((width - _FIXED_CELLS) * 2 // 3, 40))


def head(width: int) -> Row:
    """Return the row above the table."""
    cells = cells_for(width)
    rate, answer = f"{'writes/s, 60 s':<{cells + 7}}", f"{'answer ms':<{cells // 2 + 6}}"
    return row(Span(f" {'service':<{NAME_CELLS}}alive ready  {rate}{answer}   lag restarts", Role.QUIET)).fitted(width)


def table(units: Sequence[UnitHealth], chosen: int, width: int) -> list[Row]:
    """Return a row for each unit, and one that says the scales."""
    rates = most_of(*(unit.series.rate for unit in units))
    times = most_of(*(unit.series.ms for unit in units))
    cells = cells_for(width)
    rows = [_unit(unit, rates, times, cells, chosen=number == chosen) for number, unit in enumerate(units)]
    full, nothing = SIGNS.ticks[-1], SIGNS.open
    scale = (
        f" One scale a column: {full} = {rates:.1f}/s or {times:.0f} ms. {nothing} is nothing, a blank is not known."
    )
    return [one.fitted(width) for one in [*rows, row(Span(scale, Role.QUIET))]]


def _unit(unit: UnitHealth, rates: float, times: float, cells: int, *, chosen: bool) -> Row:
    alive, alive_role = ALIVE[unit.look.state]
    ready, ready_role = _READY.get(unit.look.state, (SIGNS.unknown, Role.QUIET))
    rate = next((value for value in reversed(unit.series.rate) if value is not None), None)
    lag = unit.series.lag[-1] if unit.series.lag else None
    name = pad(fit(unit.title + (f" {SIGNS.yours}" if unit.yours else ""), NAME_CELLS - 1), NAME_CELLS)
    return row(
        SIGNS.cursor if chosen else " ",
        Span(name, Role.YOURS if unit.yours else Role.TEXT, Look.STRONG if chosen else Look.PLAIN),
        Span(f"  {alive}  ", alive_role),
        Span(f"   {ready}    ", ready_role),
        *spark(unit.series.rate, rates).spans,
        Span(f"{_number(rate, 1):>6} "),
        *spark(unit.series.ms[-(cells // 2) :], times, Role.QUIET).spans,
        Span(f"{_number(unit.look.ms, 0):>5} "),
        Span(f"{_number(lag, 0):>6}", Role.COMMAND if lag else Role.TEXT),
        Span(f"{unit.look.restarts:>8}", Role.FAULT if unit.series.restarts else Role.TEXT),
    )


def _number(value: float | None, digits: int) -> str:
    return SIGNS.unknown if value is None else f"{value:.{digits}f}"


def detail(unit: UnitHealth, width: int, height: int) -> list[Row]:
    """Return two charts side by side, with their scales, and what is known in words."""
    words = [row(Span(text, role)) for text, role in _words(unit)][: max(1, height - 4)]
    rows = min(height - len(words) - 2, CHART_ROWS)
    if rows < 2:  # noqa: PLR2004  a chart of one row is a spark, and stands in the table
        return [one.fitted(width) for one in words]
    each = (width - 4) // 2
    left = _charted("writes/s, 1 min", unit.series.rate, each, rows)
    right = _charted("records that wait, 1 min", unit.series.lag, each, rows)
    return [(a.fitted(each + 2) + b).fitted(width) for a, b in zip(left, right, strict=True)] + [
        one.fitted(width) for one in words
    ]


def _charted(title: str, values: Sequence[float | None], width: int, height: int) -> list[Row]:
    most = most_of(values)
    drawn = chart(_stretched(values, width - 8), most, height)
    labels = [f"{most:6.1f}"] + [" " * 6] * (height - 2) + [f"{0:6.1f}"]
    below = f"{'':7}−60 s{'now':>{max(width - 14, 4)}}"
    lines = [row(Span(f"{label}▕", Role.QUIET)) + line for label, line in zip(labels, drawn, strict=True)]
    return [row(Span(f"{'':7}{title}", Role.QUIET)), *lines, row(Span(below, Role.QUIET))]


def _stretched(values: Sequence[float | None], cells: int) -> list[float | None]:
    return [values[cell * len(values) // cells] for cell in range(cells)] if values else []


_KEY: Final = {True: "u starts it, or lets it go on.", False: "4 shows its log; K kills it, then u starts it."}
"""Whether it is at rest → what helps."""


def _words(unit: UnitHealth) -> list[tuple[str, Role]]:
    """Return what the charts cannot say, the most urgent first."""
    look, said = unit.look, list[tuple[str, Role]]()
    if look.file:
        said.append((f"It cannot load {clean(look.file)}. e opens it.", Role.FAULT))
    if look.state in {UnitState.STOPPED, UnitState.PAUSED, UnitState.CRASHED, UnitState.MUTE, UnitState.NOT_READY}:
        why = f": {clean(look.why, 100)}" if look.why not in {"", look.state.value} else ""
        said.append((f"{unit.title} is {look.state.value}{why}. {_KEY[look.state in AT_REST]}", Role.FAULT))
        said.append(("Lag comes from Kafka, so it is known though the unit does not answer.", Role.QUIET))
    if unit.series.restarts:
        said.append(
            (f"{SIGNS.retry} It was brought back {unit.series.restarts} times within this minute.", Role.COMMAND)
        )
    memory = f", {look.rss_bytes / 1e6:.0f} MB" if look.rss_bytes else ""
    answers = f"answers in {look.ms:.0f} ms" if look.ms is not None else "no round trip"
    said.append((f"{unit.title}: {answers}{memory}; it ended by itself {plural(look.restarts, 'time')}.", Role.QUIET))
    return said + ([] if unit.figures is None else _counted(unit.figures))


def _counted(figures: "Figures") -> list[tuple[str, Role]]:
    """Return what the unit itself counts: what came of its messages, how long they took, what is put aside."""
    handled = ", ".join(f"{figures.handled.get(name, 0)} {name}" for name in _OUTCOMES)
    half = "" if figures.p50_ms is None else f"; half of them within {figures.p50_ms:.1f} ms"
    rest = "" if figures.p99_ms is None else f", 99 of 100 within {figures.p99_ms:.1f} ms"
    oldest = "" if figures.oldest_s is None else f", the oldest for {lasting(figures.oldest_s)}"
    letters = SIGNS.unknown if figures.dead_letters is None else plural(figures.dead_letters, "dead letter")
    outbox = SIGNS.unknown if figures.outbox is None else plural(figures.outbox, "message")
    parked = Role.FAULT if figures.dead_letters else Role.QUIET
    return [
        (f"{letters}{oldest}; {outbox} in its outbox.", parked),
        (f"Its messages: {handled}{half}{rest}.", Role.QUIET),
    ]
