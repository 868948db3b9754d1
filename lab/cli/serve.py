"""`lab serve`: the terminal app in a browser."""

import shlex
import sys
from typing import Annotated, Final

import typer

from lab.engines import ports
from lab.errors import Conflict

PORT: Final = 8090


def register(app: typer.Typer) -> None:
    """Add the command to the app."""
    app.command("serve")(serve)


def serve(
    port: Annotated[int, typer.Option("--port", min=1024, max=65535, help="Where the page answers.")] = PORT,
) -> None:
    """Show the terminal app in a browser, on this machine only, until Ctrl-C. The address has a token: keep it.

    Example: uv run lab serve --port 8090
    """
    from lab.cli.output import tell  # noqa: PLC0415
    from tui.serving import HOST, LabServer, new_token  # noqa: PLC0415  aiohttp takes a moment to import

    if not ports.is_free(port):
        raise Conflict(f"Port {port} of {HOST} is taken.", f"Choose another: uv run lab serve --port {port + 1}")
    command = f"{shlex.quote(sys.executable)} -m lab.cli.tui"
    LabServer(
        command, port, new_token(), lambda address: tell(f"Open {address}\nCtrl-C ends it; the shop goes on.")
    ).serve()
