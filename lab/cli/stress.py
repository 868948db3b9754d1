"""`lab stress`: load and faults mixed, and at the end the audit of what came of it."""

import sys
from typing import Annotated

import typer

from lab.cli.stack import DatabaseOption, EngineOption, JsonOption, TimeoutOption, check_phase
from lab.errors import ExitCode


def register(app: typer.Typer) -> None:
    """Add the command to the app."""
    app.command("stress")(stress)


def stress(
    orders: Annotated[int, typer.Option("--orders", min=1, max=20_000, help="How many orders are placed.")] = 200,
    kills: Annotated[int, typer.Option("--kills", min=0, max=500, help="How many units are killed meanwhile.")] = 10,
    seed: Annotated[
        int | None, typer.Option("--seed", help="Repeats a run: its orders and its faults.  [default: a new one]")
    ] = None,
    phase: Annotated[
        int | None, typer.Option("--phase", help="Which phase's shop.  [default: what runs, else 2]")
    ] = None,
    engine: EngineOption = "auto",
    database: DatabaseOption = None,
    keep: Annotated[bool, typer.Option("--keep", help="Leave the shop running at the end.")] = False,
    timeout: TimeoutOption = 120.0,
    as_object: JsonOption = False,
) -> None:
    """Place orders while units are killed, crash, freeze, and read everything twice; then audit every book.

    It ends with 0 when every invariant holds. Phase 1 loses orders: that is why there is a phase 2.

    Example: uv run lab stress --orders 200 --kills 10 --seed 7
    """
    if phase is not None:
        check_phase(phase)
    from lab.cli import stress_run  # noqa: PLC0415  what it needs takes half a second to import

    wish = stress_run.Wish(orders, kills, seed, phase, engine, database, timeout, keep)
    ok = stress_run.run(wish, as_object=as_object, stream=sys.stderr if as_object else sys.stdout)
    if not ok:
        raise typer.Exit(ExitCode.FAILED)
