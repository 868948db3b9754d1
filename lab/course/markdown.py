"""Markdown, cut at its headings. What is a heading, a table or a block of code is markdown-it's business."""

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from pydantic import BaseModel, ConfigDict

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token


@cache
def _markdown() -> "MarkdownIt":
    """Make the parser when something is to be read: its library takes a moment to import."""
    from markdown_it import MarkdownIt  # noqa: PLC0415

    return MarkdownIt("commonmark").enable("table")


class Code(BaseModel):
    """A fenced block of code."""

    model_config = ConfigDict(frozen=True)

    language: str
    code: str
    line: int = 0
    """The line of the page on which its first line stands."""


class Part(NamedTuple):
    """What stands between a heading and the next one of its level: as text, and as tokens."""

    title: str
    text: str
    tokens: "Sequence[Token]"


class Page:
    """A Markdown text. Its lines are those of the file, so that a message can name them."""

    def __init__(self, text: str) -> None:
        self._lines = text.splitlines()
        self._tokens = _markdown().parse(text)

    def parts(self, tag: str, within: Part | None = None) -> Iterator[Part]:
        """Cut the page, or one part of it, at the headings `h1`, `h2` … of one level."""
        tokens = self._tokens if within is None else within.tokens
        at = [index for index, token in enumerate(tokens) if token.type == "heading_open" and token.tag == tag]
        for start, end in pairwise([*at, len(tokens)]):
            inside = tokens[start + 3 : end]  # a heading is three tokens: open, text, close
            yield Part(plain(tokens[start + 1]), self._text(rows(tokens[start])[1], inside), inside)

    def before(self, tag: str, within: Part) -> str:
        """Return the text of a part up to its first heading of that level."""
        first = (i for i, token in enumerate(within.tokens) if token.type == "heading_open" and token.tag == tag)
        inside = within.tokens[: next(first, None)]
        return self._text(rows(inside[0])[0] if inside else 0, inside)

    def _text(self, first: int, tokens: "Sequence[Token]") -> str:
        last = max((rows(token)[1] for token in tokens), default=0)
        return "\n".join(self._lines[first:last]).strip("\n")


def blocks(part: Part) -> Iterator[Code]:
    """Yield the fenced blocks of code. Indented ones show output, they are never run."""
    for token in part.tokens:
        if token.type == "fence":
            language = (token.info.split() or [""])[0]
            yield Code(language=language, code=token.content, line=rows(token)[0] + 2)


def plain(inline: "Token") -> str:
    """Return a line's text without its marks."""
    return "".join(" " if "break" in child.type else child.content for child in inline.children or ())


def rows(token: "Token") -> tuple[int, int]:
    """Return a token's first line and the one after its last, counted from 0; (0, 0) where it knows none."""
    first, after = token.map or (0, 0)
    return first, after


def tokens(text: str) -> "Sequence[Token]":
    """Return a text's tokens, for whoever draws it."""
    return _markdown().parse(text)
