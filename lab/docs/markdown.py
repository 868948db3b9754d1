"""Small pieces of Markdown."""

from collections.abc import Iterable, Sequence
from typing import Final

NOTE: Final = "<!-- Written by `just docs`. Change what it is written from, not this page. -->"


def page(title: str, *blocks: str) -> str:
    """Put a page together: the note, the title, and the blocks that are not empty, with a line between each."""
    return "\n\n".join([NOTE, f"# {title}", *(block.strip("\n") for block in blocks if block.strip())]) + "\n"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Draw a table. A bar inside a cell is escaped, a line break becomes a space."""
    lines = [list(head), ["---"] * len(head), *([_cell(cell) for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def code(text: str, language: str = "") -> str:
    """Fence a block of code."""
    return f"```{language}\n{text.rstrip()}\n```"


def words(names: Iterable[str]) -> str:
    """List names as code, separated by commas; a dash where there are none."""
    return ", ".join(f"`{name}`" for name in names) or "-"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", r"\|")
