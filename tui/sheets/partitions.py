"""Partitions and lag: a sheet that asks Kafka once a second while it is open."""

import asyncio
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, Final, cast

from aiokafka.errors import KafkaError
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.worker import Worker

from lab.running import Running
from lab.shop.offsets import Offsets
from lab.shop.reads import READS
from tui.ending import ended
from tui.model.beside import beside_at
from tui.render.partitions import WIDTH, Read, partitions
from tui.render.text import Role, Row, Span, row
from tui.widgets.rows import LinesView

if TYPE_CHECKING:
    from tui.app import Orderlab

AGAIN_SECONDS: Final = 1.0
ANSWER_SECONDS: Final = 3.0
FRAME_CELLS, ROWS = 4, 26


class _Table(LinesView, can_focus=True):
    """The table; it scrolls where it does not fit."""

    DEFAULT_CSS = "_Table { scrollbar-size-vertical: 1; }"
    read: Read | None = None
    trouble = ""
    _rows_for: tuple[object, ...] = ()
    _made: Sequence[Row] = ()

    def show(self, read: Read | None, trouble: str = "") -> None:
        """Show this from now on; with a trouble the old numbers stay, as such."""
        self.read, self.trouble = read or self.read, trouble
        self.set_length(len(self._rows(self.size.width)))
        self.refresh()

    def line(self, number: int, width: int) -> Row:
        """Return one line."""
        rows = self._rows(width)
        return rows[number] if number < len(rows) else Row()

    def _rows(self, width: int) -> Sequence[Row]:
        key = (self.read, self.trouble, width)
        if key != self._rows_for:
            self._rows_for, self._made = key, self._make(width)
        return self._made

    def _make(self, width: int) -> Sequence[Row]:
        if self.read is None:
            return [row(f" {self.trouble or 'Asking Kafka what each group has committed… (usually 1 s)'}")]
        rows = partitions(self.read, width)
        if self.trouble:
            return [row(Span(f" {self.trouble}", Role.FAULT)), *(one.all_in(Role.GHOST) for one in rows)]
        return rows


class PartitionsSheet(ModalScreen[None]):
    """Shows the offsets of now; where the view is of the past, the ends as they were then."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,p", "dismiss", "Close", show=False),
        Binding("up,k", "scroll(-1)", show=False),
        Binding("down,j", "scroll(1)", show=False),
    ]

    _read_at = 0.0
    _asking: Worker[None] | None = None

    def compose(self) -> ComposeResult:
        """Make the table."""
        with Vertical(classes="sheet") as sheet:
            sheet.styles.max_width, sheet.styles.max_height, sheet.styles.padding = "100%", "100%", 0
            sheet.styles.width, sheet.styles.height = WIDTH + FRAME_CELLS, ROWS
            sheet.border_title = "Partitions and lag"
            sheet.border_subtitle = "esc closes"
            yield _Table()

    def on_mount(self) -> None:
        """Ask Kafka, or read the past."""
        app = cast("Orderlab", self.app)
        view, shop = app.view(), app.link.shop
        if shop is None or not view.moment.live:
            ends = beside_at(None, view.history, view.moment.end).ends
            self.call_after_refresh(self._table.show, Read(ends, lag=view.flow.lag, phase=app.phase))
            return
        self._read_at = time.monotonic()
        self.set_interval(AGAIN_SECONDS, self._watch)
        self._asking = self.run_worker(self._ask(shop), name="offsets", group="offsets", exclusive=True)

    async def on_unmount(self) -> None:
        """Wait until the connections are closed."""
        if self._asking is not None:
            await ended(self._asking)

    @property
    def _table(self) -> _Table:
        return self.query_one(_Table)

    async def _ask(self, shop: Running) -> None:
        while True:
            try:
                await self._ask_for_ever(shop)
            except (KafkaError, OSError, TimeoutError):
                await asyncio.sleep(AGAIN_SECONDS)

    async def _ask_for_ever(self, shop: Running) -> None:
        async with Offsets(shop.kafka, shop.prefix) as offsets:
            while True:
                ends = await offsets.ends()
                committed = {unit: await offsets.committed(unit) for unit in READS}
                self._read_at = time.monotonic()
                self._table.show(Read(ends, committed, phase=shop.phase))
                self._say(f"read {time.strftime('%H:%M:%S')} · esc closes")
                await asyncio.sleep(AGAIN_SECONDS)

    def _watch(self) -> None:
        """Say so where Kafka takes long to answer; what was asked is waited for all the same."""
        if time.monotonic() - self._read_at > ANSWER_SECONDS:
            self._table.show(None, "Kafka does not answer; what is below is from before. Asking again…")

    def _say(self, text: str) -> None:
        self.query_one(Vertical).border_subtitle = text

    def action_scroll(self, by: int) -> None:
        """Go up or down."""
        self._table.scroll_relative(y=by, animate=False)
