"""A lesson: Markdown in, rows out. Text is at most 76 cells wide; code and diagrams stay as they are written."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from rich.cells import cell_len, chop_cells

from lab.course.markdown import tokens
from tui.render.lesson_table import table_rows
from tui.render.lesson_text import filled, spans_of
from tui.render.text import ELLIPSIS, Look, Role, Row, Span, row

if TYPE_CHECKING:
    from markdown_it.token import Token

TEXT_CELLS: Final = 76
_ROOMY: Final = 80
_CODE_INDENT: Final = 4
_COMMENTED: Final = frozenset({"python", "yaml", "toml"})


class Laid(NamedTuple):
    """A row, and the block of the text that it is of: by that a place is found again at another width."""

    row: Row
    block: int


@dataclass(frozen=True, slots=True)
class _Room:
    """cells: of the whole pane. margin: blanks before running text. within: what lists and quotes put before it."""

    cells: int
    margin: int
    within: Row

    @property
    def text(self) -> int:
        """The cells that running text may take, what is before it among them."""
        return min(self.margin + TEXT_CELLS, self.cells - 1)


@lru_cache(maxsize=8)
def lesson_rows(text: str, cells: int) -> Sequence[Laid]:
    """Return the rows of a Markdown text in a pane of so many cells. Its title is left out: it stands elsewhere."""
    margin = 2 if cells >= _ROOMY else max(1, min(3, cells // 20))
    room = _Room(cells, margin, row(" " * margin))
    found = list[Laid]()
    for number, block in enumerate(_blocks(tokens(text))):
        rows = list(_drawn(block, room))
        if rows and found and block.parted:
            found.append(Laid(Row(), number))
        found += (Laid(one, number) for one in rows)
    return found


class _Block(NamedTuple):
    """What is drawn as one: its tokens, what stands before its first row and the others, a blank row before it."""

    tokens: "Sequence[Token]"
    before: Row
    rest: Row
    parted: bool = True


def _blocks(all_tokens: "Sequence[Token]") -> Iterator[_Block]:
    """Cut the tokens into blocks, each with the marks of the lists and quotes around it."""
    before = list[Row]()  # what each list or quote around puts before a line
    mark: Row | None = None  # of the list's entry whose first block has not come yet
    numbered, follows, at = list[bool](), False, 0
    while at < len(all_tokens):
        token = all_tokens[at]
        end = at + 1
        match token.type:
            case "bullet_list_open" | "ordered_list_open":
                numbered.append(token.type == "ordered_list_open")
            case "bullet_list_close" | "ordered_list_close":
                numbered.pop()
            case "list_item_open":
                mark = row(Span(f"{token.info}. " if numbered[-1] else "· ", Role.QUIET))
                follows = all_tokens[at - 1].type == "list_item_close"
                before.append(row(" " * mark.cells))
            case "list_item_close" | "blockquote_close":
                before.pop()
            case "blockquote_open":
                before.append(row(Span("▏ ", Role.QUIET)))
            case "heading_open" | "paragraph_open" | "table_open" | "fence" | "code_block" | "hr" | "html_block":
                end = _end(all_tokens, at)
                rest = sum(before, Row())
                first = sum(before[:-1], Row()) + mark if mark is not None else rest
                yield _Block(
                    all_tokens[at:end], first, rest, parted=not (token.hidden and mark is not None and follows)
                )
                mark = None
        at = end


def _end(all_tokens: "Sequence[Token]", at: int) -> int:
    opened = all_tokens[at]
    if opened.nesting == 0:
        return at + 1
    closing = opened.type.replace("_open", "_close")
    return next(i for i in range(at, len(all_tokens)) if all_tokens[i].type == closing) + 1


def _drawn(block: _Block, room: _Room) -> Iterator[Row]:
    first = block.tokens[0]
    match first.type:
        case "heading_open" if first.tag == "h1":
            return
        case "heading_open":
            strong = [span.set_also(Look.STRONG) for span in spans_of(block.tokens[1])]
            yield from filled(strong, room.text, room.within + block.before, room.within + block.rest)
        case "paragraph_open":
            spans = spans_of(block.tokens[1])
            yield from filled(spans, room.text, room.within + block.before, room.within + block.rest)
        case "table_open":
            before = room.within + block.rest
            yield from (before + one for one in table_rows(block.tokens, room.text - before.cells))
        case "hr":
            yield room.within + row(Span("─" * (room.text - room.margin), Role.FRAME))
        case "fence" | "code_block":
            yield from _code(first, room)
        case _:
            yield from (room.within + row(line) for line in first.content.splitlines())


def _code(token: "Token", room: _Room) -> Iterator[Row]:
    """Return each line as it is. Where one is wider than the pane it goes on in the next row, both marked `…`."""
    lines = token.content.rstrip("\n").expandtabs(4).split("\n")
    longest = max(map(cell_len, lines))
    indent = min(room.margin + _CODE_INDENT, room.cells - longest) if longest <= room.cells else room.margin
    quiet = "#" if token.info.split(" ")[0] in _COMMENTED else None
    for line in lines:
        role = Role.QUIET if quiet and line.lstrip().startswith(quiet) else Role.TEXT
        for part in _folded(line, room.cells - indent):
            yield row(" " * indent, Span(part, role))


def _folded(line: str, cells: int) -> Sequence[str]:
    if cell_len(line) <= cells:
        return [line]
    further = " " * min(len(line) - len(line.lstrip()) + _CODE_INDENT, cells // 2) + ELLIPSIS
    first, rest = _split(line, cells - 1)
    parts = [first + ELLIPSIS]
    while rest:
        room = cells - cell_len(further)
        if cell_len(rest) <= room:
            return [*parts, further + rest]
        taken, rest = _split(rest, room - 1)
        parts.append(further + taken + ELLIPSIS)
    return parts


def _split(text: str, cells: int) -> tuple[str, str]:
    """Cut text after so many cells, at a blank where there is one not far before."""
    taken = chop_cells(text, max(1, cells))[0]
    blank = taken.rfind(" ")
    if blank > len(taken) // 2:
        taken = taken[: blank + 1]
    return taken, text[len(taken) :]


def place_of(laid: Sequence[Laid], at: int) -> tuple[int, int]:
    """Return the block that row `at` is of, and how many rows into it."""
    if not laid:
        return 0, 0
    block = laid[min(at, len(laid) - 1)].block
    first = next(number for number, one in enumerate(laid) if one.block == block)
    return block, at - first


def row_at(laid: Sequence[Laid], place: tuple[int, int]) -> int:
    """Return the row where that place is now."""
    block, further = place
    rows = [number for number, one in enumerate(laid) if one.block == block]
    return rows[min(further, len(rows) - 1)] if rows else 0
