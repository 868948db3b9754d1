"""A lesson drawn on a terminal: rich's Markdown, with code and diagrams exactly as they are written."""

from collections.abc import Iterator
from typing import Any, ClassVar

from rich.console import Console, ConsoleOptions
from rich.markdown import CodeBlock, Markdown, MarkdownElement
from rich.text import Text


class _AsWritten(CodeBlock):
    """A block of code without padding: lines of 80 columns stay whole on a screen of 80."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Text]:
        del console, options
        yield Text(str(self.text).rstrip(), style="cyan", no_wrap=True, overflow="fold")


class LessonMarkdown(Markdown):
    """Markdown whose blocks of code are shown as they are written."""

    elements: ClassVar[dict[str, type[MarkdownElement]]] = {
        **Markdown.elements,
        "fence": _AsWritten,
        "code_block": _AsWritten,
    }


def drawn(text: str) -> Any:
    """Return what a console prints for a text of a lesson."""
    return LessonMarkdown(text)
