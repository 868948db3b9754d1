"""Quitting: what runs stays or is closed, as whoever sits here says; what is half done is brought to an end."""

from contextlib import suppress
from typing import TYPE_CHECKING

from textual.worker import Worker, WorkerCancelled, WorkerFailed

from tui.sheets.leave import Leave

if TYPE_CHECKING:
    from tui.app import Orderlab


async def _after(app: "Orderlab", fault: Worker[None]) -> None:
    with suppress(WorkerFailed, WorkerCancelled):
        await fault.wait()
    leave(app)


def leave(app: "Orderlab") -> None:
    """Quit. While a shop is open, ask whether it stays so; one that is being started is stopped again."""
    if isinstance(app.screen, Leave):  # asked already: a second time means it
        app.screen.dismiss("stay")
        return
    work, shop = app.stack_work, app.link.shop
    if work.going:
        work.give_up(app.exit)
        app.notify("The shop is just being started, or closed. The app ends as soon as that has ended.")
        return
    if app.breaking is not None and app.is_breaking:
        app.run_worker(_after(app, app.breaking), name="leave", group="leave", exclusive=True)
        app.notify("A fault is being tried. When the shop is put right again, you are asked about it, and can quit.")
        return
    if shop is None:
        app.exit()
        return

    def closed() -> None:
        board = work.board
        if board is not None and board.failed:
            app.notify(f"{board.what}\n{board.mend}", severity="error", timeout=12)
        else:
            app.exit()

    def answered(answer: str | None) -> None:
        if answer == "stay":
            app.exit()
        elif answer == "close":
            work.close(shop.engine, closed, volumes=False)
            app.go("start")

    app.push_screen(Leave(), answered)
