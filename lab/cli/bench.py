"""`lab bench`: the benchmarks."""

from typing import Annotated

import typer

from lab.cli.stack import JsonOption


def register(app: typer.Typer) -> None:
    """Add the group to the app."""
    group = typer.Typer(help="Measure this machine; every figure is a median, with the machine beside it.")
    group.callback()(_group)
    group.command("start")(start)
    app.add_typer(group, name="bench")


def _group() -> None:
    """Keep `start` a sub-command, also while it is the only one."""


def start(
    rounds: Annotated[int, typer.Option("--rounds", min=1, max=50, help="How often each thing is measured.")] = 5,
    as_object: JsonOption = False,
) -> None:
    """Measure `lab up` with warm caches, the restart of a service, and the tuned broker against the default JVM.

    Example: uv run lab bench start --rounds 5
    """
    from lab.bench.start import measure  # noqa: PLC0415  what it needs takes a moment to import
    from lab.cli.progress import staged  # noqa: PLC0415
    from lab.cli.say import as_json, out  # noqa: PLC0415

    with staged("Measuring") as report:
        figures = measure(rounds, report)
    if as_object:
        as_json(figures.as_object())
        return
    console = out()
    console.print(f"{figures.machine}; medians of {figures.rounds}", markup=False)
    for text, value, target in (
        ("lab up, caches warm, until every unit answers", f"{figures.up_s:.2f} s", "≤ 6 s"),
        ("restart of a service, until it reads again", f"{figures.restart_s:.2f} s", "≤ 2 s"),
        ("broker, exec to first record back, tuned", f"{figures.broker_tuned_s:.2f} s", ""),
        ("the same, JVM as it comes", f"{figures.broker_default_s:.2f} s", ""),
        ("tuned against default, by pairs", f"{figures.tuned_vs_default:.2f}", "≤ 0.35"),
    ):
        console.print(f"  {text:<48} {value:>8}  {target}", markup=False)
