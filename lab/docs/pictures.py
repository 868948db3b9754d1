"""docs/app/*.svg: the terminal app as it looks, drawn by the app itself from the recording docs/app/shop.olj."""

import asyncio
import os
import re
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from lab.bundle import shipped

FOLDER: Final = "docs/app"
RECORDING: Final = f"{FOLDER}/shop.olj"
_FONT_FACE: Final = re.compile(r"\s*@font-face \{[^}]*\}")
"""A picture asks no other machine for a font."""
_ENDLESS: Final = frozenset({"watching"})
"""Workers that go on for as long as the app does."""
_FRAME_SECONDS: Final = 0.1
_PATIENCE_SECONDS: Final = 60.0
_LARGE, _SMALL = (120, 36), (80, 24)


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture. back: how many messages before the recording's end it stands. keys: what is then pressed."""

    name: str
    title: str
    back: int
    keys: tuple[str, ...]
    size: tuple[int, int] = _LARGE
    theme: str = "orderlab-dark"


PICTURES: Final = (
    Picture("shop", "The shop: every message on its way through the mediator", 60, ("2", "tab", "up")),
    Picture("stuck", "Payment is stopped: who waits for whom", 31, ("2",)),
    Picture("follow", "One order, message by message", 60, ("2", "f")),
    Picture("learn", "A lesson, its tasks, and the card of the check", 0, ("3",)),
    Picture("journal", "The moment that every pane shows, in a recording", 60, ("6",)),
    Picture("small", "The same shop in a window of 80 columns and 24 rows", 60, ("2",), _SMALL),
    Picture("contrast", "In high contrast", 31, ("2",), _LARGE, "orderlab-contrast"),
)


def draw_all() -> Mapping[str, str]:
    """Return each picture's file name and SVG. The same recording gives the same pictures, wherever it is drawn."""
    with _nobodys_home():
        return {f"{FOLDER}/{picture.name}.svg": asyncio.run(draw(picture)) for picture in PICTURES}


async def draw(picture: Picture) -> str:
    """Press the keys, and return what is then on the screen."""
    app = _app(picture.theme)
    async with app.run_test(size=picture.size) as pilot:

        def look() -> str:
            return _FONT_FACE.sub("", app.export_screenshot(title=picture.title))

        seen = await at_rest(pilot, look)
        app.step(-picture.back)
        for key in picture.keys:
            await pilot.press(key)
            seen = await at_rest(pilot, look)
        return seen


async def at_rest(pilot: Any, look: Callable[[], str]) -> str:
    """Return what `look` sees once nothing is being found out beside the drawing, and two frames are alike."""
    before: str | None = None
    async with asyncio.timeout(_PATIENCE_SECONDS):
        while True:
            await pilot.pause(_FRAME_SECONDS)
            seen = look() if _has_all(pilot.app) else None
            if seen is not None and seen == before:
                return seen
            before = seen


def _has_all(app: Any) -> bool:
    """Say whether the screen is put together, and has what it asks workers for."""
    return app.screen.is_mounted and all(one.is_finished or one.name in _ENDLESS for one in app.workers)


def _app(theme: str) -> Any:
    from lab.cli.tui import ThisLab  # noqa: PLC0415  only the pictures need the app
    from tui.app import Orderlab  # noqa: PLC0415
    from tui.surroundings import Surroundings  # noqa: PLC0415

    around = Surroundings(theme=theme, motion=False)
    return Orderlab(ThisLab(), file=shipped() / RECORDING, listens=False, surroundings=around)


@contextmanager
def _nobodys_home() -> Iterator[None]:
    """Let there be no shop and no progress, and let the clock show UTC, while pictures are drawn."""
    before = dict(os.environ)
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(LAB_HOME=f"{folder}/home", LAB_WORKSPACE=str(Path(folder) / "workspace"), TZ="UTC")
        time.tzset()
        try:
            yield
        finally:
            os.environ.clear()
            os.environ.update(before)
            time.tzset()
