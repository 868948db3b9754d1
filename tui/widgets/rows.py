"""Rows on the screen: the one place where roles become styles, and signs become ASCII where they must."""

from collections.abc import Callable, Sequence
from typing import Self

from rich.segment import Segment
from textual.filter import ANSIToTruecolor
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widget import Widget

from tui.render.signs import flat
from tui.render.text import Row
from tui.theme import DARK, PALETTES, Palette


def palette_of(widget: Widget) -> Palette:
    """Return the palette in use."""
    return PALETTES.get(widget.app.theme, PALETTES[DARK])


def strip_of(row: Row, palette: Palette, width: int, *, ascii_only: bool = False) -> Strip:
    """Return the row as Textual draws it, exactly so wide."""
    segments = [
        Segment(flat(span.text) if ascii_only else span.text, palette.style(span.role, span.look))
        for span in row.fitted(width).spans
        if span.text
    ]
    return Strip(segments, width)


class RowsView(Widget):
    """Shows what a renderer returns for its size. It never scrolls.

    `refresh` asks anew and draws everything; `renew` asks anew and draws the rows that have changed.
    Subclasses give `rows`. It has neither border nor padding, and every style of a palette has its ground: what the
    style sheet could add to a line is not looked for.
    """

    DEFAULT_CSS = "RowsView { height: 1fr; width: 1fr; }"

    _shown: Sequence[Row] = ()
    _asked: tuple[Size, Palette] | None = None  # for which size and colours; None: what is shown is not current

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._strips: dict[int, Strip] = {}  # the lines that are drawn already

    def rows(self, width: int, height: int) -> Sequence[Row]:
        """Return the rows to show."""
        raise NotImplementedError

    def renew(self) -> None:
        """Ask anew, and draw the rows that have changed."""
        if self._asked != (self.size, palette_of(self)) or not self.size:
            self.refresh()
            return
        before, self._shown = self._shown, self.rows(*self.size)
        changed = [y for y, (was, now) in enumerate(zip(before, self._shown, strict=False)) if was != now]
        changed += range(*sorted((len(before), len(self._shown))))
        for y in changed:
            self._strips.pop(y, None)
        if changed:
            super().refresh(*(Region(0, y, self.size.width, 1) for y in changed))

    def refresh(self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False) -> Self:
        """Draw everything, or these regions, at the next opportunity."""
        if not regions:
            self._asked = None
        return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)

    def render_lines(self, crop: Region) -> list[Strip]:
        """Ask the renderer where what it returned is not current any more, then draw line by line."""
        asked = (self.size, palette_of(self))
        if self._asked != asked:
            self._strips.clear()
            self._shown, self._asked = self.rows(*self.size), asked
        for y in set(crop.line_range) - self._strips.keys():
            self._strips[y] = self.render_line(y)
        strips = [self._strips[y] for y in crop.line_range]
        for wanted in self.get_line_filters():
            if not isinstance(wanted, ANSIToTruecolor):  # all colours of a palette are true ones
                strips = [strip.apply_filter(wanted, self.background_colors[1]) for strip in strips]
        return (
            strips if crop.column_span == (0, self.size.width) else [strip.crop(*crop.column_span) for strip in strips]
        )

    def render_line(self, y: int) -> Strip:
        """Return line y."""
        row = self._shown[y] if y < len(self._shown) else Row()
        return strip_of(row, palette_of(self), self.size.width, ascii_only=_ascii_only(self))


class LinesView(ScrollView):
    """A long list of which only the visible lines are made: `line(number)` is asked for each, at every draw."""

    DEFAULT_CSS = "LinesView { height: 1fr; width: 1fr; scrollbar-size-vertical: 1; overflow-x: hidden; }"

    def set_length(self, lines: int) -> None:
        """Say how many lines there are."""
        if self.virtual_size.height != lines:
            self.virtual_size = Size(self.size.width, lines)

    def line(self, number: int, width: int) -> Row:
        """Return one line."""
        raise NotImplementedError

    def render_line(self, y: int) -> Strip:
        """Return the line that stands at row y of what is visible."""
        number = y + self.scroll_offset.y
        return self.strip(self.line(number, self.size.width) if 0 <= number < self.virtual_size.height else Row())

    def strip(self, row: Row) -> Strip:
        """Return a row as it is drawn here."""
        return strip_of(row, palette_of(self), self.size.width, ascii_only=_ascii_only(self))


class Rendered(RowsView):
    """Shows a function's rows."""

    def __init__(self, renderer: Callable[[int, int], Sequence[Row]], *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._renderer = renderer

    def rows(self, width: int, height: int) -> Sequence[Row]:
        """Ask the function."""
        return self._renderer(width, height)


def _ascii_only(widget: Widget) -> bool:
    return bool(getattr(widget.app, "ascii_only", False))
