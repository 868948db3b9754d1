"""The stages of something long, as lines: what is done, what it is at with its bytes, what is still to come."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from lab.shop.wording import clean, fit, pad
from tui.model.starting import Board, Stage
from tui.render.signs import SIGNS
from tui.render.text import Look, Role, Row, Span, row, sides

TITLES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "docker": "Docker",
        "images": "Kafka's image",
        "java": "Java",
        "jars": "Kafka's jars",
        "format": "storage",
        "kafka": "Kafka",
        "postgres": "PostgreSQL",
        "aot": "faster starts",
        "stop": "units",
    }
)
"""Stages whose own word says too little."""
NAME_CELLS: Final = 14
BAR_CELLS: Final = 12
_MEGA: Final = 1_000_000
_SPIN_MS: Final = 125
_SLOW_MS: Final = 3_000


def staged(board: Board, now_ms: float, width: int, *, motion: bool) -> list[Row]:
    """Return the title with the time that has passed, and a line a stage."""
    until = now_ms if board.ended_ms is None else board.ended_ms
    passed = max(0, int((until - board.began_ms) / 1000))
    word = " so far" if board.going else ""
    title = row("  ", Span(board.deed.value, look=Look.STRONG), Span(_giving_up(board), Role.QUIET))
    rows = [sides(title, row(f"{passed // 60}:{passed % 60:02}{word}  "), width)]
    return rows + [_stage(board, stage, until, width, motion=motion) for stage in board.stages]


def _giving_up(board: Board) -> str:
    return " · giving up at the next step" if board.given_up and board.going else ""


def _stage(board: Board, stage: Stage, now_ms: float, width: int, *, motion: bool) -> Row:
    title = pad(fit(TITLES.get(stage.name, stage.name), NAME_CELLS), NAME_CELLS)
    sign, role = _sign(board, stage, now_ms, motion=motion)
    quiet = Role.QUIET if stage.began_ms is None else Role.TEXT
    left = row("    ", Span(sign, role), Span(f" {title} ", quiet))
    text = clean(stage.text)
    right = _took(stage, now_ms) if stage.bytes_now is None else _bytes(stage)
    room = width - left.cells - right.cells - (2 if right.cells else 0) - 2
    return sides(left + row(Span(fit(text, max(0, room)), Role.QUIET)), right + row("  "), width)


def _sign(board: Board, stage: Stage, now_ms: float, *, motion: bool) -> tuple[str, Role]:
    if stage.done:
        return SIGNS.right, Role.GOOD
    if stage.began_ms is None:
        return SIGNS.open, Role.QUIET
    if board.failed:
        return SIGNS.wrong, Role.FAULT
    if not motion:
        return SIGNS.here, Role.TEXT
    return SIGNS.spinner[int(now_ms / _SPIN_MS) % len(SIGNS.spinner)], Role.TEXT


def _bytes(stage: Stage) -> Row:
    """Return how far the bytes are: `▓▓▓▓░░░░ 42 of 93 MB`."""
    now, total = (stage.bytes_now or 0) / _MEGA, (stage.bytes_total or 0) / _MEGA
    if not total:
        return row(Span(f"{now:.0f} MB"))
    done = min(BAR_CELLS, int(BAR_CELLS * now / total))
    bar = SIGNS.bar_done * done + SIGNS.bar_left * (BAR_CELLS - done)
    return row(Span(bar, Role.GOOD if stage.done else Role.TEXT), Span(f" {now:.0f} of {total:.0f} MB"))


def _took(stage: Stage, now_ms: float) -> Row:
    """Return how long a stage took, or has taken so far where that is long."""
    if stage.began_ms is None:
        return Row()
    ms = (now_ms if stage.ended_ms is None else stage.ended_ms) - stage.began_ms
    if stage.done or ms >= _SLOW_MS:
        return row(Span(f"{ms / 1000:.1f} s" if stage.done else f"{int(ms / 1000)} s", Role.QUIET))
    return Row()
