"""The `lab` command: registers every group, and turns every error into a sentence and an exit code."""

import datetime as dt
import os
import platform
import sys
import traceback
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

import lab
import lab.home
from lab.cli import audit, bench, chaos, compare, course, dlq, phase, serve, shop, stack, stress, verify
from lab.cli.say import complain, is_terminal
from lab.errors import ExitCode, LabError


class _Commands(TyperGroup):
    """The commands. Ctrl-C and a closed pipe are told here: further out typer would end without a word."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            complain("Stopped by Ctrl-C.", "How things stand now: uv run lab status")
            return ExitCode.INTERRUPTED
        except BrokenPipeError:  # `lab events | head`
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return ExitCode.OK


app = typer.Typer(
    name="lab",
    cls=_Commands,
    help="Learn event-driven architecture by building a shop on a real Kafka.",
    epilog="Begin with `uv run lab up`, then `uv run lab order place` and `uv run lab order follow last`. "
    "Then build it yourself: `uv run lab next`.",
    invoke_without_command=True,
    no_args_is_help=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
stack.register(app)
shop.register(app)
phase.register(app)
dlq.register(app)
chaos.register(app)
stress.register(app)
verify.register(app)
compare.register(app)
course.register(app)
audit.register(app)
bench.register(app)
serve.register(app)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"orderlab {lab.__version__}")
        raise typer.Exit


@app.callback()
def start(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and leave.")
    ] = False,
) -> None:
    """Open the app, when no command is given; where no terminal is, show how things stand and what to do next."""
    del version
    if context.invoked_subcommand is not None:
        return
    if is_terminal():
        from lab.cli.tui import open_app  # noqa: PLC0415  Textual takes half a second, which no other command should

        open_app()
    else:
        stack.show_status_page()


def main() -> None:
    """Run the command line; every ending has a code of the table in lab.errors."""
    try:
        code = app(standalone_mode=False) or ExitCode.OK
    except LabError as error:
        complain(error.what, error.mend)
        code = error.exit_code
    except Exception as error:  # noqa: BLE001  the outermost edge: a bug of ours must not look like the learner's
        code = _not_ours_to_know(error)
    sys.exit(code)


def _not_ours_to_know(error: Exception) -> int:
    """Show what typer has to say of a wrong command line; report everything else as a bug of the lab."""
    show = getattr(error, "show", None)
    if callable(show):
        show()
        return int(getattr(error, "exit_code", ExitCode.USAGE))
    if type(error).__name__ == "Abort":
        complain("Stopped.", "Nothing was changed.")
        return ExitCode.INTERRUPTED
    try:
        told = f"A report was written to {_report(error)}; nothing in it leaves this machine."
    except OSError as problem:
        told = f"No report could be written: {problem}."
    complain(
        f"The lab itself is at fault: {type(error).__name__}: {error}", f"Sorry. {told} `uv run lab doctor` may help."
    )
    return ExitCode.LAB_BUG


def _report(error: Exception) -> Path:
    folder = lab.home.home() / "reports"
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{dt.datetime.now(dt.UTC):%Y%m%dT%H%M%SZ}.txt"
    lines = [f"orderlab {lab.__version__}, Python {platform.python_version()}, {platform.platform()}"]
    lines += [" ".join(["lab", *sys.argv[1:]]), "", *traceback.format_exception(error)]
    file.write_text("\n".join(lines))
    return file


if __name__ == "__main__":
    main()
