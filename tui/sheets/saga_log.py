"""The saga's log: a sheet that asks the mediator once, when it opens."""

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen

from lab.errors import LabError
from lab.running import Running
from lab.shop.client import ShopClient
from lab.shop.urls import ShopUrls
from lab.shop.wording import clean
from tui.render.saga_log import saga_log
from tui.render.text import Role, Row, Span, row
from tui.widgets.rows import LinesView

ROWS, WIDTH = 22, 102


class _Log(LinesView, can_focus=True):
    """The rows; they scroll where they do not fit."""

    shown: Sequence[Row] = ()

    def show(self, rows: Sequence[Row]) -> None:
        """Show these rows from now on."""
        self.shown = rows
        self.set_length(len(rows))
        self.refresh()

    def line(self, number: int, width: int) -> Row:
        """Return one line."""
        return self.shown[number].fitted(width) if number < len(self.shown) else Row()


class SagaLog(ModalScreen[None]):
    """Shows what the mediator has written down. What it cannot answer is said in its place."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q,enter", "dismiss", "Close", show=False)]

    def __init__(self, shop: Running, order_id: str) -> None:
        super().__init__()
        self._shop, self._order_id = shop, order_id

    def compose(self) -> ComposeResult:
        """Make the sheet."""
        with Vertical(classes="sheet") as sheet:
            sheet.styles.width, sheet.styles.height = WIDTH, ROWS
            sheet.border_title = Content(f"Saga log of {clean(self._order_id, 40)}: what the mediator wrote down")
            sheet.border_subtitle = "esc closes"
            yield _Log()

    def on_mount(self) -> None:
        """Ask."""
        self.query_one(_Log).show([row(Span("   Asking the mediator for its log… (usually 0.1 s)", Role.QUIET))])
        self.run_worker(self._ask(), name="saga", group="saga", exclusive=True)

    async def _ask(self) -> None:
        log = self.query_one(_Log)
        try:
            async with ShopClient(ShopUrls(self._shop.service_port)) as client:
                rows = saga_log(await client.saga(self._order_id), log.size.width)
        except LabError as error:
            rows = [row(Span(f"   {line}", Role.FAULT)) for line in (error.what, error.mend)]
        if self.is_attached:  # it may have been closed meanwhile
            log.show(rows)
