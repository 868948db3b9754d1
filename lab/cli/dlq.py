"""The commands for dead letters: what was parked, why, and sending it back."""

from typing import Annotated

import typer

# What these commands need takes half a second to import, so each takes it when it is called, not when --help is asked.

JsonOption = Annotated[bool, typer.Option("--json", help="One JSON object on standard output.")]


def register(app: typer.Typer) -> None:
    """Add the group to the app."""
    group = typer.Typer(
        help="Dead letters: list them, look at one, send them back (from phase 2 on).", no_args_is_help=True
    )
    for name, function in (("list", list_), ("show", show), ("replay", replay)):
        group.command(name)(function)
    app.add_typer(group, name="dlq")


def list_(
    every: Annotated[bool, typer.Option("--all", help="Also those that have been dealt with.")] = False,
    as_object: JsonOption = False,
) -> None:
    """List the records that a unit gave up, the newest last, and why.

    Example: uv run lab dlq list --all
    """
    from lab.cli import dead_letters  # noqa: PLC0415

    dead_letters.show_all(every=every, as_object=as_object)


def show(
    letter: Annotated[str, typer.Argument(help="As `lab dlq list` names it: payment.commands/payment/3.")],
    as_object: JsonOption = False,
) -> None:
    """Show one of them whole: where it lay, why it was given up, its headers, its value.

    Example: uv run lab dlq show payment.commands/payment/3
    """
    from lab.cli import dead_letters  # noqa: PLC0415

    dead_letters.show(letter, as_object=as_object)


def replay(
    letters: Annotated[
        list[str] | None, typer.Argument(metavar="[LETTER]...", help="Only these; without: all that wait.")
    ] = None,
    group: Annotated[str | None, typer.Option(help="Only what this unit gave up.")] = None,
    again: Annotated[bool, typer.Option("--again", help="Also those that have been dealt with.")] = False,
    as_object: JsonOption = False,
) -> None:
    """Send dead letters back to the unit that gave them up, and to nobody else. Mend the cause first.

    What nobody can read is left where it lies; named, it is sent all the same. A letter is sent once, unless --again.

    Example: uv run lab dlq replay --group payment
    """
    from lab.cli import dead_letters  # noqa: PLC0415

    dead_letters.replay(letters or [], group=group, again=again, as_object=as_object)
