"""docs/reference/command-line.md: every command of the live app, and the table of exit codes."""

from collections.abc import Iterator
from typing import Any

import typer
from typer.main import get_command

from lab.docs.markdown import code, page, table
from lab.docs.topics import anchor
from lab.errors import ExitCode

_ABOUT = """
What `--help` says of every command. With `--json`, standard output is exactly one JSON object, and everything else goes
to standard error.
"""
_COLUMNS = 100


def write() -> str:
    """Write the page from the commands that are registered."""
    from lab.cli.main import app  # noqa: PLC0415  only this page needs the command line

    return describe(app)


def describe(app: typer.Typer) -> str:
    """Write the page of one Typer app."""
    contexts = {context.command_path: context for context in _walk(get_command(app), "lab", None)}
    index = (
        (f"[`{path}`](#{anchor(path)})", context.command.get_short_help_str(120)) for path, context in contexts.items()
    )
    codes = ((str(code.value), f"`{code.name}`", code.meaning) for code in ExitCode)
    return page(
        "The command line",
        _ABOUT,
        table(("command", "what it does"), index),
        "## Exit codes",
        table(("code", "name", "meaning"), codes),
        *(f"## {path}\n\n{code(_help(context), 'text')}" for path, context in contexts.items()),
    )


def _walk(command: Any, name: str, parent: Any) -> Iterator[Any]:
    """Yield the context of every command that can be run, as if it was being run; hidden ones are left out."""
    settings = {**command.context_settings, "terminal_width": _COLUMNS, "max_content_width": _COLUMNS}
    context = command.context_class(command, info_name=name, parent=parent, **settings)
    children = getattr(command, "commands", {})
    if not children or getattr(command, "invoke_without_command", False):
        yield context
    for child_name, child in children.items():
        if not child.hidden:
            yield from _walk(child, child_name, context)


def _help(context: Any) -> str:
    """Return what `--help` prints, without colours and boxes, whatever the terminal."""
    context.command.rich_markup_mode = None
    return "\n".join(line.rstrip() for line in context.command.get_help(context).splitlines())
