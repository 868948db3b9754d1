"""`lab metrics`: what the units count and measure, as two tables."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Final

from lab.cli.output import UNKNOWN, run, show_table, tell
from lab.cli.say import as_json
from lab.cli.where import where
from lab.errors import Conflict, NotRunning
from lab.shop.figures import OUTCOMES, Figures, ask_figures
from lab.shop.wording import lasting

COUNTED_FROM: Final = 2
"""The first phase whose units count."""


def show_metrics(*, as_object: bool) -> None:
    """Scrape every unit, and show what they say."""
    found = run(ask_figures(where().services()))
    known = {unit: figures for unit, figures in found.items() if figures is not None}
    if not known:
        raise NotRunning("No unit of the shop answers.", "Start it: uv run lab up --phase 2")
    if any(figures.phase < COUNTED_FROM for figures in known.values()):
        raise Conflict(
            "The shop of phase 1 runs, and that one counts nothing: metrics come with phase 2.",
            "Change it: uv run lab down, then uv run lab up --phase 2",
        )
    if as_object:
        as_json({"units": {unit: None if one is None else asdict(one) for unit, one in found.items()}})
        return
    _show(found)
    if silent := [unit for unit in found if unit not in known]:
        tell(f"\nNo figures from {', '.join(silent)}. What runs: uv run lab status")


def _show(found: Mapping[str, Figures | None]) -> None:
    show_table(
        ("what came", *OUTCOMES, "p50 ms", "p99 ms"),
        [
            (unit, *(UNKNOWN if one is None else one.handled.get(name, 0) for name in OUTCOMES), *_times(one))
            for unit, one in found.items()
        ],
    )
    tell("")
    show_table(
        ("what waits", "lag", "outbox", "dead letters", "oldest"),
        [
            (
                unit,
                *(
                    (UNKNOWN,) * 4
                    if one is None
                    else (*map(_or_dash, (one.lag, one.outbox, one.dead_letters)), _age(one))
                ),
            )
            for unit, one in found.items()
        ],
    )
    tell(
        "\nskipped: it was done before. failed: it is tried again here. retried: it waits\n"
        "in a retry topic. dead: it is parked. The times are those of what was done."
    )


def _times(one: Figures | None) -> tuple[str, str]:
    return (_ms(None), _ms(None)) if one is None else (_ms(one.p50_ms), _ms(one.p99_ms))


def _ms(value: float | None) -> str:
    return f"{UNKNOWN if value is None else f'{value:.1f}':>6}"


def _or_dash(number: int | None) -> int | str:
    return UNKNOWN if number is None else number


def _age(one: Figures) -> str:
    return UNKNOWN if one.oldest_s is None else lasting(one.oldest_s)
