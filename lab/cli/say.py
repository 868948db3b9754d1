"""How commands speak: results on standard output, everything else on standard error, colour only on a terminal."""

import json
import os
import sys
from collections.abc import Mapping
from typing import Any

from rich.console import Console


def is_terminal() -> bool:
    """Say whether somebody sits here, at a terminal that can draw."""
    return sys.stdin.isatty() and sys.stdout.isatty() and os.environ.get("TERM", "") not in {"", "dumb"}


def out() -> Console:
    """Return the console for results. Without a terminal it is plain text, never cut to a width."""
    return _console(stderr=False)


def aside() -> Console:
    """Return the console for progress, complaints and hints."""
    return _console(stderr=True)


def complain(what: str, mend: str) -> None:
    """Say what happened and what to do next."""
    console = aside()
    console.print(what, style="bold red", markup=False, highlight=False)
    console.print(mend, markup=False, highlight=False)


def as_json(data: Mapping[str, Any]) -> None:
    """Write one JSON object, the only thing on standard output."""
    sys.stdout.write(json.dumps(data, default=str) + "\n")
    sys.stdout.flush()


def _console(*, stderr: bool) -> Console:
    stream = sys.stderr if stderr else sys.stdout
    if stream.isatty():
        return Console(file=stream, highlight=False)
    return Console(file=stream, highlight=False, soft_wrap=True, no_color=True)
