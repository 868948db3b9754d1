"""Quitting: what runs stays or is closed, as whoever sits here says; what is half done is brought to an end."""

from typing import TYPE_CHECKING

from tui.sheets.leave import Leave

if TYPE_CHECKING:
    from tui.app import Orderlab


def leave(app: "Orderlab") -> None:
    """Quit. While a shop is open, ask whether it stays so; one that is being started is stopped again."""
    work, shop = app.stack_work, app.link.shop
    if work.going:
        work.give_up(app.exit)
        app.notify("The shop is just being started, or closed. The app ends as soon as that has ended.")
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
