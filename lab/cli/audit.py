"""`lab audit`: the author's check of the course, on a shop of its own."""

from typing import Annotated

import typer

from lab.cli.stack import JsonOption
from lab.errors import ExitCode


def register(app: typer.Typer) -> None:
    """Add the command to the app."""
    app.command("audit")(audit)


def audit(
    exercises: Annotated[list[str] | None, typer.Argument(metavar="[EX]...", help="Only these.")] = None,
    full: Annotated[
        bool, typer.Option("--full", help="Everything, twenty runs of each solution, and write the record.")
    ] = False,
    read_only: Annotated[bool, typer.Option("--read", help="Only what can be seen by reading; runs nothing.")] = False,
    online: Annotated[bool, typer.Option("--online", help="Also ask whether links to the web are alive.")] = False,
    as_object: JsonOption = False,
) -> None:
    """Hold every exercise against the rules of the course; for authors, and for CI.

    Example: uv run lab audit produce
    """
    from lab.cli import audit_run  # noqa: PLC0415  what it needs takes a moment to import

    result = audit_run.run(exercises or [], full=full, read_only=read_only, online=online)
    if as_object:
        from lab.cli.say import as_json  # noqa: PLC0415

        as_json(result.as_object())
    else:
        audit_run.show(result)
    if not result.holds:
        raise typer.Exit(ExitCode.FAILED)
