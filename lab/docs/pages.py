"""Which page is written by whom."""

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

from lab.docs import asyncapi, command_line, licences, mediator, messages, ports, settings, topics

PAGES: Final[Mapping[str, Callable[[], str]]] = MappingProxyType(
    {
        "docs/reference/topics.md": topics.write,
        "docs/reference/messages.md": messages.write,
        "docs/reference/asyncapi.yaml": asyncapi.write,
        "docs/reference/ports.md": ports.write,
        "docs/reference/mediator.md": mediator.write,
        "docs/reference/command-line.md": command_line.write,
        "docs/reference/settings.md": settings.write,
    }
)

PAPERS: Final[Mapping[str, Callable[[], str]]] = MappingProxyType({"THIRD_PARTY_LICENCES.md": licences.write})
"""Written from what is installed, which differs a little from machine to machine: held by tests, not by comparison."""


def stale(root: Path, pages: Mapping[str, Callable[[], str]] = PAGES) -> list[str]:
    """Return the pages under `root` that are missing or say something else than the code."""
    return [name for name, write in pages.items() if _read(root / name) != write()]


def _read(file: Path) -> str:
    return file.read_text(encoding="utf-8") if file.exists() else ""
