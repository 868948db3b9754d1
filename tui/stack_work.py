"""Opens and closes the whole shop, in a worker. How far it is stands in `board`, which who draws may look at."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from lab.engines.base import EngineName, Progress
from lab.errors import LabError
from tui.model.starting import Board, Deed, begun

if TYPE_CHECKING:
    from tui.app import Orderlab


class GivenUp(LabError):
    """Whoever sits here asked for the work to stop; what it started is stopped again by who started it."""

    def __init__(self) -> None:
        super().__init__("The start was given up.", "What was started for it has been stopped again.")


class StackWork:
    """One piece of work at a time. `then` is called in the event loop when it has ended, however it did."""

    def __init__(self, app: "Orderlab") -> None:
        self._app = app
        self.board: Board | None = None
        self._then: Callable[[], object] = lambda: None

    @property
    def going(self) -> bool:
        """Say whether something goes on."""
        return self.board is not None and self.board.going

    def open(self, engine: EngineName, then: Callable[[], object]) -> None:
        """Bring up Kafka and the shop, or what is missing of them."""
        self._begin(Deed.OPEN, engine, lambda: self._app.lab.up(engine, self._report), then)

    def close(self, engine: EngineName, then: Callable[[], object], *, volumes: bool) -> None:
        """Stop everything; with `volumes` delete the shop's data, too."""
        deed = Deed.EMPTY if volumes else Deed.CLOSE
        self._begin(deed, engine, lambda: self._app.lab.down(self._report, volumes=volumes), then)

    def give_up(self, then: Callable[[], object] | None = None) -> None:
        """Let a start end at its next step, and stop what it has started; a closing goes on to its end.

        `then` is called at the end instead of what was to come.
        """
        if self.board is None or not self.board.going:
            return
        self._then = then or self._then
        if self.board.deed is Deed.OPEN:
            self.board = self.board.giving_up()

    def forget(self) -> None:
        """Forget how the last piece of work ended."""
        if not self.going:
            self.board = None

    def _begin(self, deed: Deed, engine: EngineName, work: Callable[[], object], then: Callable[[], object]) -> None:
        if self.going:
            return
        self.board, self._then = begun(deed, engine, now_ms()), then
        self._app.run_worker(lambda: self._run(work), thread=True, name=deed.value, group="stack", exclusive=True)
        self._app.has_news()

    def _run(self, work: Callable[[], object]) -> None:
        what = mend = ""
        try:
            work()
        except LabError as error:
            what, mend = error.what, error.mend
        assert self.board is not None
        self.board = self.board.ended(now_ms(), what, mend)
        if self._app.is_running:
            self._app.call_from_thread(self._ended)

    def _ended(self) -> None:
        self._app.feed.look_soon()
        self._app.has_news()
        self._then()

    def _report(self, step: Progress) -> None:
        """Take in a step. Ends the work where it was given up: as after Ctrl-C, what it started is stopped again."""
        assert self.board is not None
        if self.board.given_up:
            raise GivenUp
        self.board = self.board.told(step, now_ms())


def now_ms() -> float:
    """Return the clock, milliseconds since the epoch."""
    return time.time() * 1000
