"""One edge: a line with an arrowhead, the tokens on it, and what queues at its end."""

from dataclasses import dataclass
from typing import Final

from tui.model.tokens import Traffic
from tui.render.signs import SIGNS
from tui.render.text import Look, Role, Row, Span
from tui.render.topology_words import short

_LABEL_ROOM: Final = 4
"""So many cells of the line must stay beside a rate."""


@dataclass(frozen=True, slots=True)
class Edge:
    """How an edge is drawn. queue: what waits at the door of a unit that takes nothing in, 0 where it does."""

    command: bool
    to_right: bool
    queue: int = 0
    chosen: bool = False
    motion: bool = True


def channel(edge: Edge, traffic: Traffic, cells: int) -> Row:
    """Return the line, so many cells long."""
    head, line, role = _alphabet(edge)
    drawn = [Span(line, Role.FRAME)] * cells
    stands_out = traffic.recent and not edge.motion
    last = cells - 1 if edge.to_right else 0
    if cells:
        drawn[last] = Span(head, role if stands_out else Role.QUIET, Look.STRONG if stands_out else Look.PLAIN)
    for token in traffic.tokens:
        way = int(token.at * (cells - 1))
        text = head + (f"{SIGNS.times}{token.count}" if token.count > 1 else "")
        _write(drawn, way if edge.to_right else last + cells - 1 - way, text, role, keep=last)
    if traffic.per_second:
        _rate(drawn, edge, traffic.per_second, role)
    if edge.queue:
        text = f"{head}{SIGNS.times}{short(edge.queue)}"
        _write(drawn, cells - len(text) if edge.to_right else 0, text, Role.FAULT, keep=-1)
    if edge.chosen and cells:
        drawn = [span.set_also(Look.REVERSE) for span in drawn]
        drawn[0 if edge.to_right else -1] = Span(SIGNS.cursor, Role.TEXT, Look.REVERSE)
    return Row(tuple(drawn))


def _alphabet(edge: Edge) -> tuple[str, str, Role]:
    if edge.command:
        head = SIGNS.command_right if edge.to_right else SIGNS.command_left
        return head, SIGNS.command_line, Role.COMMAND
    return SIGNS.event_right if edge.to_right else SIGNS.event_left, SIGNS.event_line, Role.EVENT


def _write(drawn: list[Span], at: int, text: str, role: Role, *, keep: int) -> None:
    """Write over the line, moved so that it fits; the arrowhead in cell `keep` stays."""
    at = max(0, min(at, len(drawn) - len(text)))
    for number, sign in enumerate(text, start=at):
        if number < len(drawn) and number != keep:
            drawn[number] = Span(sign, role, Look.STRONG)


def _rate(drawn: list[Span], edge: Edge, per_second: int, role: Role) -> None:
    text = f"{SIGNS.times}{short(per_second)}/s"
    if len(drawn) >= len(text) + _LABEL_ROOM:
        at = len(drawn) - 1 - len(text) if edge.to_right else 1
        _write(drawn, at, text, role, keep=-1)
