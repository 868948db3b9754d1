"""`lab compare` and `lab choreography`: the flow with a mediator and without one."""

import sys
from enum import StrEnum
from typing import Annotated

import typer

from lab.cli.stack import JsonOption
from lab.errors import ExitCode

OrdersOption = Annotated[int, typer.Option("--orders", min=1, max=500, help="How many orders.")]
SeedOption = Annotated[int, typer.Option("--seed", help="The same seed: the same customers, baskets, failures.")]


class Only(StrEnum):
    """One part of the comparison."""

    ORDERS = "orders"
    STUCK = "stuck"
    STEP = "step"


def register(app: typer.Typer) -> None:
    """Add the commands to the app."""
    app.command("compare")(compare)
    app.command("choreography")(choreography)


def compare(
    orders: OrdersOption = 20,
    seed: SeedOption = 7,
    only: Annotated[
        Only | None, typer.Option("--only", help="Only the orders, the one that is stuck, or the new step.")
    ] = None,
    messages: Annotated[bool, typer.Option("--messages", help="Tell every message of every order.")] = False,
    as_object: JsonOption = False,
) -> None:
    """Send the same orders through the running shop and through a choreography without a mediator, side by side.

    The second has topics and databases of its own, which are gone at the end. For the order that is stuck, Fulfilment
    is stopped in both for a few seconds.

    Example: uv run lab compare --orders 20 --seed 7
    """
    from lab.cli import choreography_run, compare_run  # noqa: PLC0415  what they need takes a moment to import

    wish = compare_run.Wish(orders, seed, frozenset(Only) if only is None else frozenset({only}), messages)
    found = compare_run.run(wish, choreography_run.saying(sys.stderr if as_object else sys.stdout))
    if as_object:
        from lab.cli.say import as_json  # noqa: PLC0415

        as_json(found.as_object())
    if not found.as_planned:
        raise typer.Exit(ExitCode.FAILED)


def choreography(orders: OrdersOption = 5, seed: SeedOption = 7, as_object: JsonOption = False) -> None:
    """Show who listens to what when there is no mediator, and run some orders through that on the running Kafka.

    Example: uv run lab choreography --orders 5
    """
    from lab.cli import choreography_run  # noqa: PLC0415

    found = choreography_run.alone(orders, seed, choreography_run.saying(sys.stderr if as_object else sys.stdout))
    if as_object:
        from lab.cli.say import as_json  # noqa: PLC0415

        as_json(found)
    if found["otherwise"]:
        raise typer.Exit(ExitCode.FAILED)
