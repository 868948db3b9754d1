"""`lab verify`: does everything add up, in the databases and on Kafka?"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from lab.cli.stack import JsonOption
from lab.errors import ExitCode

if TYPE_CHECKING:
    from lab.chaos.verify import Sources
    from lab.running import Running

_MIXED: Final = (
    "\nThese books were begun in phase 1, which loses messages and notes nothing of what"
    "\nit hears: what is found here may come from then. Begin new ones:"
    "\n  uv run lab down --volumes"
)


def register(app: typer.Typer) -> None:
    """Add the command to the app."""
    app.command("verify")(verify)


def verify(
    ledger: Annotated[
        Path | None,
        typer.Option(
            "--ledger",
            help="What the client noted of its orders.  [default: what the lab itself has noted]",
        ),
    ] = None,
    as_object: JsonOption = False,
) -> None:
    """Check that nothing was lost and nothing made up: orders, money, stock, every message, every dead letter.

    It reads the databases and every record on Kafka, and asks no service. It ends with 1 when something does not hold.
    While orders are on their way some things cannot hold yet: it says so, and waits for nothing.

    Example: uv run lab verify
    """
    from lab.chaos.begun import begun_in, mixed  # noqa: PLC0415
    from lab.chaos.ledger import own_ledger  # noqa: PLC0415
    from lab.chaos.verify import audit  # noqa: PLC0415  what it reads with takes a moment to import
    from lab.cli.output import run, tell  # noqa: PLC0415
    from lab.cli.say import as_json  # noqa: PLC0415
    from lab.running import running  # noqa: PLC0415

    kept = ledger or (own_ledger() if own_ledger().exists() else None)
    found = run(audit(sources(running()), kept))
    if as_object:
        as_json({**found.as_object(), "begun_in_phase": begun_in(found.phase)})
    else:
        from lab.chaos.verify.report import text  # noqa: PLC0415

        for line in text(found):
            tell(line)
        if mixed(found.phase) and not found.ok:
            tell(_MIXED)
    if not found.ok:
        raise typer.Exit(ExitCode.FAILED)


def sources(shop: "Running") -> "Sources":
    """Return where the truth about this shop lies. Raises NotRunning where its databases do not run."""
    import lab.home  # noqa: PLC0415
    from lab.chaos.verify import Sources  # noqa: PLC0415
    from lab.shop.parts import Parts, read_choices  # noqa: PLC0415
    from lab.stack import database_urls  # noqa: PLC0415

    parts = Parts(shop.phase, read_choices(lab.home.choices()))
    return Sources(shop.kafka, shop.prefix, database_urls(shop), parts)
