"""Partitions and lag: where each log ends, what each group has committed, and so how much waits for it."""

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from lab.shop.contracts import PARTITIONS, TOPICS
from lab.shop.contracts.topics import Role as TopicRole
from lab.shop.wording import pad
from tui.model.shape import ANALYTICS
from tui.render.signs import SIGNS
from tui.render.text import Look, Role, Row, Span, row
from tui.render.topology_words import short, title

Place = tuple[str, int]
_TOPIC, _END, _READ, _WHO, _LAG = 21, 5, 6, 14, 5
_NARROW_END: Final = 6
WIDTH: Final = 1 + _TOPIC + PARTITIONS * (_END + _READ) + _WHO + _LAG


@dataclass(frozen=True, slots=True)
class Read:
    """What Kafka said. committed: unit → place → next offset to read; None where only the ends are known.

    lag: by unit, for a moment of which the committed offsets are not known.
    """

    ends: Mapping[Place, int]
    committed: Mapping[str, Mapping[Place, int]] | None = None
    lag: Mapping[str, int] | None = None
    phase: int = 1


def partitions(read: Read, width: int) -> Sequence[Row]:
    """Return the table, and what its words mean."""
    wide = width >= WIDTH
    rows = [*_heads(wide=wide)]
    for topic in TOPICS:
        readers = (topic.owner,) if topic.role is TopicRole.COMMAND_CHANNEL else (topic.owner, ANALYTICS)
        rows += [_line(read, topic.name, unit, wide=wide, first=not number) for number, unit in enumerate(readers)]
    said = [line for text in _meaning(read) for line in textwrap.wrap(text, max(20, width - 2))]
    return [*rows, Row(), *(row(Span(f" {line}", Role.QUIET)) for line in said)]


def _heads(*, wide: bool) -> Sequence[Row]:
    cells = _END + _READ if wide else _NARROW_END
    numbers = "".join(f"{'part ' if wide else 'p '}{number}".rjust(cells) for number in range(PARTITIONS))
    below = ("end".rjust(_END) + "read".rjust(_READ) if wide else "end".rjust(_NARROW_END)) * PARTITIONS
    who = f"  {pad('group', _WHO - 2)}{'lag'.rjust(_LAG)}"
    return [
        row(Span(" " + " " * _TOPIC + numbers, Role.QUIET)),
        row(Span(f" {pad('topic', _TOPIC)}{below}{who}", Role.QUIET)),
    ]


def _line(read: Read, topic: str, unit: str, *, wide: bool, first: bool) -> Row:
    made = row(" ", Span(pad(topic if first else "", _TOPIC), look=Look.STRONG))
    known = None if read.committed is None else read.committed.get(unit, {})
    behind = 0
    for number in range(PARTITIONS):
        end, at = read.ends.get((topic, number), 0), None if known is None else known.get((topic, number), 0)
        behind += max(0, end - at) if at is not None else 0
        made = made + row((short(end) if first else "").rjust(_END if wide else _NARROW_END))
        if wide:
            late = at is not None and at < end
            said = SIGNS.unknown if at is None else short(at)
            made = made + row(Span(said.rjust(_READ), Role.COMMAND if late else Role.QUIET))
    lag = Span((SIGNS.unknown if known is None else short(behind)).rjust(_LAG), Role.COMMAND if behind else Role.QUIET)
    return made + row(f"  {pad(title(unit), _WHO - 2)}", lag)


def _meaning(read: Read) -> Sequence[str]:
    said = ["end: the offset that the next record gets. read: the offset that the group has committed.",
            "lag = end − read: what is there and not committed yet. Known of a stopped unit, too."]  # fmt: skip
    if read.committed is None:
        lags = ", ".join(f"{title(unit)} {short(count)}" for unit, count in (read.lag or {}).items() if count)
        said = ["In the past only the ends are known, and each group's lag as it was looked at:", lags or "none"]
    elif read.phase == 1:
        said.append("Phase 1 commits every 5 s, whether the work is done or not: so lag falls in steps.")
    return said
