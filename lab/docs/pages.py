"""Which page is written by whom. The sums of the starters are one: they, too, follow from what is there."""

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

from lab.course import starters
from lab.docs import (
    asyncapi,
    command_line,
    conservation,
    keys,
    licences,
    mediator,
    messages,
    ports,
    settings,
    topics,
    tutorial,
)
from lab.docs.markdown import NOTE

PAGES: Final[Mapping[str, Callable[[], str]]] = MappingProxyType(
    {
        "docs/reference/topics.md": topics.write,
        "docs/reference/messages.md": messages.write,
        "docs/reference/asyncapi.yaml": asyncapi.write,
        "docs/reference/ports.md": ports.write,
        "docs/reference/mediator.md": mediator.write,
        "docs/reference/command-line.md": command_line.write,
        "docs/reference/keys.md": keys.write,
        "docs/reference/settings.md": settings.write,
        "docs/conservation/README.md": conservation.write,
        "exercises/starters.toml": starters.write,
    }
)

PAPERS: Final[Mapping[str, Callable[[], str]]] = MappingProxyType({"THIRD_PARTY_LICENCES.md": licences.write})
"""Written from what is installed, which differs a little from machine to machine: held by tests, not by comparison."""


def pages() -> Mapping[str, Callable[[], str]]:
    """Return all that is held by comparison: PAGES, and the tutorial's, which follow from the catalogue."""
    return {**PAGES, **tutorial.pages()}


def stale(root: Path, wanted: Mapping[str, Callable[[], str]] | None = None) -> list[str]:
    """Return the pages under `root` that are missing or say something else than the code. `wanted`: else all."""
    return [name for name, write in (pages() if wanted is None else wanted).items() if _read(root / name) != write()]


def left_over(root: Path) -> list[Path]:
    """Return the pages of the tutorial that were written once, and belong to no exercise any more."""
    wanted = {root / name for name in tutorial.pages()}
    there = sorted((root / tutorial.FOLDER).rglob("*.md"))
    return [file for file in there if file not in wanted and _read(file).startswith(NOTE)]


def _read(file: Path) -> str:
    return file.read_text(encoding="utf-8") if file.exists() else ""
