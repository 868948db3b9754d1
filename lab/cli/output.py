"""Printing what the shop says: the flow's lines in colour on a terminal, plain elsewhere, tables, and a clean end."""

import asyncio
import logging
import os
import sys
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from typing import Any, Final, TextIO, TypeVar

import typer
from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from lab.cli.say import out
from lab.errors import ExitCode
from lab.shop.narrate import Line, LineKind
from lab.shop.wording import TIMES, pad

T = TypeVar("T")

# Never colour alone: the sign, the mark and the words say the same.
_STYLES: Final = {
    LineKind.HEADER: "bold",
    LineKind.COMMAND: "yellow",
    LineKind.EVENT: "cyan",
    LineKind.FOOTER: "bold",
    LineKind.NOTE: "dim",
    LineKind.TROUBLE: "red",
}
UNKNOWN: Final = "\N{EN DASH}"
"""Stands in a table for what is not known."""

_ASCII: Final = str.maketrans(
    {"→": ">", "·": ".", "─": "-", "…": "~", UNKNOWN: "-", TIMES: "x", "␛": "^", "✓": "+", "✗": "x"}
)


def speakable(text: str) -> str:
    """Return the text with nothing in it that standard output's encoding lacks."""
    encoding = sys.stdout.encoding or "ascii"
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return text.translate(_ASCII).encode(encoding, "replace").decode(encoding)
    return text


def saying(stream: TextIO) -> Callable[[str], None]:
    """Return what writes a line to a stream at once. Where nobody listens any more the work goes on all the same."""

    def say(line: str) -> None:
        with suppress(OSError):
            stream.write(f"{speakable(line)}\n")
            stream.flush()

    return say


def show_lines(lines: Sequence[Line], *, plain: bool = False) -> None:
    """Write lines at once: a person sees each as it happens, a pipe gets it whole."""
    if plain or not _colourful(console := out()):
        sys.stdout.write("".join(f"{speakable(line.text)}\n" for line in lines))
        sys.stdout.flush()
        return
    for line in lines:
        text = Text(speakable(line.text), style=_STYLES[line.kind], no_wrap=True)
        if line.mark:
            text.stylize("bold magenta", len(text) - len(line.mark))
        console.print(text, soft_wrap=True)


def show_table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Write a table without frames, numbers to the right. Nothing is cut, whatever the width."""
    texts = [[speakable(str(cell)) for cell in row] for row in (columns, *rows)]
    widths = [max(cell_len(row[number]) for row in texts) for number in range(len(columns))]
    counts = [
        bool(rows) and all(isinstance(row[number], int) or row[number] == UNKNOWN for row in rows)
        for number in range(len(columns))
    ]
    for number, row in enumerate(texts):
        cells = [
            " " * (width - cell_len(cell)) + cell if count else pad(cell, width)
            for cell, width, count in zip(row, widths, counts, strict=True)
        ]
        text = Text("  ".join(cells).rstrip(), style="bold" if number == 0 else "")
        out().print(text, soft_wrap=True)


def tell(text: str) -> None:
    """Write plain text to standard output."""
    sys.stdout.write(speakable(text) + "\n")


def run(work: Coroutine[Any, Any, T], *, interrupted: str = "") -> T:
    """Run to the end, or until Ctrl-C: then say `interrupted` on standard error and leave with 130."""
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # what it would say is said in our own words
    try:
        return asyncio.run(work)
    except KeyboardInterrupt:
        if interrupted:
            sys.stderr.write(f"\n{interrupted}\n")
        raise typer.Exit(ExitCode.INTERRUPTED) from None


def _colourful(console: Console) -> bool:
    return console.is_terminal and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
