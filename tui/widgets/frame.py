"""The lines between the panes, under everything."""

import textwrap
from collections.abc import Sequence

from tui.render.panes import Plan
from tui.render.text import Row, row
from tui.widgets.rows import RowsView


class FrameView(RowsView):
    """Draws a plan's lines; in a window that is too small, a sentence."""

    DEFAULT_CSS = "FrameView { width: 100%; height: 100%; }"

    _plan: Plan | None = None
    _drawn: Sequence[Row] = ()

    def show(self, plan: Plan) -> None:
        """Draw this plan from now on."""
        if plan != self._plan:
            self._plan, self._drawn = plan, plan.drawn()
            self.renew()

    def rows(self, width: int, height: int) -> Sequence[Row]:
        """Return the frame."""
        if self._plan is None or not self._plan.boxes:
            said = f"This window is {width}×{height}; Orderlab needs 40×12. Everything goes on running."
            return [row(line) for line in textwrap.wrap(said, max(width, 1))]
        return self._drawn
