"""`lab phase N`: the whole shop of a phase, end to end, with a summary and an exit code."""

import sys
from collections.abc import Callable
from typing import Annotated, Any

import typer

from lab.cli.stack import DatabaseOption, EngineOption, JsonOption, TimeoutOption, check_phase
from lab.errors import ExitCode


def register(app: typer.Typer) -> None:
    """Add the command to the app."""
    app.command("phase")(phase)


def phase(
    number: Annotated[int, typer.Argument(metavar="N", help="Which phase's shop.")],
    orders: Annotated[int, typer.Option("--orders", min=1, max=2000, help="How many orders.")] = 25,
    seed: Annotated[int, typer.Option("--seed", help="The same seed: the same customers, baskets, failures.")] = 7,
    engine: EngineOption = "auto",
    database: DatabaseOption = None,
    keep: Annotated[bool, typer.Option("--keep", help="Leave the shop running at the end.")] = False,
    timeout: TimeoutOption = 120.0,
    as_object: JsonOption = False,
) -> None:
    """Run a phase's shop end to end: Kafka, all units, seeded orders told as they go, a summary that adds up.

    Example: uv run lab phase 1 --orders 25 --seed 7
    """
    check_phase(number)
    from lab.cli import phase_run  # noqa: PLC0415  what it needs takes half a second to import

    wanted = phase_run.Wish(number, orders, seed, engine, database, timeout)
    summary = phase_run.run(wanted, keep=keep, narrate=_narration(sys.stderr if as_object else sys.stdout))
    if as_object:
        from lab.cli.say import as_json  # noqa: PLC0415

        as_json(summary.as_object())
    else:
        sys.stdout.write(summary.text() + "\n")
    if not summary.outcome.adds_up:
        raise typer.Exit(ExitCode.FAILED)


def _narration(stream: Any) -> Callable[[str], None]:
    def say(line: str) -> None:
        stream.write(line + "\n")
        stream.flush()

    return say
