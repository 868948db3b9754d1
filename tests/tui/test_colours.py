"""Every screen in the dark colours and in high contrast: what each sign looks like is kept, not only what it says."""

import string

import pytest

from lab.bundle import shipped
from lab.docs.pictures import RECORDING, at_rest
from tests.tui.world import QuietLab, until
from tui.app import Orderlab
from tui.surroundings import Surroundings

pytestmark = pytest.mark.anyio
SCREENS = {
    "shop": ("2",),
    "follow": ("2", "f"),
    "learn": ("3",),
    "logs": ("4",),
    "health": ("5",),
    "journal": ("6",),
}
BACK = 31
"""Messages before the recording's end: Payment is stopped there, and an order waits for it."""


def coloured(app):
    """Each row of the screen, and below it which of the styles at the end each of its signs has."""
    names, rows = {}, []
    for strip in app.screen._compositor.render_strips():
        kinds = "".join(
            names.setdefault(str(one.style), string.ascii_letters[len(names)]) * len(one.text) for one in strip
        )
        rows += [strip.text.rstrip(), kinds[: len(strip.text.rstrip())]]
    return "\n".join([*rows, "", *(f"{letter}: {style}" for style, letter in names.items())])


@pytest.mark.parametrize("theme", ["orderlab-dark", "orderlab-contrast"])
@pytest.mark.parametrize("name", SCREENS)
async def test_a_screen_is_as_it_was_kept(name, theme, tmp_path, monkeypatch, frame_is, utc):
    monkeypatch.setenv("LAB_HOME", str(tmp_path / "home"))
    around = Surroundings(theme=theme, motion=False)
    app = Orderlab(QuietLab(tmp_path / "workspace"), file=shipped() / RECORDING, listens=False, surroundings=around)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        app.step(-BACK)
        await pilot.press(*SCREENS[name])
        await until(pilot, lambda: name == app.screen.PLACE)
        frame_is(await at_rest(pilot, lambda: coloured(app)))
